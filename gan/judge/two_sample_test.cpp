#include "gan/judge/two_sample.h"

#include <ATen/ATen.h>
#include <gtest/gtest.h>

#include <cmath>
#include <limits>

#include "gan/core/error.h"
#include "gan/nets/draw.h"

namespace gan {
namespace {

Tensor gaussian(int64_t n, uint64_t seed, int64_t dim = 2) { return draw_normal(Stream(seed, "data"), n, dim, 0); }

/// As toy:ring8, with another width of the modes.
Tensor ring(int64_t n, uint64_t seed, double deviation) {
  const Tensor angle = draw_uniform(Stream(seed, "mode"), n, 1, 0).mul_(8).floor_().mul_(M_PI / 4);
  return at::cat({angle.cos(), angle.sin()}, 1) * 2 + gaussian(n, seed) * deviation;
}

TEST(TwoSample, EqualDistributionsAreNotToldApart) {
  int covers = 0, significant = 0;
  for (uint64_t seed = 1; seed <= 10; ++seed) {
    const TwoSampleResult r = two_sample_test(gaussian(1'500, seed), gaussian(1'500, seed + 100), seed);
    covers += r.low <= 0.5 && r.high >= 0.5;
    significant += r.p_value < 0.01;
    EXPECT_EQ(r.test_examples, 1'500);
    EXPECT_LT(r.low, r.accuracy);
    EXPECT_GT(r.high, r.accuracy);
  }
  const TwoSampleResult wide = two_sample_test(gaussian(2'000, 1, 100), gaussian(2'000, 2, 100), 1);
  EXPECT_LE(wide.low, 0.5);
  EXPECT_GE(wide.high, 0.5);
  EXPECT_GE(covers, 8);  // of 10 at 95%: fewer with probability 1%
  EXPECT_LE(significant, 1);
}

TEST(TwoSample, SmallShiftIsDetected) {
  const Tensor real = gaussian(10'000, 1);
  Tensor fake = gaussian(10'000, 2);
  fake.select(1, 0).add_(0.2);
  const TwoSampleResult r = two_sample_test(real, fake, 1);
  const double bayes = 0.5 * std::erfc(-0.1 / std::sqrt(2.0));  // Phi(shift / 2) = .5398
  EXPECT_LT(r.accuracy, bayes + 0.015);                         // three deviations of 10,000 trials
  EXPECT_GT(r.accuracy, bayes - 0.03);                          // and what is lost by learning from 8,000
  EXPECT_LT(r.p_value, 0.01);
  EXPECT_FALSE(r.indistinguishable(0.01));
}

TEST(TwoSample, SlightlyWiderModesAreDetected) {
  const TwoSampleResult r = two_sample_test(ring(10'000, 1, 0.02), ring(10'000, 2, 0.03), 1);
  // Best rule: radius t with t^2 = 4 log(s) / (1 - 1/s^2), s = 1.5; right with 1/2 (1 - e^(-t^2/2) + e^(-t^2/2s^2)).
  const double t2 = 4 * std::log(1.5) / (1 - 1 / 2.25);
  const double bayes = 0.5 * (1 - std::exp(-t2 / 2) + std::exp(-t2 / 4.5));  // .645
  EXPECT_NEAR(r.accuracy, bayes, 0.035);
  EXPECT_LT(r.p_value, 1e-20);
}

TEST(TwoSample, WideDataWithConstantValues) {
  Tensor real = gaussian(400, 1, 100), fake = gaussian(400, 2, 100);
  real.slice(1, 0, 50).fill_(1), fake.slice(1, 0, 50).fill_(1);
  fake.select(1, 99).add_(3);
  const TwoSampleResult r = two_sample_test(real, fake, 1);
  EXPECT_GT(r.low, 0.7);
  const TwoSampleResult copies = two_sample_test(at::ones({200, 5}), at::ones({200, 5}), 1);
  EXPECT_EQ(copies.accuracy, 0.5);
}

TEST(TwoSample, IsAFunctionOfDataAndSeed) {
  const Tensor real = gaussian(300, 1), fake = gaussian(300, 2) * 1.3;
  const TwoSampleResult a = two_sample_test(real, fake, 7), b = two_sample_test(real, fake, 7);
  EXPECT_EQ(a.accuracy, b.accuracy);
  EXPECT_EQ(a.p_value, b.p_value);
}

TEST(TwoSample, Indistinguishable) {
  const TwoSampleResult r{.accuracy = 0.51, .low = 0.5, .high = 0.52, .p_value = 0.02, .test_examples = 10'000};
  EXPECT_TRUE(r.indistinguishable(0.05));
  EXPECT_FALSE(r.indistinguishable(0.02));
}

TEST(TwoSample, ComplainsOfWhatCannotBe) {
  EXPECT_THROW(two_sample_test(gaussian(200, 1), gaussian(201, 2), 1), UsageError);
  EXPECT_THROW(two_sample_test(gaussian(200, 1, 2), gaussian(200, 2, 3), 1), UsageError);
  EXPECT_THROW(two_sample_test(gaussian(99, 1), gaussian(99, 2), 1), DataError);
  Tensor diverged = gaussian(200, 2);
  diverged[3][0] = std::numeric_limits<float>::quiet_NaN();
  EXPECT_THROW(two_sample_test(gaussian(200, 1), diverged, 1), DataError);
}

}  // namespace
}  // namespace gan
