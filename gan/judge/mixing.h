#pragma once
/// How well Markov chains mix: how many independent samples their states are worth.

#include <ATen/core/Tensor.h>

#include <vector>

namespace gan {

using at::Tensor;

/// Of the states as a whole, so that no direction has to be chosen: with mu the mean of all states,
///   rho(lag) = E <x_t - mu, x_{t+lag} - mu> / E |x_t - mu|^2,
/// which is the autocorrelation of every direction's projection, weighted by its variance. So the
/// mean of the states is as far from the true one (in E |.|^2) as the mean of `effective`
/// independent states would be.
struct Mixing {
  int64_t chains, steps;
  std::vector<double> autocorrelation;  ///< rho at lags 0 (there it is 1) to steps - 1
  double time;  ///< integrated autocorrelation time: the steps that one independent sample costs
  double effective;  ///< sample size: chains * steps / time

  /// The chains are 10 times as long as `time`; where they are not, it is a lower bound.
  bool resolved() const { return static_cast<double>(steps) >= 10 * time; }
};

/// states [m, n, D]: m chains of n consecutive states, after burn-in. mu is over all chains, as in
/// Vehtari et al. 2021, so chains that stay apart count as slow; that is noticed only where they
/// start in different places. The time is sum_{|lag| < n} (1 - |lag| / n) rho(lag), cut by Geyer's
/// initial monotone sequence (1992, section 3.3: exact for reversible chains, a habit for others),
/// and at least 1 / log10(m n), as in Stan. Chains that never move: rho is 1, and `effective` is m.
/// @throws UsageError for another shape or under 4 states, DataError for non-finite ones
Mixing mixing(const Tensor& states);

}  // namespace gan
