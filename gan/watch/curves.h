#pragma once
/// The curves of a metrics.jsonl that grows while it is read, thinned out so that they need little
/// memory however long the file is.

#include <cstdint>
#include <map>
#include <string>
#include <utility>
#include <vector>

#include "gan/core/files.h"
#include "gan/doctor/finding.h"

namespace gan {

/// Every `stride`-th value of a number, and the newest.
class Curve {
 public:
  static constexpr size_t kMost = 2000;  ///< points kept are between half as many and as many

  void add(int64_t step, double value);
  std::vector<std::pair<int64_t, double>> points() const;  ///< (step, value); NaN: was not finite

 private:
  std::vector<std::pair<int64_t, double>> kept_;
  std::pair<int64_t, double> newest_{0, 0};
  int64_t stride_ = 1, seen_ = 0;
};

class Curves {
 public:
  explicit Curves(Path file) : file_(std::move(file)) {}

  /// Reads what is new. A file that was replaced or has become shorter is read from its beginning;
  /// one that is gone has no curves. A line that is not finished is left for the next time.
  void update();

  const std::map<std::string, Curve>& all() const { return curves_; }
  const std::vector<Finding>& findings() const { return findings_; }
  int64_t last_step() const { return last_step_; }

 private:
  void clear();
  void take_bytes(std::string_view bytes);
  void take(std::string_view line);

  Path file_;
  uint64_t identity_ = 0;  // of the file that was read
  int64_t position_ = 0;   // up to which it was
  std::string begun_;      // a line without its end
  bool too_long_ = false;  // that line is none of ours
  std::map<std::string, Curve> curves_;
  std::vector<Finding> findings_;
  int64_t last_step_ = 0;
};

}  // namespace gan
