#include "gan/baselines/rbm/rbm_trainer.h"

#include <ATen/ATen.h>
#include <ATen/Parallel.h>
#include <gtest/gtest.h>

#include <cmath>
#include <numbers>

#include "gan/baselines/testing.h"
#include "gan/core/error.h"
#include "gan/nets/draw.h"

namespace gan {
namespace {

constexpr int64_t kV = 5, kH = 4;
constexpr double kRate = 1e-30;  // moves nothing: an update is the gradient alone

Config settings(int64_t k, bool persistent) {
  Config c;
  c.run.model = "rbm";
  c.training = {.steps = 10, .learning_rate = kRate};
  c.optimizer = {.method = Method::momentum, .momentum = 0, .final_momentum = 0};
  c.rbm = {.hidden = kH,
           .k = k,
           .persistent = persistent,
           .chains = 40'000,
           .weight_decay = 0,
           .burn_in = 20};
  return c;
}

/// With parameters that are not small.
RbmTrainer trainer(const Config& c) {
  RbmTrainer out(setup(c, at::full({kV}, 0.5), 3));
  Rbm& m = out.model();
  m.weights().copy_(draw_normal(Stream(1, "w"), kV, kH, 0));
  m.visible_bias().copy_(draw_normal(Stream(1, "b"), 1, kV, 0)[0] * 0.5);
  m.hidden_bias().copy_(draw_normal(Stream(1, "c"), 1, kH, 0)[0] * 0.5);
  return out;
}

/// A data set of few patterns, each as often as it likes.
Tensor patterns(int64_t n) {
  return draw_uniform(Stream(7), 6, kV, 0).round().repeat({n / 6 + 1, 1}).slice(0, 0, n);
}

struct Gradient {
  Tensor w, b, c;  // of log p, float64
};

/// What the newest step took for the gradient: minus its update over the rate.
Gradient taken(Learner& learner, double rate = kRate) {
  const auto s = state(learner);
  const auto of = [&](const char* i) {
    return s.at(std::string("learner.optimizer.") + i + ".first").to(at::kDouble) / rate;
  };
  return {of("0"), of("1"), of("2")};
}

/// E over p [2^V] of the slopes of -F(v): v p(h | v)', v, p(h | v).
Gradient expectation(Rbm& model, const Tensor& p) {
  const Tensor v = all_states(kV), h = model.hidden_means(v).to(at::kDouble),
               weighted = v.to(at::kDouble) * p.unsqueeze(1);
  return {weighted.t().mm(h), weighted.sum(0), (h * p.unsqueeze(1)).sum(0)};
}

Gradient operator-(const Gradient& a, const Gradient& b) {
  return {a.w - b.w, a.b - b.b, a.c - b.c};
}

double largest(const Gradient& g) {
  return std::max({g.w.abs().max().item<double>(), g.b.abs().max().item<double>(),
                   g.c.abs().max().item<double>()});
}

/// p(v) of the model, [2^V].
Tensor distribution(Rbm& model) {
  return (model.log_unnormalised(all_states(kV)) - *model.exact_log_z()).exp();
}

Tensor empirical(const Tensor& x) {
  const Tensor counts = counts_of(x);
  return counts / counts.sum();
}

/// v -> v' of one Gibbs sweep, from the model's own conditionals, [2^V, 2^V].
Tensor sweep(Rbm& model) {
  const Tensor v = all_states(kV).to(at::kDouble), h = all_states(kH).to(at::kDouble);
  const auto chances = [](const Tensor& means, const Tensor& states) {  // [N, n], [S, n] -> [N, S]
    const Tensor p = means.to(at::kDouble).unsqueeze(1), s = states.unsqueeze(0);
    return (p * s + (1 - p) * (1 - s)).prod(2);
  };
  return chances(model.hidden_means(v.to(at::kFloat)), h)
      .mm(chances(model.visible_means(h.to(at::kFloat)), v));
}

TEST(RbmTrainer, TheLikelihoodsGradientIsTheDifferenceOfExpectations) {
  RbmTrainer t = trainer(settings(1, false));
  Rbm& m = t.model();
  const Tensor x = patterns(60);
  const auto log_likelihood = [&] {
    return m.log_unnormalised(x).mean().item<double>() - *m.exact_log_z();
  };
  const Gradient exact = expectation(m, empirical(x)) - expectation(m, distribution(m));
  const auto check = [&](Tensor& parameter, const Tensor& slope) {
    const Tensor flat = parameter.view(-1), slopes = slope.reshape(-1);
    for (int64_t i = 0; i < flat.numel(); ++i) {
      constexpr double kStep = 0x1p-9;
      const float before = flat[i].item<float>();
      const auto at = [&](double d) {
        flat[i].fill_(before + d);
        const double value = static_cast<double>(flat[i].item<float>());
        return std::pair(value, log_likelihood());
      };
      const auto [x0, low] = at(-kStep);
      const auto [x1, high] = at(kStep);
      flat[i].fill_(before);
      EXPECT_NEAR((high - low) / (x1 - x0), slopes[i].item<double>(), 2e-6);
    }
  };
  check(m.weights(), exact.w);
  check(m.visible_bias(), exact.b);
  check(m.hidden_bias(), exact.c);
}

TEST(RbmTrainer, ContrastiveDivergenceIsItsExpectation) {
  const Tensor x = patterns(60'000);
  for (const int64_t k : {1, 3}) {
    RbmTrainer t = trainer(settings(k, false));
    Rows data(x, x.size(0));
    Tensor p = empirical(x);
    const Gradient positive = expectation(t.model(), p);
    for (int64_t i = 0; i < k; ++i) p = p.unsqueeze(0).mm(sweep(t.model()))[0];
    t.step(0, data);
    EXPECT_LT(largest(taken(t) - (positive - expectation(t.model(), p))), 5 * 0.5 / std::sqrt(6e4))
        << k;
  }
}

TEST(RbmTrainer, LongChainsAndPersistentOnesGiveTheLikelihoodsGradient) {
  for (const bool persistent : {false, true}) {
    RbmTrainer t = trainer(settings(persistent ? 1 : 100, persistent));
    const Tensor x =
        patterns(persistent ? 60 : 42'000);  // 40,000 persistent chains need few examples
    Rows data(x, x.size(0));
    const Gradient exact =
        expectation(t.model(), empirical(x)) - expectation(t.model(), distribution(t.model()));
    for (int64_t i = 0; i < (persistent ? 60 : 1); ++i) t.step(i, data);
    EXPECT_LT(largest(taken(t) - exact), 5 * 0.5 / std::sqrt(4e4)) << persistent;
    EXPECT_GT(largest(exact), 0.1);
  }
}

TEST(RbmTrainer, AnUpdateByHand) {
  // Units that are as good as certain: h = 1 always, the chains' ends are v = (1, 0), the example
  // is (0, 1).
  Config c = settings(1, false);
  c.training.learning_rate = 0.125;
  c.optimizer.momentum = 0.5;
  c.optimizer.final_momentum = 0.75;
  c.optimizer.momentum_epochs = 2;
  c.rbm.hidden = 1;
  c.rbm.weight_decay = 0.25;
  c.rbm.sparsity_cost = 0.5;
  c.rbm.sparsity = 0.2;
  RbmTrainer t(setup(c, at::full({2}, 0.5), 1));  // an epoch is one step
  t.model().weights().copy_(at::tensor({2.f, -4.f}).view({2, 1}));
  t.model().visible_bias().copy_(at::tensor({200.f, -200.f}));
  t.model().hidden_bias().fill_(200);
  Rows data(at::tensor({0.f, 1.f}).view({1, 2}), 1);

  // Activity .9 * .2 + .1 * 1 = .28; its slope .5 * (.28 - .2) = .04 goes to the unit's bias, and
  // times v to its weights. dW = (0 + 1 - 0, -1 + 0 + .04) + .25 W = (1.5, -1.96); db = (1, -1); dc
  // = -1 + .04 + 1.
  t.step(0, data);
  const auto first = [&](const Tensor& x, float a, float b) {
    EXPECT_TRUE(at::allclose(x.view(-1), at::tensor({a, b}))) << x;
  };
  const float w0 = 2 - 0.125f * 1.5f, w1 = -4 + 0.125f * 1.96f;
  first(t.model().weights(), w0, w1);
  first(t.model().visible_bias(), 200 - 0.125f, -200 + 0.125f);
  EXPECT_FLOAT_EQ(t.model().hidden_bias().item<float>(), 200 - 0.125f * 0.04f);
  // Second epoch: momentum .75; activity .9 * .28 + .1 = .352, slope .5 * .152 = .076.
  t.step(1, data);
  const float v0 = -0.125f * 1.5f, v1 = 0.125f * 1.96f;
  first(t.model().weights(), w0 + 0.75f * v0 - 0.125f * (1 + 0.25f * w0),
        w1 + 0.75f * v1 - 0.125f * (-1 + 0.076f + 0.25f * w1));
  EXPECT_FLOAT_EQ(t.model().hidden_bias().item<float>(),
                  200 - 0.125f * 0.04f * 1.75f - 0.125f * 0.076f);
}

TEST(RbmTrainer, LearnsWhatItSees) {
  Config c = settings(5, true);
  c.training.learning_rate = 0.1;
  c.rbm.chains = 60;
  RbmTrainer t(setup(c, at::full({kV}, 0.5), 10));
  const Tensor x = patterns(600);
  Rows data(x, 60);
  const auto score = [&] {
    return t.model().log_unnormalised(x).mean().item<double>() - *t.model().exact_log_z();
  };
  const double before = score();
  double gap = 0;
  for (int64_t i = 0; i < 3000; ++i) gap = t.step(i, data)[0].second.item<double>();
  EXPECT_NEAR(before, kV * std::log(0.5), 0.1);
  EXPECT_GT(score(), -2.3);  // six patterns: at most -log 6 = -1.79
  EXPECT_LT(std::abs(gap), 3);
  EXPECT_LT(t.watch({.x = x})[0].second.item<double>(), 1);
}

TEST(RbmTrainer, ContinuesFromItsState) {
  const Tensor x = patterns(120);
  for (const bool persistent : {false, true}) {
    Config c = settings(3, persistent);
    c.training.learning_rate = 0.1;
    c.rbm.chains = 30;
    c.rbm.sparsity_cost = 0.1;
    c.optimizer.final_momentum = 0.9;
    Rows data(x, 40);
    RbmTrainer one(setup(c, at::full({kV}, 0.5), 3));
    for (int64_t t = 0; t < 7; ++t) one.step(t, data);
    RbmTrainer two(setup(c, at::full({kV}, 0.25), 3));
    const auto saved = state(one);
    EXPECT_EQ(saved.size(), persistent ? 9u : 8u);
    EXPECT_EQ(saved.count("learner.chains"), persistent ? 1u : 0u);
    restore(two, saved);
    Rows rest(x, 40, 40);
    for (int64_t t = 7; t < 20; ++t) {
      const double a = one.step(t, data)[0].second.item<double>();
      EXPECT_EQ(a, two.step(t, rest)[0].second.item<double>()) << t;
    }
    const auto first = state(one), second = state(two);
    for (const auto& [name, value] : first) EXPECT_TRUE(value.equal(second.at(name))) << name;
  }
}

TEST(RbmTrainer, ThreadsAgreeAndRepeatThemselves) {
  const auto trained = [&](int threads) {
    at::set_num_threads(threads);
    Config c = settings(2, true);
    c.rbm.hidden = 300;
    c.rbm.chains = 70;
    c.training.learning_rate = 0.01;
    RbmTrainer t(setup(c, at::full({400}, 0.3), 3));
    Rows data(draw_uniform(Stream(3), 330, 400, 0).round(), 110);
    for (int64_t i = 0; i < 3; ++i) t.step(i, data);
    return t.model().weights().clone();
  };
  const int before = at::get_num_threads();
  const Tensor one = trained(1), two = trained(2);
  EXPECT_TRUE(two.equal(trained(2)));
  EXPECT_TRUE(one.equal(trained(1)));
  EXPECT_LT((one - two).abs().max().item<double>(), 1e-3);  // a unit or two may have flipped
  at::set_num_threads(before);
}

TEST(RbmTrainer, ARateThatIsTooHighShowsInItsNumbers) {
  Config c = settings(1, false);
  c.training.learning_rate = 30;
  c.rbm.weight_decay = 1;
  RbmTrainer t(setup(c, at::full({kV}, 0.5), 3));
  Rows data(patterns(60), 60);
  double gap = 0;
  for (int64_t i = 0; i < 100 && std::isfinite(gap); ++i)
    gap = t.step(i, data)[0].second.item<double>();
  EXPECT_FALSE(std::isfinite(gap));
}

TEST(RbmTrainer, GaussianUnitsLearnTheirData) {
  Config c = settings(1, false);
  c.rbm.visible = VisibleKind::gaussian;
  c.training.learning_rate = 0.01;
  RbmTrainer t(setup(c, at::zeros({3}), 10));
  const Tensor side =
      draw_uniform(Stream(5), 2000, 1, 0).round() * 2 - 1;  // two clusters, apart along (1, -1, 1)
  const Tensor x = draw_normal(Stream(6), 2000, 3, 0) + side * at::tensor({1.5f, -1.5f, 1.5f});
  Rows data(x, 200);
  const auto score = [&] {
    return t.model().log_unnormalised(x).mean().item<double>() - *t.model().exact_log_z();
  };
  const double before = score();
  for (int64_t i = 0; i < 2000; ++i) t.step(i, data);
  const double entropy = 1.5 * std::log(2 * std::numbers::pi * std::numbers::e) +
                         std::numbers::ln2;  // of the two clusters, little overlap
  EXPECT_LT(before, -entropy - 1.5);
  EXPECT_GT(score(), -entropy - 0.15);
}

TEST(RbmTrainer, ComplainsOfGreyData) {
  RbmTrainer t = trainer(settings(1, false));
  Rows grey(patterns(60) * 0.5, 60);
  EXPECT_THROW(t.step(0, grey), DataError);
}

}  // namespace
}  // namespace gan
