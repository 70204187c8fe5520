#pragma once
/// What is wrong with data, before anything is trained on them.

#include <vector>

#include "gan/data/dataset.h"
#include "gan/doctor/finding.h"

namespace gan {

/// n of the examples, evenly over all of them; all where there are fewer.
Examples evenly(const Examples& examples, int64_t n);

/// Looks at no more than 50,000 training examples and 2,000 held-out ones, evenly chosen.
std::vector<Finding> data_findings(const DataSet& data);

/// How well held-out examples are told from training examples by a classifier that weighs each
/// value and its square by the difference of their means: fitted on half of the examples given,
/// judged on the other half. train, valid: as many of each.
struct Separation {
  double accuracy = 0.5;  ///< on the half that it was not fitted on; 0.5: they cannot be told apart
  int64_t judged = 0;     ///< examples
  double error() const;   ///< standard error of an accuracy of 0.5
};
Separation separation(const Examples& train, const Examples& valid);

}  // namespace gan
