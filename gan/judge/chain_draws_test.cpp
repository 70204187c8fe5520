#include "gan/judge/chain_draws.h"

#include <ATen/ATen.h>
#include <gtest/gtest.h>

#include "gan/core/error.h"

namespace gan {
namespace {

/// Shows (number of the chain, steps that it has made).
class Counting : public Chain {
 public:
  explicit Counting(SampledStates sampled) : sampled_(sampled) {}
  Tensor start(int64_t n, uint64_t, int64_t first) override {
    return at::stack({at::arange(first, first + n, at::kFloat), at::zeros({n})}, 1);
  }
  Tensor start_at(const Tensor& x, uint64_t, int64_t) override { return x; }
  void advance(Tensor& state, uint64_t, int64_t, int64_t) override { state.select(1, 1) += 1; }
  Tensor show(const Tensor& state) override { return state.clone(); }
  SampledStates sampled_states() const override { return sampled_; }

 private:
  SampledStates sampled_;
};

TEST(ChainDraws, ManyChainsAndFewStatesOverTheWholeLength) {
  Counting chain({.burn_in = 7, .consecutive = 100});
  const ChainDraws draws = draw_chains(chain, 10'000, 1);
  EXPECT_EQ(draws.states_per_chain, 50);
  ASSERT_EQ(draws.samples.size(0), 10'000);
  const Tensor of_chain_3 = draws.samples.slice(0, 150, 200);  // [50, 2]
  EXPECT_TRUE(of_chain_3.select(1, 0).eq(3).all().item<bool>());
  EXPECT_TRUE(of_chain_3.select(1, 1).equal(
      at::arange(9, 108, 2, at::kFloat)));  // 7 + 2, 7 + 4, ..., 7 + 100
}

TEST(ChainDraws, ShortChainsGiveAllTheirStates) {
  Counting chain({.burn_in = 0, .consecutive = 3});
  const ChainDraws draws = draw_chains(chain, 10'000, 1);
  EXPECT_EQ(draws.states_per_chain, 3);
  EXPECT_EQ(draws.samples.size(0), 600);
}

TEST(ChainDraws, FewExamplesAreOneOfEachChain) {
  Counting chain({.burn_in = 2, .consecutive = 10});
  const ChainDraws draws = draw_chains(chain, 150, 1);
  EXPECT_EQ(draws.states_per_chain, 1);
  EXPECT_EQ(draws.samples.size(0), 150);
  EXPECT_TRUE(draws.samples.select(1, 1).eq(12).all().item<bool>());
  EXPECT_THROW(draw_chains(chain, 0, 1), UsageError);
}

}  // namespace
}  // namespace gan
