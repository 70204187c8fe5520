#include "gan/baselines/rbm/rbm.h"

#include <ATen/ATen.h>
#include <gtest/gtest.h>

#include <cmath>

#include "gan/baselines/binary.h"
#include "gan/baselines/testing.h"
#include "gan/core/error.h"
#include "gan/golden/testing.h"
#include "gan/kernels/gibbs.h"
#include "gan/nets/draw.h"

namespace gan {
namespace {

constexpr int64_t kV = 4, kH = 3;

Rbm model(bool gaussian = false, int64_t visible = kV, int64_t hidden = kH) {
  Rbm m(hidden, gaussian, 30, draw_uniform(Stream(2), 1, visible, 0)[0]);
  m.weights().copy_(draw_normal(Stream(1, "w"), visible, hidden, 0));
  m.visible_bias().copy_(draw_normal(Stream(1, "b"), 1, visible, 0)[0] * 0.5);
  m.hidden_bias().copy_(draw_normal(Stream(1, "c"), 1, hidden, 0)[0] * 0.5);
  return m;
}

/// -E(v, h) of every pair, of the path's model at beta: [2^V, 2^H]
Tensor log_joint(Rbm& m, double beta = 1) {
  const Tensor v = doubles(all_states(kV)), h = doubles(all_states(kH));
  const Tensor bias = doubles(m.base()) * (1 - beta) + doubles(m.visible_bias()) * beta;
  return (v.mm(doubles(m.weights())).mm(h.t()) + h.mv(doubles(m.hidden_bias())).unsqueeze(0)) *
             beta +
         v.mv(bias).unsqueeze(1);
}

/// Chances of all states [2^n, n] of units that are on with probability p [N, n]: [N, 2^n]
Tensor chances(const Tensor& p, int64_t n) {
  const Tensor s = doubles(all_states(n)).unsqueeze(0), q = doubles(p).unsqueeze(1);
  return (q * s + (1 - q) * (1 - s)).prod(2);
}

/// Rows of `from` often, each moved by `move`: whether they go where `transitions` [2^n, 2^n] says.
template <class Move>
void expect_transitions(int64_t n, const Tensor& transitions, Move move) {
  constexpr int64_t kEach = 20'000;
  Tensor x = all_states(n).repeat_interleave(kEach, 0);
  move(x);
  for (int64_t i = 0; i < transitions.size(0); ++i)
    EXPECT_TRUE(plausible(counts_of(x.slice(0, i * kEach, (i + 1) * kEach)), transitions[i])) << i;
}

TEST(Rbm, FreeEnergyIsTheSumOverHiddenStates) {
  Rbm m = model();
  const Tensor joint = log_joint(m);
  EXPECT_TRUE(
      m.free_energy(all_states(kV))
          .allclose(-joint.logsumexp({1}), 1e-6, 1e-6));  // parameters are float32, sums are not
  EXPECT_NEAR(*m.exact_log_z(), joint.flatten().logsumexp({0}).item<double>(), 1e-9);
  EXPECT_TRUE(m.hidden_means(all_states(kV))
                  .to(at::kDouble)
                  .allclose(at::softmax(joint, 1).mm(doubles(all_states(kH))), 1e-5, 1e-6));
  EXPECT_TRUE(m.visible_means(all_states(kH))
                  .to(at::kDouble)
                  .allclose(at::softmax(joint, 0).t().mm(doubles(all_states(kV))), 1e-5, 1e-6));
}

TEST(Rbm, EitherLayerCanBeEnumerated) {
  Rbm wide = model(false, 6, 3), tall = model(false, 3, 6);
  tall.weights().copy_(wide.weights().t());
  tall.visible_bias().copy_(wide.hidden_bias());
  tall.hidden_bias().copy_(wide.visible_bias());
  EXPECT_NEAR(*wide.exact_log_z(), *tall.exact_log_z(), 1e-9);
  EXPECT_NEAR(wide.log_unnormalised(all_states(6)).logsumexp({0}).item<double>(),
              *wide.exact_log_z(), 1e-9);
  EXPECT_FALSE(model(false, 21, 21).exact_log_z().has_value());
  EXPECT_FALSE(model(true, 3, 21).exact_log_z().has_value());
}

TEST(Rbm, ASweepIsReversibleAndLeavesTheModelAlone) {
  Rbm m = model();
  const Tensor p = (m.log_unnormalised(all_states(kV)) - *m.exact_log_z()).exp();
  const Tensor sweep = chances(m.hidden_means(all_states(kV)), kH)
                           .mm(chances(m.visible_means(all_states(kH)), kV));  // v -> v'
  const Tensor flow = p.unsqueeze(1) * sweep;
  EXPECT_TRUE(flow.allclose(flow.t(), 1e-4, 1e-8));  // conditionals are float32
  EXPECT_TRUE(p.unsqueeze(0).mm(sweep)[0].allclose(p, 1e-5, 1e-8));
  EXPECT_FALSE(
      sweep.allclose(sweep.t(), 0.1, 0.01));  // it is no symmetric matrix that would pass anything
  const double betas[] = {1, 1};
  expect_transitions(kV, sweep, [&](Tensor& x) {
    Tensor weights = at::zeros({x.size(0)}, at::kDouble);
    m.anneal(x, weights, betas, 5, 0);
    EXPECT_LT(weights.abs().max().item<double>(), 1e-12);
  });
}

TEST(Rbm, ChainsMoveAsTheConditionalsSay) {
  Rbm m = model();
  const Tensor moves = chances(m.visible_means(all_states(kH)), kV)
                           .mm(chances(m.hidden_means(all_states(kV)), kH));  // h -> h'
  expect_transitions(kH, moves, [&](Tensor& x) { m.advance(x, 3, 17); });
  const Tensor up = chances(m.hidden_means(all_states(kV)), kH);
  const Tensor v = all_states(kV).repeat_interleave(20'000, 0), h = m.start_at(v, 6);
  for (int64_t i = 0; i < up.size(0); ++i)
    EXPECT_TRUE(plausible(counts_of(h.slice(0, i * 20'000, (i + 1) * 20'000)), up[i])) << i;
  EXPECT_TRUE(m.show(all_states(kH)).equal(m.visible_means(all_states(kH))));
}

TEST(Rbm, ChainsAreAFunctionOfSeedStepAndNumber) {
  Rbm m = model(false, 90, 70);
  Tensor all = m.start(130, 4), some = m.start(60, 4, 50), other = m.start(60, 5, 50);
  EXPECT_TRUE(all.slice(0, 50, 110).equal(some));
  EXPECT_FALSE(other.equal(some));
  for (int64_t t = 0; t < 20; ++t) {
    m.advance(all, 4, t);
    m.advance(some, 4, t, 50);
  }
  EXPECT_TRUE(all.slice(0, 50, 110).equal(some));
  Tensor repeated = some.clone(), different = some.clone();
  m.advance(repeated, 4, 20, 50);
  m.advance(different, 4, 21, 50);
  EXPECT_FALSE(repeated.equal(different));
  EXPECT_TRUE(m.sample(130, 9).slice(0, 50, 110).allclose(m.sample(60, 9, 50)));
  Tensor h = m.start(40, 9);
  for (int64_t t = 0; t < 30; ++t) m.advance(h, 9, t);
  EXPECT_TRUE(m.sample(40, 9).allclose(m.show(h), 1e-5, 1e-6));  // a sample is a chain of 30 sweeps
}

TEST(Rbm, SamplesFollowTheModel) {
  Rbm m = model();
  const Tensor p = (m.log_unnormalised(all_states(kV)) - *m.exact_log_z()).exp();
  const Tensor means = m.sample(200'000, 1),
               draws = draw_uniform(Stream(8), means.size(0), kV, 0).lt(means);
  EXPECT_TRUE(plausible(counts_of(draws), p));
}

TEST(Rbm, ThePathsBaseIsExact) {
  for (const bool gaussian : {false, true}) {
    Rbm m = model(gaussian);
    Rbm base = model(gaussian);
    base.weights().zero_();
    base.hidden_bias().zero_();
    base.visible_bias().copy_(m.base());
    EXPECT_NEAR(m.base_log_z(), *base.exact_log_z(), 1e-6);
  }
  Rbm m = model();
  EXPECT_TRUE(plausible(counts_of(m.draw_base(100'000, 1)),
                        at::softmax(log_joint(m, 0).logsumexp({1}), 0)));
}

TEST(Rbm, TheAnnealedTransitionLeavesEveryDensityAlone) {
  Rbm m = model();
  for (const double beta : {0.0, 0.3, 0.8}) {
    const Tensor joint = log_joint(m, beta), p = at::softmax(joint.logsumexp({1}), 0);
    const Tensor sweep = at::softmax(joint, 1).mm(at::softmax(joint, 0).t());
    EXPECT_TRUE(p.unsqueeze(0).mm(sweep)[0].allclose(p, 1e-12, 1e-12));
    const double betas[] = {beta / 2, beta};
    expect_transitions(kV, sweep, [&](Tensor& x) {
      Tensor weights = at::zeros({x.size(0)}, at::kDouble);
      m.anneal(x, weights, betas, 5, 3);
      const Tensor expected =
          (log_joint(m, beta).logsumexp({1}) - log_joint(m, beta / 2).logsumexp({1}))
              .repeat_interleave(x.size(0) / (1 << kV));
      EXPECT_TRUE(weights.allclose(expected, 1e-6, 1e-6));
    });
  }
}

TEST(Rbm, GaussianFreeEnergyIsTheIntegral) {
  Rbm m = model(true, 1, 2);
  const auto energy = [&](double v, double h0, double h1) {
    const auto of = [](const Tensor& t, int64_t i) { return t.view(-1)[i].item<double>(); };
    const double d = v - of(m.visible_bias(), 0);
    return d * d / 2 - v * (of(m.weights(), 0) * h0 + of(m.weights(), 1) * h1) -
           of(m.hidden_bias(), 0) * h0 - of(m.hidden_bias(), 1) * h1;
  };
  double z = 0, mean = 0;
  constexpr double kStep = 0.01;
  for (double v = -15; v < 15; v += kStep) {
    double sum = 0;
    for (const double h0 : {0, 1})
      for (const double h1 : {0, 1}) sum += std::exp(-energy(v, h0, h1));
    const double f = m.free_energy(at::full({1, 1}, v, at::kDouble)).item<double>();
    EXPECT_NEAR(f, -std::log(sum), 1e-9);
    z += std::exp(-f) * kStep;
    mean += v * std::exp(-f) * kStep;
  }
  EXPECT_NEAR(*m.exact_log_z(), std::log(z), 1e-6);

  Tensor h = m.start(100'000, 1);
  for (int64_t t = 0; t < 20; ++t) m.advance(h, 1, t);
  EXPECT_NEAR(m.show(h).mean().item<double>(), mean / z, 0.02);
}

TEST(Rbm, GaussianPathsAreRightInBothParts) {
  Rbm m = model(true, 2, 3);
  const auto log_p = [&](const Tensor& x,
                         double beta) {  // the geometric mean of both energies, h summed out
    const Tensor v = doubles(x), base = (v - doubles(m.base())).square().sum(1) / 2,
                 own = (v - doubles(m.visible_bias())).square().sum(1) / 2;
    const Tensor input = (v.mm(doubles(m.weights())) + doubles(m.hidden_bias())) * beta;
    return -base * (1 - beta) - own * beta + input.exp().log1p().sum(1);
  };
  const Tensor start = draw_normal(Stream(1), 100'000, 2, 0);
  Tensor x = start.clone(), weights = at::zeros({x.size(0)}, at::kDouble);
  const double betas[] = {0.4, 0.7};
  m.anneal(x, weights, betas, 2, 0);
  EXPECT_TRUE(weights.allclose(log_p(start, 0.7) - log_p(start, 0.4), 1e-5, 1e-5));
  // After many sweeps at .7, E v = a mixture over h; compare with the same by enumeration.
  const std::vector<double> still(40, 0.7);
  m.anneal(x, weights, still, 3, 0);
  const Tensor h = doubles(all_states(3)),
               bias = doubles(m.base()) * 0.3 + doubles(m.visible_bias()) * 0.7;
  const Tensor mean = h.mm(doubles(m.weights()).t()) * 0.7 + bias;  // E(v | h)
  const Tensor p = at::softmax(h.mv(doubles(m.hidden_bias())) * 0.7 + mean.square().sum(1) / 2, 0);
  EXPECT_LT((doubles(x).mean(0) - p.unsqueeze(0).mm(mean)[0]).abs().max().item<double>(), 0.03);
  EXPECT_LT(
      std::abs(
          doubles(x).var(0).sum().item<double>() -
          (2 + (p.unsqueeze(1) * (mean - p.unsqueeze(0).mm(mean)).square()).sum().item<double>())),
      0.06);
}

TEST(Rbm, BiasesStartAtTheDatasMeans) {
  const Rbm m(2, false, 1, at::tensor({0.f, 0.25f, 1.f}));
  const Tensor p = Rbm(m).visible_bias().sigmoid();
  EXPECT_NEAR(p[0].item<double>(), 0.0005, 1e-6);
  EXPECT_NEAR(p[1].item<double>(), 0.25, 1e-3);
  EXPECT_NEAR(p[2].item<double>(), 0.9995, 1e-6);
  EXPECT_TRUE(at::isfinite(m.base()).all().item<bool>());
  EXPECT_GT(m.base()[1].item<double>(), Rbm(m).visible_bias()[1].item<double>());  // nearer to 1/2
}

/// tools/golden/rbm.py
TEST(Rbm, IsScikitLearns) {
  const auto stored = golden("rbm.json");
  const Tensor x = golden_tensor(stored["x"]), h = golden_tensor(stored["h"]);
  const int64_t n = x.size(0), visible = x.size(1), hidden = h.size(1);
  Rbm m(hidden, false, 1, at::full({visible}, 0.5));
  m.weights().copy_(golden_tensor(stored["weights"]));
  m.visible_bias().copy_(golden_tensor(stored["visible_bias"]));
  m.hidden_bias().copy_(golden_tensor(stored["hidden_bias"]));
  EXPECT_TRUE(m.free_energy(x).allclose(golden_tensor(stored["free_energy"]), 1e-12, 1e-12));
  EXPECT_TRUE(doubles(m.hidden_means(x.to(at::kFloat)))
                  .allclose(golden_tensor(stored["hidden_means"]), 1e-6, 1e-6));

  const auto draws = [&](const Tensor& input, const Tensor& bias, const Tensor& u) {
    const Tensor a = input.to(at::kFloat).contiguous(), numbers = u.to(at::kFloat).contiguous();
    Tensor on = at::empty_like(a);
    kernels::sample_binary(n, a.size(1), a.data_ptr<float>(), 1, bias.data_ptr<float>(),
                           numbers.data_ptr<float>(), nullptr, on.data_ptr<float>());
    return doubles(on);
  };
  const Tensor w = doubles(m.weights());
  EXPECT_TRUE(draws(x.mm(w), m.hidden_bias(), golden_tensor(stored["u_hidden"]))
                  .equal(golden_tensor(stored["hidden_draws"])));
  EXPECT_TRUE(draws(h.mm(w.t()), m.visible_bias(), golden_tensor(stored["u_visible"]))
                  .equal(golden_tensor(stored["visible_draws"])));

  Tensor other = x.clone();  // the pseudo-likelihood of one pixel, V times
  for (int64_t i = 0; i < n; ++i) {
    const int64_t at = golden_tensor(stored["flipped"])[i].item<int64_t>();
    other[i][at] = 1 - other[i][at];
  }
  EXPECT_TRUE(
      (static_cast<double>(visible) * at::log_sigmoid(m.free_energy(other) - m.free_energy(x)))
          .allclose(golden_tensor(stored["score_samples"]), 1e-9, 1e-9));
}

TEST(Rbm, ComplainsOfGreyImages) {
  Rbm m = model();
  EXPECT_THROW(m.log_unnormalised(all_states(kV) * 0.5), DataError);
}

}  // namespace
}  // namespace gan
