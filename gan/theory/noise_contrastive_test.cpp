#include "gan/theory/noise_contrastive.h"

#include <gtest/gtest.h>

#include <cmath>

namespace gan {
namespace {

/// log p = -lambda x^2 / 2 + c of data with variance 1/2, against N(0, deviation^2).
NceVariance of_precision(double nu, double deviation = 1) {
  return nce_variance([](double x) { return log_normal_density(x, 0, std::sqrt(0.5)); },
                      [=](double x) { return log_normal_density(x, 0, deviation); },
                      [](double x) { return -x * x / 2; }, nu, -12, 12);
}

TEST(NceVariance, IsWhatWasComputedByHand) {
  const double expected[][3] = {{1, 12.02, 1.261}, {10, 8.45, 0.582}, {100, 8.05, 0.508}};
  for (const auto& [nu, lambda, c] : expected) {
    EXPECT_NEAR(of_precision(nu).parameter, lambda, 0.005) << nu;
    EXPECT_NEAR(of_precision(nu).log_normaliser, c, 0.0005) << nu;
  }
}

TEST(NceVariance, EndsAtMaximumLikelihoodForAnyNoise) {
  // Fisher's information of the precision is 1 / (2 lambda^2) = 1/8; c follows it as log(lambda / 2
  // pi) / 2: slope 1/4, 8/16.
  for (const double deviation : {0.8, 1.0, 1.5}) {
    EXPECT_NEAR(of_precision(1e7, deviation).parameter, 8, 1e-4) << deviation;
    EXPECT_NEAR(of_precision(1e7, deviation).log_normaliser, 0.5, 1e-4) << deviation;
  }
}

TEST(NceVariance, OfNoiseThatIsTheDataNeedsNoQuadrature) {
  // P = nu / (1 + nu): I = P E g g', with E x^2 = 1/2 and E x^4 = 3/4, so I^-1 = (1 + nu) / nu [8,
  // 2; 2, 1.5].
  const NceVariance v = of_precision(3, std::sqrt(0.5));
  EXPECT_NEAR(v.parameter, 8 * 4 / 3.0, 1e-9);
  EXPECT_NEAR(v.log_normaliser, (1.5 - 1) * 4 / 3.0, 1e-9);
}

}  // namespace
}  // namespace gan
