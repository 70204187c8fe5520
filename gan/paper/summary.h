#pragma once
/// A few numbers in one.

#include <vector>

namespace gan::paper {

struct Summary {
  double mean = 0;
  double spread = 0;  ///< the deviation of a sample, by n - 1; 0 for one value
  double median = 0;  ///< of an even number, the mean of the two in the middle
};

/// At least one value.
Summary summary(std::vector<double> values);

}  // namespace gan::paper
