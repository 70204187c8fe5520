#pragma once
/// The metrics of a training as detectors see them: a series for each name.

#include <cmath>
#include <functional>
#include <map>
#include <string>
#include <vector>

#include "gan/doctor/finding.h"

namespace gan {

struct Reading {
  int64_t step;
  double value;
};
using Readings = std::vector<Reading>;

class History {
 public:
  /// The numbers of one line; a number that is not finite stands in no series.
  void add(int64_t step, const NamedNumbers& numbers);

  int64_t step() const { return step_; }                  ///< of the newest line
  const NamedNumbers& line() const { return line_; }      ///< the newest
  const Readings& series(const std::string& name) const;  ///< finite ones, in order; perhaps none
  bool has_new(const std::string& name) const;            ///< in the newest line, and finite

  /// The newest n values, the newest one last; empty where there are fewer since begin_anew().
  std::vector<double> newest(const std::string& name, size_t n) const;
  /// Training goes on from the newest line with other settings.
  void begin_anew() { last_of_before_ = step_; }

 private:
  int64_t step_ = 0;
  int64_t last_of_before_ = -1;  ///< step of the newest line then
  NamedNumbers line_;
  std::map<std::string, Readings, std::less<>> series_;
};

double median(std::vector<double> values);  ///< 0 of none
double least(const std::vector<double>& values);
double greatest(const std::vector<double>& values);

}  // namespace gan
