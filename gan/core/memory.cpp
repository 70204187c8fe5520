#include "gan/core/memory.h"

#include <fmt/core.h>
#include <sys/resource.h>

#include <algorithm>
#include <array>
#include <fstream>
#include <limits>

namespace gan {
namespace {

constexpr double kUnlimited = std::numeric_limits<double>::infinity();

/// The number behind `key` in a file such as /proc/meminfo; 0 when there is none.
double number_behind(const char* file, const std::string& key) {
  std::ifstream in(file);
  for (std::string line; std::getline(in, line);)
    if (line.starts_with(key)) return std::strtod(line.c_str() + key.size(), nullptr);
  return 0;
}

double kilobytes(const char* file, const std::string& key) {
  return number_behind(file, key) * 1024;
}

double number_in(const std::string& file) {
  double value = 0;
  return std::ifstream(file) >> value ? value : kUnlimited;  // "max", or no such file
}

/// Of a control group, as a container sees its own: version 2, version 1.
double left_in_group() {
  struct Files {
    const char *limit, *used, *details;
  };
  static constexpr std::array<Files, 2> kVersions{
      {{"/sys/fs/cgroup/memory.max", "/sys/fs/cgroup/memory.current", "/sys/fs/cgroup/memory.stat"},
       {"/sys/fs/cgroup/memory/memory.limit_in_bytes",
        "/sys/fs/cgroup/memory/memory.usage_in_bytes", "/sys/fs/cgroup/memory/memory.stat"}}};
  double left = kUnlimited;
  for (const auto& [limit, used, details] : kVersions) {
    const double most = number_in(limit);
    // Pages of files, such as a cache of pictures, are dropped where memory is short.
    const double files =
        number_behind(details, "inactive_file ") + number_behind(details, "active_file ");
    if (most < kUnlimited) left = std::min(left, most - std::max(0.0, number_in(used) - files));
  }
  return std::max(left, 0.0);
}

double left_in_address_space() {
  rlimit limit{};
  if (::getrlimit(RLIMIT_AS, &limit) != 0 || limit.rlim_cur == RLIM_INFINITY) return kUnlimited;
  return std::max(0.0,
                  static_cast<double>(limit.rlim_cur) - kilobytes("/proc/self/status", "VmSize:"));
}

}  // namespace

double available_memory() {
  const double machine =
      kilobytes("/proc/meminfo", "MemAvailable:") + kilobytes("/proc/meminfo", "SwapFree:");
  return std::min({machine > 0 ? machine : kUnlimited, left_in_group(), left_in_address_space()});
}

std::string bytes_text(double bytes) {
  static constexpr const char* kUnits[] = {"kB", "MB", "GB", "TB", "PB", "EB"};
  size_t unit = 0;
  for (bytes /= 1e3; bytes >= 999.5 && unit + 1 < std::size(kUnits); ++unit) bytes /= 1e3;
  return fmt::format("{:.{}f} {}", bytes, bytes < 99.95 ? 1 : 0, kUnits[unit]);
}

}  // namespace gan
