#include "gan/judge/binomial.h"

#include <cmath>

namespace gan {
namespace {

/// Continued fraction of I_x(a, b) by the modified Lentz method: Press et al., Numerical
/// Recipes, 6.4. Converges in O(sqrt(max(a, b))) terms for x < (a + 1) / (a + b + 2).
double beta_fraction(double a, double b, double x) {
  constexpr double kTiny = 1e-300, kPrecision = 1e-15;
  constexpr int kTerms = 100'000;
  const auto away_from_zero = [](double v) { return std::abs(v) < kTiny ? kTiny : v; };
  double c = 1, d = 1 / away_from_zero(1 - (a + b) * x / (a + 1)), h = d;
  for (int m = 1; m <= kTerms; ++m) {
    const double even = m * (b - m) * x / ((a + 2 * m - 1) * (a + 2 * m));
    d = 1 / away_from_zero(1 + even * d);
    c = away_from_zero(1 + even / c);
    h *= d * c;
    const double odd = -(a + m) * (a + b + m) * x / ((a + 2 * m) * (a + 2 * m + 1));
    d = 1 / away_from_zero(1 + odd * d);
    c = away_from_zero(1 + odd / c);
    h *= d * c;
    if (std::abs(d * c - 1) < kPrecision) break;
  }
  return h;
}

/// x with I_x(a, b) = p, by bisection.
double beta_quantile(double a, double b, double p) {
  double low = 0, high = 1;
  for (double x = 0.5; x > low && x < high; x = low + (high - low) / 2)
    (incomplete_beta(a, b, x) < p ? low : high) = x;
  return low;
}

}  // namespace

double incomplete_beta(double a, double b, double x) {
  if (x <= 0) return 0;
  if (x >= 1) return 1;
  const double front = std::exp(std::lgamma(a + b) - std::lgamma(a) - std::lgamma(b) +
                                a * std::log(x) + b * std::log1p(-x));
  if (x < (a + 1) / (a + b + 2)) return front * beta_fraction(a, b, x) / a;
  return 1 - front * beta_fraction(b, a, 1 - x) / b;
}

double binomial_tail(int64_t successes, int64_t trials, double p) {
  if (successes <= 0) return 1;
  if (successes > trials) return 0;
  return incomplete_beta(static_cast<double>(successes),
                         static_cast<double>(trials - successes + 1), p);
}

Interval clopper_pearson(int64_t successes, int64_t trials, double confidence) {
  const auto k = static_cast<double>(successes), n = static_cast<double>(trials);
  const double outside = (1 - confidence) / 2;
  return {.low = successes == 0 ? 0 : beta_quantile(k, n - k + 1, outside),
          .high = successes == trials ? 1 : beta_quantile(k + 1, n - k, 1 - outside)};
}

}  // namespace gan
