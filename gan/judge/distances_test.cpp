#include "gan/judge/distances.h"

#include <ATen/ATen.h>
#include <gtest/gtest.h>

#include "gan/nets/draw.h"

namespace gan {
namespace {

TEST(Distances, AgreeWithTheDefinition) {
  for (const int64_t dim : {1, 2, 8, 9, 50}) {
    const Tensor x = draw_normal(Stream(1), 7, dim, 0) + 5,
                 reference = draw_normal(Stream(2), 11, dim, 0) + 5;
    const Tensor difference =
        (x.unsqueeze(1) - reference.unsqueeze(0)).to(at::kDouble);  // [7, 11, D]
    const Tensor expected = difference.square().sum(2);
    const Tensor error = (Distances(reference).squared(x).to(at::kDouble) - expected).abs();
    EXPECT_LT(error.max().item<double>(), 2e-5 * expected.max().item<double>()) << dim;
  }
}

TEST(Distances, NeverNegativeAndZeroInFewDimensions) {
  const Tensor wide = draw_normal(Stream(1), 100, 30, 0) + 100,
               narrow = draw_normal(Stream(1), 100, 2, 0) + 100;
  EXPECT_GE(Distances(wide).squared(wide).min().item<float>(), 0);
  EXPECT_EQ(Distances(narrow).squared(narrow).diagonal().max().item<float>(), 0);
}

TEST(Distances, BlocksStaySmall) {
  for (const int64_t n : {1, 100, 50'000, 10'000'000}) {
    const Distances distances(at::zeros({n, 1}));
    EXPECT_GE(distances.block(), 1);
    EXPECT_TRUE(distances.block() == 1 || distances.block() * n <= 8'000'000);
  }
}

}  // namespace
}  // namespace gan
