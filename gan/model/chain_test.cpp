#include "gan/model/chain.h"

#include <ATen/ATen.h>
#include <gtest/gtest.h>

#include "gan/core/error.h"
#include "gan/core/random.h"

namespace gan {
namespace {

/// Each step adds 1 to a count and draws a number; both are shown.
class Counting : public Chain {
 public:
  Tensor start(int64_t n, uint64_t, int64_t first) override {
    return at::stack({at::zeros({n}), at::arange(first, first + n).to(at::kFloat)}, 1);
  }
  Tensor start_at(const Tensor& x, uint64_t, int64_t) override { return x.clone(); }
  void advance(Tensor& state, uint64_t seed, int64_t t, int64_t first) override {
    state.select(1, 0).add_(1);
    std::vector<float> drawn(state.size(0));
    Stream(seed, "counting").uniform(drawn, 1, t, first);
    state.select(1, 1).copy_(at::tensor(drawn));
  }
  Tensor show(const Tensor& state) override { return state * 10; }
};

TEST(Follow, TakesTheStatesOfItsCourse) {
  Counting counting;
  Chain& chain = counting;
  const Tensor start = chain.start(2, 0, 0),
               x = follow(chain, start, {.burn_in = 5, .thin = 3, .taken = 4}, 7);
  ASSERT_EQ(x.sizes(), at::IntArrayRef({2, 4, 2}));
  for (int64_t i = 0; i < 2; ++i)
    EXPECT_TRUE(x[i].select(1, 0).equal(at::tensor({80.f, 110.f, 140.f, 170.f})));
  EXPECT_TRUE(start.equal(chain.start(2, 0, 0)));  // which stays as it was
  EXPECT_TRUE(
      follow(chain, start, {.taken = 2}, 7)[0].select(1, 0).equal(at::tensor({10.f, 20.f})));
}

TEST(Follow, EachChainAndEachStepDrawsForItself) {
  Counting counting;
  Chain& chain = counting;
  const Tensor all = follow(chain, chain.start(5, 7), {.burn_in = 2, .taken = 3}, 7);
  EXPECT_TRUE(all.narrow(0, 3, 2).equal(
      follow(chain, chain.start(2, 7, 3), {.burn_in = 2, .taken = 3}, 7, 3)));
  EXPECT_TRUE(
      all.narrow(1, 1, 2).equal(follow(chain, chain.start(5, 7), {.burn_in = 3, .taken = 2}, 7)));
  EXPECT_FALSE(all.select(1, 0).select(1, 1).equal(all.select(1, 1).select(1, 1)));
  EXPECT_FALSE(all.select(2, 1).equal(
      follow(chain, chain.start(5, 7), {.burn_in = 2, .taken = 3}, 8).select(2, 1)));
}

TEST(Follow, RefusesACourseThatIsNone) {
  Counting counting;
  Chain& chain = counting;
  const Tensor start = chain.start(1, 0, 0);
  EXPECT_THROW(follow(chain, start, {.burn_in = -1}, 0), UsageError);
  EXPECT_THROW(follow(chain, start, {.thin = 0}, 0), UsageError);
  EXPECT_THROW(follow(chain, start, {.taken = 0}, 0), UsageError);
}

}  // namespace
}  // namespace gan
