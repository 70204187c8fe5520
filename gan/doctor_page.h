#pragma once
/// Findings after the fact: of any run, from its metrics, its data and its last checkpoint; and a
/// page about them for a browser.

#include <filesystem>
#include <string>
#include <vector>

#include "gan/doctor/finding.h"
#include "gan/run/folder.h"

namespace gan {

/// Found anew from metrics.jsonl; what was written there with the metrics, such as what was done,
/// is taken from there. Where training went back, only the latter.
std::vector<Finding> findings_in(const RunFolder& run);

/// What a run that was trained without the doctor does not hold: findings in its data and in its
/// last checkpoint, each by one measurement. @throws DataError where the data are not those of the
/// run
std::vector<Finding> findings_without_doctor(const RunFolder& run,
                                             const std::filesystem::path& data_dir = {});

/// HTML in UTF-8, with the curves of the run, on which the findings are marked, and its pictures of
/// samples around the first of them. It needs no other file.
std::string doctor_page(const RunFolder& run, const std::vector<Finding>& findings);

}  // namespace gan
