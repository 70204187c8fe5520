#include "gan/kernels/windows.h"

#include <gtest/gtest.h>

#include <cmath>
#include <limits>
#include <vector>

namespace gan::kernels {
namespace {

TEST(SumWindows, IsTheSumInFloat64) {
  const std::vector<float> exponents = {-50, -2, -0.5};
  for (const int64_t n : {1, 15, 16, 17, 1023, 1024, 5000}) {
    std::vector<float> squared;
    for (int64_t i = 0; i < n; ++i) squared.push_back(3 + 2 * std::sin(static_cast<float>(i * i)));
    double sums[3];
    const float nearest = sum_windows(squared, exponents, sums);
    EXPECT_EQ(nearest, *std::min_element(squared.begin(), squared.end())) << n;
    for (size_t j = 0; j < 3; ++j) {
      double expected = 0;
      for (const float d : squared)
        expected += std::exp(static_cast<double>(exponents[j]) * static_cast<double>(d - nearest));
      EXPECT_NEAR(sums[j] / expected, 1, 2e-6) << n << " " << exponents[j];
    }
  }
}

TEST(SumWindows, FarOnesCountForNothing) {
  double sum = 0;
  EXPECT_EQ(sum_windows(std::vector<float>{1e30f, 4, 1e9f}, std::vector<float>{-50}, &sum), 4);
  EXPECT_DOUBLE_EQ(sum, 1);
}

TEST(SumWindows, WhatIsNoNumberShows) {
  for (const size_t at : {0, 3, 20}) {
    std::vector<float> squared(40, 1);
    squared[at] = std::numeric_limits<float>::quiet_NaN();
    double sum = 0;
    sum_windows(squared, std::vector<float>{-1}, &sum);
    EXPECT_TRUE(std::isnan(sum)) << at;
  }
}

}  // namespace
}  // namespace gan::kernels
