#include "gan/judge/binomial.h"

#include <gtest/gtest.h>

#include <cmath>

namespace gan {
namespace {

/// P(X >= k), summed term by term.
double tail_by_sum(int64_t k, int64_t n, double p) {
  double sum = 0;
  for (int64_t i = k; i <= n; ++i)
    sum += std::exp(std::lgamma(n + 1) - std::lgamma(i + 1) - std::lgamma(n - i + 1) +
                    i * std::log(p) + (n - i) * std::log1p(-p));
  return sum;
}

TEST(IncompleteBeta, ClosedForms) {
  EXPECT_EQ(incomplete_beta(2, 3, 0), 0);
  EXPECT_EQ(incomplete_beta(2, 3, 1), 1);
  for (const double x : {0.01, 0.3, 0.5, 0.9}) {
    EXPECT_NEAR(incomplete_beta(1, 1, x), x, 1e-14);
    EXPECT_NEAR(incomplete_beta(4, 1, x), std::pow(x, 4), 1e-14);
    EXPECT_NEAR(incomplete_beta(1, 4, x), 1 - std::pow(1 - x, 4), 1e-14);
    EXPECT_NEAR(incomplete_beta(0.5, 0.5, x), 2 / M_PI * std::asin(std::sqrt(x)), 1e-13);
    EXPECT_NEAR(incomplete_beta(7, 5, x), 1 - incomplete_beta(5, 7, 1 - x), 1e-14);
  }
  for (const double a : {1.0, 30.0, 5'000.0, 1e6})
    EXPECT_NEAR(incomplete_beta(a, a, 0.5), 0.5, 1e-9) << a;
}

TEST(BinomialTail, AgreesWithTheSum) {
  for (const int64_t n : {1, 10, 1'000})
    for (const double p : {0.05, 0.5, 0.8})
      for (int64_t k = 1; k <= n; k += 1 + n / 7)
        EXPECT_NEAR(binomial_tail(k, n, p), tail_by_sum(k, n, p), 1e-11);
  EXPECT_EQ(binomial_tail(0, 10, 0.5), 1);
  EXPECT_EQ(binomial_tail(11, 10, 0.5), 0);
  EXPECT_NEAR(binomial_tail(8, 10, 0.5), 56 / 1024.0, 1e-14);
}

TEST(ClopperPearson, KnownValues) {
  // No successes: 1 - 0.025^(1/n), exactly. Half of ten: the tables' [0.1871, 0.8129].
  EXPECT_NEAR(clopper_pearson(0, 10, 0.95).high, 1 - std::pow(0.025, 0.1), 1e-12);
  EXPECT_NEAR(clopper_pearson(10, 10, 0.95).low, std::pow(0.025, 0.1), 1e-12);
  EXPECT_EQ(clopper_pearson(0, 10, 0.95).low, 0);
  EXPECT_EQ(clopper_pearson(10, 10, 0.95).high, 1);
  EXPECT_NEAR(clopper_pearson(5, 10, 0.95).low, 0.18709, 1e-5);
  EXPECT_NEAR(clopper_pearson(5, 10, 0.95).high, 0.81291, 1e-5);
  EXPECT_NEAR(clopper_pearson(4, 20, 0.95).low, 0.05733, 1e-5);
  EXPECT_NEAR(clopper_pearson(4, 20, 0.95).high, 0.43661, 1e-5);
}

TEST(ClopperPearson, EndsAreWhereTheTailsAreHalfOfWhatIsLeft) {
  const Interval i = clopper_pearson(5'321, 10'000, 0.95);
  EXPECT_NEAR(binomial_tail(5'321, 10'000, i.low), 0.025, 1e-9);
  EXPECT_NEAR(1 - binomial_tail(5'322, 10'000, i.high), 0.025, 1e-9);
}

}  // namespace
}  // namespace gan
