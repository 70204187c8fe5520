#include "gan/doctor/report.h"

#include <fmt/core.h>

namespace gan {

std::string line_about(int64_t step, const Finding& f) {
  if (f.to && *f.to > f.from)
    return fmt::format("step {}: {} is over (it was found at step {})", step, f.name, f.from);
  const std::string done = f.done.empty() ? "" : fmt::format(" [done: {}]", f.done);
  return fmt::format("step {}: {}: {}{}", step, f.name, f.text, done);
}

std::string time_of(const Finding& f) {
  if (f.from == 0 && !f.to) return "before training";
  if (f.to == f.from) return fmt::format("at step {}", f.from);
  if (f.to) return fmt::format("from step {} to {}", f.from, *f.to);
  return fmt::format("from step {} on", f.from);
}

std::string doctor_report(const std::vector<Finding>& findings) {
  std::string out = "# Findings\n\n";
  if (findings.empty()) return out + "Nothing was found.\n";
  for (const Finding& f : findings) {
    out += fmt::format("- **{}**, {}: {}.", f.name, time_of(f), f.text);
    if (!f.done.empty()) out += fmt::format(" Done: {}.", f.done);
    out += "\n";
  }
  return out;
}

}  // namespace gan
