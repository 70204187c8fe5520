#include "gan/judge/two_sample.h"

#include <ATen/ATen.h>
#include <gtest/gtest.h>

#include <cmath>
#include <limits>

#include "gan/core/error.h"
#include "gan/nets/draw.h"

namespace gan {
namespace {

Tensor gaussian(int64_t n, uint64_t seed, int64_t dim = 2) {
  return draw_normal(Stream(seed, "data"), n, dim, 0);
}

/// As toy:ring8, with another width of the modes.
Tensor ring(int64_t n, uint64_t seed, double deviation) {
  const Tensor angle = draw_uniform(Stream(seed, "mode"), n, 1, 0).mul_(8).floor_().mul_(M_PI / 4);
  return at::cat({angle.cos(), angle.sin()}, 1) * 2 + gaussian(n, seed) * deviation;
}

TEST(TwoSample, EqualDistributionsAreNotToldApart) {
  int covers = 0, significant = 0;
  for (uint64_t seed = 1; seed <= 10; ++seed) {
    const TwoSampleResult r =
        two_sample_test(gaussian(1'500, seed), gaussian(1'500, seed + 100), seed);
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
  EXPECT_GT(r.accuracy, bayes - 0.03);  // and what is lost by learning from 8,000
  EXPECT_LT(r.p_value, 0.01);
  EXPECT_FALSE(r.equivalent(0.01));
}

TEST(TwoSample, SlightlyWiderModesAreDetected) {
  const TwoSampleResult r = two_sample_test(ring(10'000, 1, 0.02), ring(10'000, 2, 0.03), 1);
  // Best rule: radius t with t^2 = 4 log(s) / (1 - 1/s^2), s = 1.5; right with 1/2 (1 - e^(-t^2/2)
  // + e^(-t^2/2s^2)).
  const double t2 = 4 * std::log(1.5) / (1 - 1 / 2.25);
  const double bayes = 0.5 * (1 - std::exp(-t2 / 2) + std::exp(-t2 / 4.5));  // .645
  EXPECT_NEAR(r.accuracy, bayes, 0.035);
  EXPECT_LT(r.p_value, 1e-20);
}

TEST(TwoSample, WideDataWithConstantValues) {
  Tensor real = gaussian(400, 1, 100), fake = gaussian(400, 2, 100);
  real.slice(1, 0, 50).fill_(1);
  fake.slice(1, 0, 50).fill_(1);
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

/// Two normals whose best classifier has a given accuracy: Phi(d / 2), d the distance of their
/// means.
TwoSampleResult two_normals(double distance) {
  const Tensor real = gaussian(10'000, 1, 1), fake = gaussian(10'000, 2, 1) + distance;
  return two_sample_test(real, fake, 1);
}

TEST(TwoSample, EquivalenceLetsASmallDifferenceThroughThatIsBeyondDoubt) {
  const TwoSampleResult small = two_normals(0.15);  // Phi(.075) = 53.0%
  EXPECT_NEAR(small.accuracy, 0.53, 0.012);
  EXPECT_LT(small.p_value, 1e-4);  // the distributions differ, for sure
  EXPECT_TRUE(small.equivalent(0.05));
  const TwoSampleResult large = two_normals(0.353);  // Phi(.1765) = 57.0%
  EXPECT_NEAR(large.accuracy, 0.57, 0.012);
  EXPECT_FALSE(large.equivalent(0.05));
}

TEST(TwoSample, EquivalenceLooksAtTheUpperEnd) {
  const TwoSampleResult r{
      .accuracy = 0.51, .low = 0.5, .high = 0.52, .p_value = 0.02, .test_examples = 10'000};
  EXPECT_TRUE(r.equivalent(0.05));
  EXPECT_FALSE(r.equivalent(0.02));
}

/// Rows of `fake` that a part of the first fit holds: shares of the whole in tenths. See
/// two_sample.cpp.
Tensor rows_of_part(int64_t n, uint64_t seed, int64_t from_tenth, int64_t to_tenth) {
  const auto order = Stream(seed, "two-sample test").child("split").permutation(n, 1);
  std::vector<int64_t> rows(order.begin() + n * from_tenth / 10, order.begin() + n * to_tenth / 10);
  return at::tensor(rows);
}

TEST(TwoSample, TheTestHalfDecidesNothingBeforeTheTest) {
  const Tensor real = gaussian(400, 1), fake = gaussian(400, 2) * 1.5;
  Tensor other = fake.clone(), stops = fake.clone();
  other.index_fill_(0, rows_of_part(400, 7, 5, 10), 3);
  stops.index_fill_(0, rows_of_part(400, 7, 4, 5), 3);
  const TwoSampleResult before = two_sample_test(real, fake, 7);
  EXPECT_EQ(two_sample_test(real, other, 7).held_out_loss, before.held_out_loss);
  EXPECT_NE(two_sample_test(real, stops, 7).held_out_loss, before.held_out_loss);
}

/// m chains of s states: of one state each, and a little noise.
Tensor sticky(int64_t chains, int64_t states, uint64_t seed) {
  const Tensor places = gaussian(chains, seed).repeat_interleave(states, 0);
  return places + gaussian(chains * states, seed + 1000) * 0.02;
}

TEST(TwoSample, WholeChainsGoToOnePart) {  // the chains' distribution is the data's; a state's
                                           // neighbours are its own
  const Tensor real = gaussian(2'000, 1), fake = sticky(100, 20, 2);
  const TwoSampleResult shuffled = two_sample_test(real, fake, 1);
  EXPECT_GT(shuffled.low, 0.6);  // was seen in training, nearly
  const TwoSampleResult chains =
      two_sample_test(real, fake, 1, {.fits = 3, .states_per_chain = 20});
  EXPECT_EQ(chains.chains, 100);
  EXPECT_EQ(chains.fits, 3);
  EXPECT_LT(chains.low, 0.5);
  EXPECT_GT(chains.p_value, 0.01);
  EXPECT_GT(chains.high - chains.low, 2 * (shuffled.high - shuffled.low));
}

TEST(TwoSample, TooFewChainsAreNoTest) {
  EXPECT_EQ(too_few_for_two_samples(100, 1), "");
  EXPECT_EQ(too_few_for_two_samples(99, 1), "needs 100 examples of each kind, 99 came");
  EXPECT_EQ(too_few_for_two_samples(390, 10), "");  // 19 and 20 chains
  EXPECT_EQ(too_few_for_two_samples(380, 10),
            "needs 20 whole chains in its test half, 19 of 10 states came");
  EXPECT_EQ(too_few_for_two_samples(10'000, 1'000),
            "needs 20 whole chains in its test half, 5 of 1000 states came");
  EXPECT_THROW(two_sample_test(gaussian(380, 1), gaussian(380, 2), 1, {.states_per_chain = 10}),
               DataError);
}

TEST(TwoSample, SeveralFitsReportTheirMeanAndSpread) {
  const Tensor real = gaussian(400, 1), fake = gaussian(400, 2) * 1.3;
  const TwoSampleResult one = two_sample_test(real, fake, 7),
                        all = two_sample_test(real, fake, 7, {.fits = 3});
  EXPECT_EQ(all.test_examples, one.test_examples);
  EXPECT_GT(all.deviation, 0);
  EXPECT_EQ(one.deviation, 0);
  EXPECT_LE(all.low, one.low);
  EXPECT_GE(all.high, one.high);
  EXPECT_NE(all.accuracy, one.accuracy);
  EXPECT_LT(std::abs(all.accuracy - one.accuracy), 4 * all.deviation);
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
