#pragma once
/// What a generator can be exported to: a row for each target. How it is written is in exporter.h,
/// apart, so that the command line can list the targets without the libraries that write them.

#include <span>
#include <string_view>
#include <vector>

namespace gan {

/// Which network is exported.
enum class Player { generator, discriminator };

struct ExportTarget {
  std::string_view name, about;
  std::vector<std::string_view> files;  ///< written into the folder --out; none: --out is the file
  bool makes_bytes = false;             ///< --output uint8 is known
  bool knows_discriminators = false;
};

std::span<const ExportTarget> export_targets();

/// @throws UsageError where there is no such row
const ExportTarget& export_target(std::string_view name);

constexpr std::string_view kExportMark = "gan export";  ///< stands in every exported file

}  // namespace gan
