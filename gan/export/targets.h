#pragma once
/// What a generator can be exported to: a row for each target. How it is written is in exporter.h,
/// apart, so that the command line can list the targets without the libraries that write them.

#include <span>
#include <string_view>
#include <vector>

#include "gan/spec/fields.h"

namespace gan {

/// Which network is exported: the two players, or a classifier of the data's classes, which scores
/// on features use.
enum class ExportedNetwork { generator, discriminator, classifier };
inline Names names_of(ExportedNetwork) {
  static constexpr std::string_view names[] = {"generator", "discriminator", "classifier"};
  return names;
}

struct ExportTarget {
  std::string_view name, about;
  std::vector<std::string_view> files;  ///< written into the folder --out; none: --out is the file
  bool makes_bytes = false;             ///< --output uint8 is known
  bool knows_judges = false;            ///< discriminators and classifiers
};

std::span<const ExportTarget> export_targets();

/// @throws UsageError where there is no such row
const ExportTarget& export_target(std::string_view name);

constexpr std::string_view kExportMark = "gan export";  ///< stands in every exported file

}  // namespace gan
