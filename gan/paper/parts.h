#pragma once
/// How the parts of the reproduction, and its report, are called.

#include <string_view>

namespace gan::paper {

/// In the order of the paper, and of the report.
inline constexpr std::string_view kPaperParts[] = {"figure1", "theory", "table1", "figure2",
                                                   "figure3", "table2", "nce"};

inline constexpr const char* kReportTitle =
    "Generative Adversarial Nets (Goodfellow et al. 2014), computed again";
inline constexpr const char* kReportPage = "report.html";
inline constexpr const char* kReportText = "report.md";

}  // namespace gan::paper
