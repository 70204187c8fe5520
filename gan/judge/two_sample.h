#pragma once
/// "... until the discriminator is unable to differentiate between the two distributions"
/// (Goodfellow et al. 2014, section 3) as a statistical test: a fresh classifier's accuracy on
/// examples that it has never seen (Lopez-Paz & Oquab 2017). That no difference is there cannot be
/// shown; what can be is that it is small: `equivalent`.

#include <ATen/core/Tensor.h>

#include <string>

namespace gan {

using at::Tensor;

struct TwoSampleResult {
  double accuracy;  ///< mean over the fits, each on its own test part; 1/2 when the distributions
                    ///< are equal
  double low,
      high;  ///< from the lowest to the highest end of the fits' 95% intervals (judge/accuracy.h)
  double
      p_value;  ///< of so many or more right answers by guessing, one-sided, of all fits together
  int64_t test_examples;  ///< real and fake, of one fit
  int64_t fits = 1;
  double deviation = 0;  ///< of the fits' accuracies, n - 1; 0 of one fit
  int64_t chains =
      0;  ///< of the fake examples, all parts together; 0 where each example is independent
  double held_out_loss =
      0;  ///< of the first fit, on the part that stopped it, nats: log 2 by guessing

  /// An equivalence test: the accuracy is surely under 0.5 + epsilon, with the confidence of the
  /// interval. It lets through distributions that are known to differ (p_value), as long as they
  /// differ by less. About this classifier: another may see more.
  bool equivalent(double epsilon) const { return high < 0.5 + epsilon; }
};

struct TwoSampleSettings {
  int64_t fits =
      1;  ///< classifiers, each from other initial weights on another split of the examples
  int64_t states_per_chain = 1;  ///< so many consecutive fake examples are states of one Markov
                                 ///< chain; 1: all are independent
};

/// A reason why so many examples of each kind are too few for a test, for people; "" where they
/// suffice: 100 examples, and, of chains, 20 whole ones in the test half, or the deviation over
/// chains, on which the interval rests, is hardly known.
std::string too_few_for_two_samples(int64_t examples, int64_t states_per_chain);

/// real [n, D] against fake [n, D]: two fifths of each train a small network, a tenth stops it
/// (and, up to 8 dimensions, chooses between two kinds of inputs), half test it. Whole chains go to
/// one part; examples beyond the last whole chain are left out. A function of (real, fake, seed,
/// settings). The real examples must not be those that the generator has learnt from, and must be
/// drawn as those were: in a file whose order matters, two blocks of it differ by themselves.
/// @throws UsageError for shapes that differ, DataError for too few examples or non-finite ones.
TwoSampleResult two_sample_test(const Tensor& real, const Tensor& fake, uint64_t seed,
                                const TwoSampleSettings& settings = {});

}  // namespace gan
