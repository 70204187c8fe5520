#pragma once
/// Series of metrics that were made by hand.

#include <cmath>
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

using Expected = std::vector<std::string>;  ///< names

/// Of a training whose settings are usual.
inline TrainingFacts usual() {
  return {.steps = 5000,
          .batch_size = 100,
          .adversarial = true,
          .log_odds = true,
          .bounded = true,
          .rate = 1e-3,
          .last_rate = 1e-5,
          .schedule_steps = 5000};
}

/// A training without trouble: numbers as good recipes show them.
inline NamedNumbers healthy(int i) {
  const double wobble = 0.05 * std::sin(1.7 * i);
  return {{"d_loss", 1.2 + wobble},
          {"g_loss", 0.9 - wobble},
          {"D(x)", 0.6 + wobble},
          {"D(G(z))", 0.4 - wobble},
          {"G.dead.1", 0.02},
          {"spread", 0.97},
          {"width", 0.97},
          {"crowd", 0.6},
          {"covered", 0.9},
          {"inside", 0.9},
          {"class_width", 0.8},
          {"class_narrowest", 3},
          {"z_effect", 0.9},
          {"d_overfit", 0.1},
          {"d_overfit_errors", 2},
          {"copies", 0.05},
          {"score", 100.0 + std::sqrt(i)}};
}

/// The same with other values.
inline NamedNumbers with(int i, const NamedNumbers& others) {
  NamedNumbers out = healthy(i);
  for (const auto& other : others) {
    std::erase_if(out, [&](const auto& own) { return own.first == other.first; });
    out.push_back(other);
  }
  return out;
}

inline std::vector<Finding> found(const LineOf& line, int lines = 80) {
  return found_in(line, lines, usual());
}

}  // namespace gan
