#include "gan/judge/summary.h"

#include <ATen/ATen.h>
#include <gtest/gtest.h>

#include <cmath>
#include <vector>

namespace gan {
namespace {

TEST(Summary, OverExamplesTheDeviationIsDividedByN) {  // deviations -2, 0, 2: variance 8 / 3
  const MeanError m = mean_error(at::tensor({1.0, 3.0, 5.0}, at::kDouble));
  EXPECT_DOUBLE_EQ(m.mean, 3);
  EXPECT_NEAR(m.standard_error, std::sqrt(8.0 / 3 / 3), 1e-15);
  EXPECT_EQ(mean_error(at::tensor({7.0}, at::kDouble)).standard_error, 0);
}

TEST(Summary, OverRepetitionsItIsDividedByNLessOne) {  // variance 8 / 2
  const Spread s = spread_of(std::vector<double>{1, 3, 5});
  EXPECT_DOUBLE_EQ(s.mean, 3);
  EXPECT_DOUBLE_EQ(s.deviation, 2);
  EXPECT_EQ(spread_of(std::vector<double>{4}).deviation, 0);
}

}  // namespace
}  // namespace gan
