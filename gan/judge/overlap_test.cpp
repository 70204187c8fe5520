#include "gan/judge/overlap.h"

#include <ATen/ATen.h>
#include <gtest/gtest.h>

#include <cmath>

#include "gan/core/error.h"
#include "gan/golden/testing.h"
#include "gan/nets/draw.h"

namespace gan {
namespace {

double mean_of(const Tensor& x) {
  return x.to(at::kDouble).mean().item<double>();
}

Tensor drawn(int64_t n, int64_t size, uint64_t seed) {
  return draw_uniform(Stream(seed, "drawn"), n, size, 0);
}

/// tools/golden/scores.py
TEST(Overlap, IsThatOfWholeMatricesOfDistances) {
  const auto stored = golden("scores.json");
  const Overlap o = overlap(golden_tensor(stored["x"]), golden_tensor(stored["y"]));
  EXPECT_NEAR(mean_of(o.precise), stored["precision"].get<double>(), 1e-12);
  EXPECT_NEAR(mean_of(o.recalled), stored["recall"].get<double>(), 1e-12);
  EXPECT_NEAR(mean_of(o.density), stored["density"].get<double>(), 1e-6);
  EXPECT_NEAR(mean_of(o.covered), stored["coverage"].get<double>(), 1e-12);
}

/// Uniform numbers in [0, 1] and in [0, 2]: half of the wide ones lie where the narrow ones are.
/// One distribution twice covers 1 - (1/2)^5 of itself on average (Naeem et al. 2020, eq. 8).
TEST(Overlap, IsWhatIsKnownOfTheDistributions) {
  const Tensor narrow = drawn(4000, 1, 1), wide = drawn(4000, 1, 2) * 2, again = drawn(4000, 1, 3);
  const Overlap of_wide = overlap(wide, narrow), of_narrow = overlap(narrow, wide);
  EXPECT_NEAR(mean_of(of_wide.precise), 0.5, 0.03);
  EXPECT_NEAR(mean_of(of_narrow.recalled), 0.5, 0.03);
  EXPECT_NEAR(mean_of(of_wide.density), 0.5, 0.03);
  const Overlap same = overlap(again, narrow);
  EXPECT_NEAR(mean_of(same.density), 1, 0.05);
  EXPECT_NEAR(mean_of(same.covered), 1 - std::pow(0.5, 5), 0.01);
}

TEST(Overlap, SeesWhatLiesApartAndWhatIsACopy) {
  const Tensor x = drawn(600, 12, 1);
  const Overlap apart = overlap(x + 10, x), copy = overlap(x, x);
  EXPECT_EQ(mean_of(apart.precise) + mean_of(apart.recalled) + mean_of(apart.density) +
                mean_of(apart.covered),
            0);
  EXPECT_EQ(mean_of(copy.precise), 1);
  EXPECT_EQ(mean_of(copy.recalled), 1);
  EXPECT_EQ(mean_of(copy.covered), 1);
}

/// Tiles of 512, and strips of 64: neighbours on both sides of their borders.
TEST(Overlap, FindsTheNearestOtherVector) {
  for (const int64_t size : {2, 20}) {
    const Tensor x = drawn(1300, size, 1), y = drawn(700, size, 2);
    const Overlap o = overlap(x, y);
    for (const auto& [of, found] : {std::pair(x, o.nearest_sample), std::pair(y, o.nearest_data)}) {
      Tensor all = at::cdist(of.to(at::kDouble), of.to(at::kDouble), 2, 2);
      all.fill_diagonal_(INFINITY);
      EXPECT_TRUE(found.to(at::kDouble).allclose(std::get<0>(all.min(1)), 1e-3, 1e-4));
    }
  }
}

TEST(Overlap, RefusesWhatCannotBeCompared) {
  EXPECT_THROW(overlap(drawn(9, 2, 1), drawn(9, 3, 1)), UsageError);
  EXPECT_THROW(overlap(drawn(5, 2, 1), drawn(9, 2, 1)), DataError);
  EXPECT_THROW(overlap(drawn(9, 2, 1) / 0.0, drawn(9, 2, 1)), DataError);
}

}  // namespace
}  // namespace gan
