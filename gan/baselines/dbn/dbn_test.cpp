#include "gan/baselines/dbn/dbn.h"

#include <ATen/ATen.h>
#include <gtest/gtest.h>

#include "gan/baselines/binary.h"
#include "gan/baselines/testing.h"
#include "gan/core/error.h"
#include "gan/golden/testing.h"
#include "gan/nets/draw.h"

namespace gan {
namespace {

constexpr int64_t kV = 4;

Tensor normal(const char* name, int64_t rows, int64_t columns) {
  return draw_normal(Stream(4, name), rows, columns, 0);
}

/// All layers there, with parameters that are not small; recognition weights of their own where
/// `untied`.
Dbn model(const std::vector<int64_t>& hidden, bool untied = false) {
  Dbn m(hidden, untied, 20, at::full({kV}, 0.4));
  m.set_stage(static_cast<int64_t>(hidden.size()) + (untied ? 1 : 0));
  for (size_t l = 0; l < hidden.size(); ++l) {
    Rbm& layer = m.layers()[l];
    layer.weights().copy_(draw_normal(Stream(1).child(l), layer.weights().size(0), hidden[l], 0));
    layer.visible_bias().copy_(draw_normal(Stream(2).child(l), 1, layer.weights().size(0), 0)[0] *
                               0.5);
    layer.hidden_bias().copy_(draw_normal(Stream(3).child(l), 1, hidden[l], 0)[0] * 0.5);
  }
  for (size_t l = 0; untied && l + 1 < hidden.size(); ++l) {
    m.recognition_weights(l).copy_(m.layers()[l].weights() +
                                   0.3 * normal("r", m.layers()[l].weights().size(0), hidden[l]));
    m.recognition_bias(l).copy_(normal("rb", 1, hidden[l])[0]);
  }
  return m;
}

/// log p of every state of x_0 ... x_d-1 of two or three hidden layers, for all v: from the
/// definition, [2^V].
Tensor log_p(Dbn& m) {
  std::vector<Rbm>& layers = m.layers();
  Rbm& top = layers.back();
  const Tensor s = all_states(top.weights().size(0));
  Tensor above = top.log_unnormalised(s) - *top.exact_log_z();  // log p of x_d-1's states
  for (size_t l = layers.size() - 1; l-- > 0;) {
    const Tensor below = doubles(all_states(layers[l].weights().size(0))),
                 x = doubles(all_states(layers[l].weights().size(1)));
    const Tensor logits =
        at::addmm(doubles(layers[l].visible_bias()), x, doubles(layers[l].weights()).t());
    above = (log_bernoulli(below.unsqueeze(1), logits.unsqueeze(0)) + above.unsqueeze(0))
                .logsumexp({1});
  }
  return above;
}

TEST(Dbn, TheBoundIsOneAndTightWhereTheTopFits) {
  for (const bool untied : {false, true})
    for (const std::vector<int64_t>& hidden : {std::vector<int64_t>{3, 4}, {3, 4, 2}}) {
      Dbn m = model(hidden, untied);
      const Tensor exact = log_p(m), bound = m.log_unnormalised(all_states(kV)) - *m.exact_log_z();
      EXPECT_NEAR(exact.exp().sum().item<double>(), 1, 1e-9);
      EXPECT_TRUE(bound.lt(exact).all().item<bool>()) << hidden.size() << untied;
      EXPECT_GT((exact - bound).max().item<double>(), 0.05);
      EXPECT_TRUE(m.bounded());
    }
  // Two RBMs, each the other one's transpose: the posterior of x_1 is a product, so the bound is
  // the value (Hinton, Osindero, Teh 2006, section 4).
  Dbn m = model({3, kV});
  m.layers()[1].weights().copy_(m.layers()[0].weights().t());
  m.layers()[1].visible_bias().copy_(m.layers()[0].hidden_bias());
  m.layers()[1].hidden_bias().copy_(m.layers()[0].visible_bias());
  const Tensor exact = log_p(m), bound = m.log_unnormalised(all_states(kV)) - *m.exact_log_z();
  EXPECT_TRUE(bound.allclose(exact, 1e-9, 1e-9));
  Rbm& first = m.layers()[0];
  EXPECT_TRUE(exact.allclose(first.log_unnormalised(all_states(kV)) - *first.exact_log_z(), 1e-9,
                             1e-9));  // and the first RBM alone says the same
}

TEST(Dbn, DrawsGiveTheSameBound) {
  // 13 units between: too many to go through. The three of the layers below 10 of which nothing
  // hears are the same model.
  Dbn small = model({3, 4}), large({13, 4}, false, 20, at::full({kV}, 0.4));
  large.set_stage(2);
  Rbm &bottom = large.layers()[0], &top = large.layers()[1];
  bottom.visible_bias().copy_(small.layers()[0].visible_bias());
  top.hidden_bias().copy_(small.layers()[1].hidden_bias());
  bottom.weights().narrow(1, 0, 3).copy_(small.layers()[0].weights());
  bottom.hidden_bias().narrow(0, 0, 3).copy_(small.layers()[0].hidden_bias());
  top.visible_bias().zero_();
  top.visible_bias().narrow(0, 0, 3).copy_(small.layers()[1].visible_bias());
  top.weights().narrow(0, 0, 3).copy_(small.layers()[1].weights());
  const Tensor x = all_states(kV).repeat_interleave(2000, 0);
  const Tensor exact = small.log_unnormalised(all_states(kV)) - *small.exact_log_z(),
               drawn = (large.log_unnormalised(x) - *large.exact_log_z()).view({-1, 2000});
  EXPECT_NEAR(*large.exact_log_z() - *small.exact_log_z(), 10 * std::log(2), 1e-9);
  const Tensor error = drawn.std(1) / std::sqrt(2000.0);
  EXPECT_TRUE((drawn.mean(1) - exact).abs().lt(5 * error).all().item<bool>())
      << drawn.mean(1) << exact;
  EXPECT_LT(error.max().item<double>(), 0.05);
  EXPECT_TRUE(
      drawn.view(-1).equal(large.log_unnormalised(x) - *large.exact_log_z()));  // no luck in it
}

TEST(Dbn, IsAnRbmAtFirst) {
  Dbn m = model({3, 4});
  m.set_stage(1);
  Rbm& first = m.layers()[0];
  EXPECT_FALSE(m.bounded());
  EXPECT_TRUE(m.log_unnormalised(all_states(kV)).equal(first.log_unnormalised(all_states(kV))));
  EXPECT_EQ(*m.exact_log_z(), *first.exact_log_z());
  EXPECT_EQ(m.start(5, 1).size(1), 3);
  m.set_stage(2);
  EXPECT_EQ(m.start(5, 1).size(1), 7);
}

/// tools/golden/deep.py
TEST(Dbn, IsTheIndependentPrograms) {
  const auto stored = golden("deep.json");
  Dbn m({3, 4, 2}, false, 1, at::full({5}, 0.5));
  m.set_stage(3);
  for (size_t l = 0; l < 3; ++l) {
    m.layers()[l].weights().copy_(golden_tensor(stored["weights"][l]));
    m.layers()[l].visible_bias().copy_(golden_tensor(stored["biases"][l]));
    m.layers()[l].hidden_bias().copy_(golden_tensor(stored["hidden_biases"][l]));
  }
  const auto& expected = stored["dbn"];
  EXPECT_NEAR(*m.exact_log_z(), expected["log_z"].get<double>(), 1e-9);
  EXPECT_TRUE(m.log_unnormalised(golden_tensor(stored["v"]))
                  .allclose(golden_tensor(expected["bound"]), 1e-9, 1e-9));
  EXPECT_TRUE(log_p(m)
                  .index_select(0, number_of(golden_tensor(stored["v"])))
                  .allclose(golden_tensor(expected["log_p"]), 1e-9, 1e-9));
}

TEST(Dbn, ChainsLeaveTheTopAloneAndComeDownAsItsLayersSay) {
  for (const std::vector<int64_t>& hidden : {std::vector<int64_t>{3}, {3, 2}, {3, 2, 3}}) {
    Dbn m = model(hidden);
    Tensor state = m.start(60'000, 3);
    for (int64_t t = 0; t < 30; ++t) m.advance(state, 3, t);
    const Tensor v = draw_uniform(Stream(9), state.size(0), kV, 0).lt(m.show(state)),
                 p = hidden.size() == 1
                         ? (m.log_unnormalised(all_states(kV)) - *m.exact_log_z()).exp()
                         : log_p(m).exp();
    EXPECT_TRUE(plausible(counts_of(v), p)) << hidden.size();
    const Tensor drawn =
        draw_uniform(Stream(10), state.size(0), kV, 0).lt(m.sample(state.size(0), 7));
    EXPECT_TRUE(plausible(counts_of(drawn), p)) << hidden.size();
  }
}

TEST(Dbn, ASampleIsAChainOfItsSweeps) {
  Dbn m = model({3, 2, 3});
  Tensor state = m.start(130, 9), some = m.start(60, 9, 50);
  EXPECT_TRUE(state.slice(0, 50, 110).equal(some));
  for (int64_t t = 0; t < 20; ++t) {
    m.advance(state, 9, t);
    m.advance(some, 9, t, 50);
  }
  EXPECT_TRUE(state.slice(0, 50, 110).equal(some));
  EXPECT_TRUE(m.sample(130, 9).allclose(m.show(state), 1e-5, 1e-6));
  EXPECT_TRUE(m.sample(60, 9, 50).allclose(m.show(some), 1e-5, 1e-6));
  Tensor other = some.clone(), again = some.clone();
  m.advance(other, 9, 21, 50);
  m.advance(again, 9, 20, 50);
  EXPECT_FALSE(other.equal(again));
}

TEST(Dbn, GoesUpByItsRecognitionWeights) {
  Dbn m = model({3, 2, 3}, true);
  const Tensor v = at::tensor({1.f, 0.f, 1.f, 1.f}).repeat({60'000, 1}), state = m.start_at(v, 5),
               x1 = state.narrow(1, 0, 3);
  const Tensor q1 =
      at::addmm(m.recognition_bias(0), v[0].unsqueeze(0), m.recognition_weights(0)).sigmoid()[0];
  EXPECT_LT((x1.mean(0) - q1).abs().max().item<double>(), 5 * 0.5 / std::sqrt(6e4));
  const Tensor expected =
      at::addmm(m.recognition_bias(1), x1, m.recognition_weights(1)).sigmoid().mean(0);
  EXPECT_LT((state.narrow(1, 3, 2).mean(0) - expected).abs().max().item<double>(),
            5 * 0.5 / std::sqrt(6e4));
  const Tensor top = m.layers()[2].hidden_means(state.narrow(1, 3, 2)).mean(0);
  EXPECT_LT((state.narrow(1, 5, 3).mean(0) - top).abs().max().item<double>(),
            5 * 0.5 / std::sqrt(6e4));
}

TEST(Dbn, ComplainsOfGreyImages) {
  Dbn m = model({3, 4});
  EXPECT_THROW(m.log_unnormalised(all_states(kV) * 0.5), DataError);
}

}  // namespace
}  // namespace gan
