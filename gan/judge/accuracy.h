#pragma once
/// How sure the accuracy of a classifier of real and fake examples is.

#include <ATen/core/Tensor.h>

#include <vector>

namespace gan {

using at::Tensor;

struct Accuracy {
  double value;      ///< share of right answers
  double low, high;  ///< 95% interval
  double p_value;    ///< one-sided: of an accuracy as high by guessing
};

/// right_real [n], right_fake [n]: whether each answer was right. Independent examples
/// (states_per_chain = 1): the exact interval of Clopper and Pearson, and the binomial tail. Else
/// so many consecutive fake examples are one Markov chain, and chains are the units: with a_c the
/// accuracy on chain c of m, the variance of the mean is var(a_c) / m (n - 1 in var), and interval
/// and p are Student's with m - 1 degrees of freedom; but never narrower, nor p smaller, than if
/// all states were independent. @throws UsageError for under 2 chains or parts of chains
Accuracy accuracy_of(const Tensor& right_real, const Tensor& right_fake, int64_t states_per_chain);

/// Of several classifiers, fitted on other splits of the same examples from other weights: the mean
/// accuracy; the interval from the lowest end to the highest, so it holds each of theirs; the
/// p-values joined by Rueger's rule, valid however they depend on each other: the k-th smallest of
/// n, times n / k, k = (n + 1) / 2. Of one, itself.
Accuracy joined(const std::vector<Accuracy>& fits);

}  // namespace gan
