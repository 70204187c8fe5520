#include "gan/kernels/weight_gradient.h"

#include <ATen/ATen.h>
#include <gtest/gtest.h>

#include <vector>

#include "gan/kernels/testing.h"

namespace gan::kernels {
namespace {

using at::Tensor;

/// Put together from the parts that a team of three makes.
Tensor assembled(const WeightGradient& gradient) {
  Tensor out = at::full({gradient.n, gradient.m}, 7.0f);
  for (int member = 0; member < 3; ++member) {
    std::vector<float> tile;
    Team team;
    team.index = member;
    team.size = 3;
    each_part(
        team, gradient, [&](int64_t n) { return sized(tile, n); },
        [&](int64_t first, int64_t count, const float* part) {
          std::copy_n(part, count * gradient.m, out[first].data_ptr<float>());
        });
  }
  return out;
}

TEST(WeightGradient, IsTheProductWhateverItsParts) {
  for (const Format precision : formats())
    for (const int64_t m : {3, 300, 5000}) {
      const auto type = precision == Format::fp32 ? at::kFloat : at::kBFloat16;
      const Tensor left = at::arange(20 * 150, at::kFloat).mul(0.7).sin().view({20, 150}).to(type);
      const Tensor right = at::arange(20 * m, at::kFloat).mul(0.3).cos().view({20, m}).to(type);
      const Tensor expected = at::mm(left.to(at::kFloat).t(), right.to(at::kFloat));
      const WeightGradient gradient{.left = left.data_ptr(),
                                    .n = 150,
                                    .right = right.data_ptr(),
                                    .m = m,
                                    .rows = 20,
                                    .precision = precision};
      EXPECT_TRUE(at::allclose(assembled(gradient), expected, 1e-4, 1e-4)) << m;
    }
}

TEST(WeightGradient, OfZerosAndOfSpacedRowsIsThatToo) {
  Tensor left = at::arange(20 * 150, at::kFloat).mul(0.7).sin().view({20, 150});
  left = left * left.gt(0.5);
  const Tensor spaced = at::arange(20 * 48, at::kFloat).mul(0.3).cos().view({20, 48});
  const Tensor expected = at::mm(left.t(), spaced.narrow(1, 0, 33));
  for (const bool sparse : {false, true})
    for (const int64_t most : {int64_t{0}, kSparseColumns}) {
      const WeightGradient gradient{.left = left.data_ptr(),
                                    .n = 150,
                                    .right = spaced.data_ptr(),
                                    .m = 33,
                                    .rows = 20,
                                    .sparse = sparse,
                                    .stride_right = 48,
                                    .most = most};
      EXPECT_TRUE(at::allclose(assembled(gradient), expected, 1e-5, 1e-5)) << sparse << " " << most;
    }
}

TEST(WeightGradient, PartsFillATile) {
  EXPECT_EQ(rows_of_part(784), 40);
  EXPECT_EQ(rows_of_part(1), kTileColumns);
  EXPECT_EQ(rows_of_part(1 << 20), kGrain);
}

}  // namespace
}  // namespace gan::kernels
