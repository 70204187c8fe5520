#include "gan/judge/neighbours.h"

#include <ATen/ATen.h>
#include <gtest/gtest.h>

#include "gan/core/error.h"
#include "gan/nets/draw.h"

namespace gan {
namespace {

TEST(Nearest, AgreesWithAllPairs) {
  for (const int64_t dim : {2, 40}) {
    const Tensor reference = draw_normal(Stream(1), 9'000, dim, 0),
                 queries = draw_normal(Stream(2), 1'500, dim, 0);
    const Neighbours found = nearest(queries, reference);  // several blocks
    for (int64_t i = 0; i < queries.size(0); i += 97) {
      const Tensor distance = (reference - queries[i]).norm(2, {1});
      EXPECT_EQ(found.index[i].item<int64_t>(), distance.argmin().item<int64_t>());
      EXPECT_FLOAT_EQ(found.distance[i].item<float>(), distance.min().item<float>());
    }
  }
}

TEST(Nearest, FindsCopiesAtDistanceZero) {
  const Tensor reference = draw_uniform(Stream(1), 200, 784, 0);
  const Neighbours found = nearest(reference.flip(0), reference);
  EXPECT_TRUE(found.index.equal(at::arange(199, -1, -1, at::kLong)));
  EXPECT_EQ(found.distance.max().item<float>(), 0);
}

TEST(Nearest, InBlocksIsTheSame) {
  for (const int64_t dim : {2, 40}) {
    const Tensor half = draw_normal(Stream(1), 50, dim, 0),
                 queries = draw_normal(Stream(2), 30, dim, 0);
    const Tensor reference =
        at::cat({half, half, queries.slice(0, 0, 7)});  // each twice: the first of equals is taken
    const auto rows = [&](int64_t first, int64_t count) {
      return reference.narrow(0, first, count);
    };
    const Neighbours whole = nearest(queries, reference);
    for (const int64_t block : {1, 9, 50, 1000}) {
      const Neighbours found = nearest(queries, reference.size(0), block, rows);
      EXPECT_TRUE(found.index.equal(whole.index)) << block;
      EXPECT_TRUE(found.distance.allclose(whole.distance)) << block;
    }
  }
}

TEST(Nearest, EdgeCases) {
  const Tensor x = draw_uniform(Stream(1), 3, 4, 0);
  EXPECT_EQ(nearest(x.slice(0, 0, 0), x).index.numel(), 0);
  EXPECT_THROW(nearest(x, x.slice(0, 0, 0)), DataError);
  EXPECT_THROW(nearest(x, x.slice(1, 0, 2)), UsageError);
}

}  // namespace
}  // namespace gan
