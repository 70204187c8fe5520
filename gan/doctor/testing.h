#pragma once
/// Series of metrics that were made by hand.

#include <functional>
#include <string>
#include <vector>

#include "gan/doctor/doctor.h"

namespace gan {

/// Numbers of line i, from 0.
using LineOf = std::function<NamedNumbers(int i)>;

/// What is found in `lines` lines, one every 50 steps, the first at step 50.
inline std::vector<Finding> found_in(const LineOf& line, int lines, const TrainingFacts& facts) {
  Doctor doctor(facts);
  for (int i = 0; i < lines; ++i) doctor.note(50 * (i + 1), line(i));
  return doctor.findings();
}

inline std::vector<std::string> names_in(const std::vector<Finding>& findings) {
  std::vector<std::string> out;
  for (const Finding& finding : findings) out.push_back(finding.name);
  return out;
}

}  // namespace gan
