#pragma once
/// Exact statements about a proportion of independent trials.

#include <cstdint>

namespace gan {

/// Regularised incomplete beta function I_x(a, b), a and b > 0, x in [0, 1].
double incomplete_beta(double a, double b, double x);

/// P(X >= successes) for X ~ Binomial(trials, p): the one-sided p-value.
double binomial_tail(int64_t successes, int64_t trials, double p);

struct Interval {
  double low, high;
};

/// Clopper & Pearson 1934: covers the proportion with at least `confidence`.
Interval clopper_pearson(int64_t successes, int64_t trials, double confidence);

}  // namespace gan
