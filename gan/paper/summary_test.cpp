#include "gan/paper/summary.h"

#include <gtest/gtest.h>

#include <cmath>

namespace gan::paper {
namespace {

TEST(Summary, OfThreeSeeds) {
  const Summary s = summary({-67.2, 191.6, 185.5});
  EXPECT_NEAR(s.mean, 103.3, 1e-12);
  EXPECT_NEAR(s.spread, std::sqrt((170.5 * 170.5 + 88.3 * 88.3 + 82.2 * 82.2) / 2),
              1e-10);  // by n - 1 = 2
  EXPECT_EQ(s.median, 185.5);
}

TEST(Summary, OfTwoAndOfOne) {
  const Summary two = summary({4, 1});
  EXPECT_DOUBLE_EQ(two.mean, 2.5);
  EXPECT_DOUBLE_EQ(two.spread, 3 / std::sqrt(2));
  EXPECT_DOUBLE_EQ(two.median, 2.5);
  const Summary one = summary({7});
  EXPECT_EQ(one.mean, 7);
  EXPECT_EQ(one.spread, 0);
  EXPECT_EQ(one.median, 7);
}

}  // namespace
}  // namespace gan::paper
