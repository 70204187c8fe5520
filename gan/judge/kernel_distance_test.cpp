#include "gan/judge/kernel_distance.h"

#include <ATen/ATen.h>
#include <gtest/gtest.h>

#include <vector>

#include "gan/core/error.h"
#include "gan/golden/testing.h"
#include "gan/nets/draw.h"

namespace gan {
namespace {

Tensor drawn(int64_t n, uint64_t seed) {
  return draw_normal(Stream(seed, "drawn"), n, 1, 0);
}

/// tools/golden/scores.py
TEST(SquaredMmd, IsScikitLearns) {
  const auto stored = golden("scores.json");
  const Tensor x = golden_tensor(stored["x"]), y = golden_tensor(stored["y"]);
  EXPECT_NEAR(squared_mmd(x, y), stored["squared_mmd"].get<double>(), 1e-9);
}

/// E (x y + 1)^3 over x uniform in [0, a] and y in [0, b], from the moments a / 2, a^2 / 3, a^3
/// / 4.
double mean_kernel(double a, double b) {
  const double ab = a * b;
  return ab * ab * ab / 16 + 3 * ab * ab / 9 + 3 * ab / 4 + 1;
}

TEST(KernelDistance, IsUnbiasedAndItsIntervalsCoverTheClosedForm) {
  constexpr double kWider = 1.2;
  const double exact = mean_kernel(1, 1) + mean_kernel(kWider, kWider) - 2 * mean_kernel(1, kWider);
  double sum = 0;
  int covered = 0;
  constexpr int kRepetitions = 100;
  for (uint64_t i = 0; i < kRepetitions; ++i) {
    const auto uniform = [&](uint64_t seed) {
      return draw_uniform(Stream(seed, "uniform"), 400, 1, 0);
    };
    const KernelDistance d = kernel_distance(uniform(2 * i + 1), uniform(2 * i + 2) * kWider, i);
    sum += d.value;
    covered += d.low <= exact && exact <= d.high;
    EXPECT_GT(d.deviation, -1e-12);
  }
  EXPECT_NEAR(sum / kRepetitions, exact, 0.15 * exact);
  EXPECT_GE(covered, 88);
}

TEST(KernelDistance, SubsetsOfAllHaveNoDeviation) {
  const KernelDistance d = kernel_distance(drawn(200, 1), drawn(200, 2), 3);
  EXPECT_NEAR(d.deviation, 0, 1e-5);
  EXPECT_NEAR(d.value, squared_mmd(drawn(200, 1), drawn(200, 2)), 1e-5);
}

/// Each of 40 examples 10 times in a row: as independent ones, the interval is far too narrow.
TEST(KernelDistance, ChainsStayInOnePart) {
  const Tensor y = drawn(400, 1);
  double narrow = 0, wide = 0;
  for (uint64_t i = 0; i < 20; ++i) {
    const Tensor x = drawn(40, i + 2).repeat_interleave(10, 0);
    const KernelDistance as_one = kernel_distance(x, y, i),
                         in_chains = kernel_distance(x, y, i, 10);
    narrow += as_one.high - as_one.low;
    wide += in_chains.high - in_chains.low;
  }
  EXPECT_GT(wide, 1.2 * narrow);
  EXPECT_THROW(kernel_distance(y, y, 1, 21), DataError);
}

TEST(KernelDistance, RefusesWhatCannotBeCompared) {
  EXPECT_THROW(kernel_distance(at::zeros({30, 2}), at::zeros({30, 3}), 1), UsageError);
  EXPECT_THROW(kernel_distance(at::zeros({19, 2}), at::zeros({30, 2}), 1), DataError);
}

}  // namespace
}  // namespace gan
