#pragma once
/// What a training is found to suffer from.

#include <cstdint>
#include <optional>
#include <string>
#include <utility>
#include <vector>

namespace gan {

using NamedNumbers =
    std::vector<std::pair<std::string, double>>;  ///< named, as a line of metrics.jsonl

struct Finding {
  std::string name;           ///< of a row of detectors(), or "data-..."
  int64_t from = 0;           ///< the step at which it was found; 0: before the first
  std::optional<int64_t> to;  ///< the step from which on it was no longer found
  std::string text;           ///< a sentence with the numbers that were seen
  std::string done;           ///< what was done about it, or ""
  bool operator==(const Finding&) const = default;
};

/// Whether it tells of a return to an earlier step.
inline bool is_return(const Finding& f) {
  return f.to == f.from;
}

}  // namespace gan
