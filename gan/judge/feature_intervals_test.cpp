/// Confidence intervals of the scores that look for neighbours cover as often as they say.

#include <ATen/ATen.h>
#include <gtest/gtest.h>

#include <algorithm>
#include <functional>
#include <vector>

#include "gan/judge/feature_means.h"
#include "gan/judge/overlap.h"
#include "gan/nets/draw.h"

namespace gan {
namespace {

constexpr int kTrials = 200;
constexpr int64_t kRows = 200;

Tensor drawn(uint64_t seed, double mean) {
  return draw_normal(Stream(seed, "drawn"), kRows, 3, 0) + mean;
}

/// Of intervals from `kTrials` draws, the share that hold the mean value of all draws.
double coverage_of(const std::function<Measured(uint64_t seed)>& measure) {
  std::vector<Measured> all;
  double mean = 0;
  for (int i = 0; i < kTrials; ++i) {
    all.push_back(measure(100 + static_cast<uint64_t>(i)));
    mean += all.back().value / kTrials;
  }
  const auto holds = [&](const Measured& m) { return m.low <= mean && mean <= m.high; };
  return static_cast<double>(std::ranges::count_if(all, holds)) / kTrials;
}

/// Samples are drawn again and again; the balls stay.
TEST(FeatureIntervals, OfSamplesHoldTheMeanGivenTheBalls) {
  const Tensor data = drawn(1, 0);
  for (const double mean : {0.3, 1.5}) {
    const double precision = coverage_of(
        [&](uint64_t seed) { return share_of(overlap(drawn(seed, mean), data).precise, 1); });
    const double density = coverage_of(
        [&](uint64_t seed) { return mean_over(overlap(drawn(seed, mean), data).density, 1); });
    EXPECT_GE(precision, 0.93) << mean;
    EXPECT_GE(density, 0.91) << mean;
  }
}

/// Data are drawn again and again; the samples stay.
TEST(FeatureIntervals, OfDataHoldTheMeanGivenTheSamples) {
  for (const double mean : {0.3, 1.5}) {
    const Tensor samples = drawn(2, mean);
    const double recall = coverage_of(
        [&](uint64_t seed) { return share_of(overlap(samples, drawn(seed, 0)).recalled, 1); });
    const double coverage = coverage_of(
        [&](uint64_t seed) { return share_of(overlap(samples, drawn(seed, 0)).covered, 1); });
    EXPECT_GE(recall, 0.93) << mean;
    EXPECT_GE(coverage, 0.93) << mean;
  }
}

TEST(FeatureIntervals, OfMediansHoldTheMedian) {
  int held = 0;
  for (uint64_t seed = 0; seed < kTrials; ++seed) {
    const Measured m = median_of(draw_normal(Stream(seed, "drawn"), 1, 101, 0).flatten().exp());
    held += m.low <= 1 && 1 <= m.high;
  }
  EXPECT_GE(held, 0.93 * kTrials);
}

}  // namespace
}  // namespace gan
