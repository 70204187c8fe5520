#include "gan/judge/mode_coverage.h"

#include <ATen/ATen.h>
#include <gtest/gtest.h>

#include <cmath>
#include <limits>

#include "gan/core/error.h"
#include "gan/data/toy.h"
#include "gan/nets/draw.h"

namespace gan {
namespace {

const std::vector<float> kCorners = {0, 0, 0, 1, 1, 0, 1, 1};

Tensor points(std::vector<float> values) {
  return at::tensor(values).view({-1, 2});
}

TEST(ModeCoverage, CountsByHand) {
  // Two on the first corner, one just within and one just outside of the second.
  const ModeCoverage c = mode_coverage(points({0, 0, 0, 0, 0, 1.29f, 0, 1.31f}), kCorners, 0.1);
  EXPECT_EQ(c.modes, 4);
  EXPECT_EQ(c.covered, 2);
  EXPECT_DOUBLE_EQ(c.within, 0.75);
  EXPECT_NEAR(c.kl, std::log(2), 1e-12);  // shares 1/2, 1/2, 0, 0
}

TEST(ModeCoverage, NeedsATwentiethOfTheFairShare) {
  const auto with = [](int64_t second) {  // 800 samples on 4 corners: 10 are needed
    Tensor x = at::zeros({800, 2});
    x.slice(0, 0, second).select(1, 1).fill_(1);
    return mode_coverage(x, kCorners, 0.1).covered;
  };
  EXPECT_EQ(with(9), 1);
  EXPECT_EQ(with(10), 2);
}

TEST(ModeCoverage, SpreadWithinByHand) {
  // Two at .2 and one at .1 from their modes; the one at .5 is not within and does not count.
  const ModeCoverage c = mode_coverage(points({0.2f, 0, 0, 0.8f, 1.1f, 1, 0.5f, 0}), kCorners, 0.1);
  const double cut =
      2 * (1 - 5.5 * std::exp(-4.5)) / (1 - std::exp(-4.5));  // E[r^2 | r <= 3] of 2-D
  EXPECT_NEAR(c.spread_within, std::sqrt((0.04 + 0.04 + 0.01) / 3 / cut) / 0.1, 1e-5);
  const ModeCoverage none = mode_coverage(points({0.5f, 0.5f}), kCorners, 0.1);
  EXPECT_TRUE(std::isnan(none.spread_within));
}

TEST(ModeCoverage, CollapseInsideModesShowsInTheSpreadAlone) {
  const auto toy = make_toy("ring8");
  const Tensor truth = points(toy->sample(10'000, 1)), centres = points(toy->modes());
  const Tensor nearest = at::cdist(truth, centres).argmin(1);
  const Tensor middle = centres.index_select(0, nearest);
  const ModeCoverage c =
      mode_coverage(middle + (truth - middle) * 0.5, toy->modes(), toy->mode_deviation());
  EXPECT_EQ(c.covered, c.modes);
  EXPECT_NEAR(c.within, 1, 1e-3);
  EXPECT_NEAR(c.spread_within, 0.5, 0.02);
}

TEST(ModeCoverage, TheTruthsSpreadIsOneInAnyDimension) {
  for (const int64_t dim : {1, 2, 3, 5}) {
    const std::vector<float> centre(static_cast<size_t>(dim), 0.0f);
    const Tensor x = draw_normal(Stream(1, "data"), 40'000, dim, 0) * 0.3;
    EXPECT_NEAR(mode_coverage(x, centre, 0.3).spread_within, 1, 0.01) << dim;
  }
}

TEST(ModeCoverage, OfTheToysThemselves) {
  for (const char* name : {"ring8", "grid25"}) {
    const auto toy = make_toy(name);
    std::vector<float> values = toy->sample(10'000, 1);
    const ModeCoverage c = mode_coverage(points(values), toy->modes(), toy->mode_deviation());
    EXPECT_EQ(c.covered, c.modes) << name;
    EXPECT_NEAR(c.within, 1 - std::exp(-4.5), 0.005) << name;  // Rayleigh: P(r > 3) = exp(-9 / 2)
    EXPECT_LT(c.kl, 0.005) << name;
    EXPECT_NEAR(c.spread_within, 1, 0.01) << name;
  }
}

TEST(ModeCoverage, Collapse) {
  const ModeCoverage c = mode_coverage(at::zeros({1'000, 2}), kCorners, 0.1);
  EXPECT_EQ(c.covered, 1);
  EXPECT_NEAR(c.kl, std::log(4), 1e-12);
  const ModeCoverage far = mode_coverage(at::full({1'000, 2}, 0.5f), kCorners, 0.1);
  EXPECT_EQ(far.covered, 0);
  EXPECT_EQ(far.within, 0);
}

TEST(ModeCoverage, ComplainsOfWhatCannotBe) {
  const Tensor x = at::zeros({10, 3});
  EXPECT_THROW(mode_coverage(x, kCorners, 0.1), UsageError);
  EXPECT_THROW(mode_coverage(points({0, 0}), {}, 0.1), UsageError);
  EXPECT_THROW(mode_coverage(points({0, 0}), kCorners, 0), UsageError);
  EXPECT_THROW(mode_coverage(at::zeros({0, 2}), kCorners, 0.1), DataError);
  EXPECT_THROW(mode_coverage(points({0, std::numeric_limits<float>::quiet_NaN()}), kCorners, 0.1),
               DataError);
}

}  // namespace
}  // namespace gan
