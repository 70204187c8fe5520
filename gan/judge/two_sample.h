#pragma once
/// "... until the discriminator is unable to differentiate between the two distributions" (Goodfellow et al. 2014,
/// section 3) as a statistical test: a fresh classifier's accuracy on examples that it has never seen
/// (Lopez-Paz & Oquab 2017).

#include <ATen/core/Tensor.h>

namespace gan {

using at::Tensor;

struct TwoSampleResult {
  double accuracy;        ///< on the test part; 1/2 when the distributions are equal
  double low, high;       ///< its exact (Clopper-Pearson) 95% interval
  double p_value;         ///< of so many or more right answers by guessing, one-sided
  int64_t test_examples;  ///< real and fake

  /// The accuracy is surely under 0.5 + epsilon. About this classifier: another may see more.
  bool indistinguishable(double epsilon) const { return high < 0.5 + epsilon; }
};

/// real [n, D] against fake [n, D]: two fifths of each train a small network, a tenth stops it (and, up to 8
/// dimensions, chooses between two kinds of inputs), half test it. A function of (real, fake, seed).
/// The real examples must not be those that the generator has learnt from, and must be drawn as those were: in
/// a file whose order matters, two blocks of it differ by themselves.
/// @throws UsageError for shapes that differ, DataError for under 100 examples each or non-finite ones.
TwoSampleResult two_sample_test(const Tensor& real, const Tensor& fake, uint64_t seed);

}  // namespace gan
