#include "gan/baselines/dbm/dbm_trainer.h"

#include <ATen/ATen.h>
#include <gtest/gtest.h>

#include <cmath>

#include "gan/baselines/testing.h"
#include "gan/core/error.h"
#include "gan/nets/draw.h"

namespace gan {
namespace {

constexpr int64_t kV = 4;
constexpr double kRate = 1e-30;  // moves nothing: an update is the gradient alone

Config settings(const std::vector<int64_t>& hidden) {
  Config c;
  c.run.model = "dbm";
  c.training.learning_rate = kRate;
  c.optimizer = {.method = Method::momentum, .momentum = 0, .final_momentum = 0};
  c.dbm.hidden = {hidden};
  c.dbm.epochs = {{1}};
  c.dbm.rates = {{kRate}};
  c.dbm.weight_decay = 0;
  c.dbm.burn_in = 20;
  c.dbm.joint_epochs = 2;
  c.dbm.joint_weight_decay = 0;
  c.dbm.mean_field = 500;
  c.dbm.tolerance = 0;
  return c;
}

Tensor patterns(int64_t n) {
  return draw_uniform(Stream(7), 6, kV, 0).round().repeat({n / 6 + 1, 1}).slice(0, 0, n);
}

void fill(Dbm& m, double scale = 1) {
  for (size_t l = 0; l < m.weights().size(); ++l)
    m.weights()[l].copy_(
        draw_normal(Stream(1).child(l), m.weights()[l].size(0), m.weights()[l].size(1), 0) * scale);
  for (size_t l = 0; l < m.biases().size(); ++l)
    m.biases()[l].copy_(draw_normal(Stream(3).child(l), 1, m.biases()[l].size(0), 0)[0] * 0.5 *
                        scale);
}

Tensor taken(Learner& t, const std::string& name) {
  return state(t).at(name).to(at::kDouble) / kRate;
}

TEST(DbmTrainer, TheOuterLayersCountTwiceWhatTheyReceiveWhileAlone) {
  constexpr int64_t kBatch = 60'000;
  DbmTrainer t(setup(settings({3, 2}), at::full({kV}, 0.5), 1));
  Dbm& m = t.model();
  fill(m);
  const Tensor x = patterns(kBatch), w = m.weights()[0], b = m.biases()[0], c = m.biases()[1],
               h = all_states(3), v = all_states(kV);
  Rows data(x, kBatch);
  t.step(0, data);
  EXPECT_FALSE(t.has_model());
  // CD-1 with p(h | v) = sigmoid(2 (W'v + c)), p(v | h) = sigmoid(W h + b), expected by
  // enumeration.
  const auto up = [&](const Tensor& s) { return (2 * at::addmm(c, s, w)).sigmoid(); };
  const auto chances = [](const Tensor& p, const Tensor& s) {
    return (p.unsqueeze(1) * s + (1 - p.unsqueeze(1)) * (1 - s)).prod(2).to(at::kDouble);
  };
  const Tensor counts = counts_of(x), p = counts / counts.sum();
  const Tensor next =
      p.unsqueeze(0).mm(chances(up(v), h)).mm(chances(at::addmm(b, h, w.t()).sigmoid(), v))[0];
  const auto slope = [&](const Tensor& q) {
    return (v.to(at::kDouble) * q.unsqueeze(1)).t().mm(up(v).to(at::kDouble));
  };
  EXPECT_LT((taken(t, "learner.layer1.optimizer.0.first") - (slope(p) - slope(next)))
                .abs()
                .max()
                .item<double>(),
            5 * 0.5 / std::sqrt(kBatch));

  // The next layer sees h ~ sigmoid(2 (W'v + c)), and its own visible units count twice: p(h_1 |
  // h_2) = sigmoid(2 (W_2 h_2 + b)).
  m.weights()[1].copy_(draw_normal(Stream(5), 3, 2, 0));
  t.step(1, data);
  const Tensor visible = state(t).at("learner.layer2.visible_bias"),
               q = p.unsqueeze(0).mm(chances(up(v), h))[0];
  EXPECT_LT((visible.sigmoid() - up(x).mean(0)).abs().max().item<double>(),
            5 * 0.5 / std::sqrt(kBatch) + 1e-3);
  const Tensor w2 = m.weights()[1], g = all_states(2);
  const auto up2 = [&](const Tensor& s) { return at::addmm(m.biases()[2], s, w2).sigmoid(); };
  const Tensor after = q.unsqueeze(0)
                           .mm(chances(up2(h), g))
                           .mm(chances((2 * at::addmm(visible, g, w2.t())).sigmoid(), h))[0];
  const auto slope2 = [&](const Tensor& z) {
    return (h.to(at::kDouble) * z.unsqueeze(1)).t().mm(up2(h).to(at::kDouble));
  };
  EXPECT_LT((taken(t, "learner.layer2.optimizer.0.first") - (slope2(q) - slope2(after)))
                .abs()
                .max()
                .item<double>(),
            5 * 0.5 / std::sqrt(kBatch));
}

TEST(DbmTrainer, TwoEqualRbmsBecomeTheSquareOfOne) {
  DbmTrainer t(setup(settings({3, kV}), at::full({kV}, 0.5), 1));
  Dbm& m = t.model();
  fill(m);
  m.weights()[1].copy_(m.weights()[0].t());
  m.biases()[2].copy_(m.biases()[0]);
  t.visit_state([&](const std::string& name, Tensor& value) {
    if (name == "learner.layer2.visible_bias") value.copy_(m.biases()[1]);
  });
  Rbm one(3, false, 0, at::full({kV}, 0.5));
  one.weights().copy_(m.weights()[0]);
  one.visible_bias().copy_(m.biases()[0]);
  one.hidden_bias().copy_(m.biases()[1]);
  // log p*(h) of the RBM: c'h + sum softplus(b + W h). The DBM's p*(h_1) is its square.
  const Tensor h = all_states(3).to(at::kDouble);
  const Tensor log_p =
      h.mv(one.hidden_bias().to(at::kDouble)) +
      at::addmm(one.visible_bias().to(at::kDouble), h, one.weights().to(at::kDouble).t())
          .exp()
          .log1p()
          .sum(1);
  EXPECT_NEAR(log_p.logsumexp({0}).item<double>(), *one.exact_log_z(), 1e-9);
  t.compose();
  EXPECT_NEAR(*m.exact_log_z(), (2 * log_p).logsumexp({0}).item<double>(),
              1e-5);  // biases are added in float32
  EXPECT_TRUE(t.has_model());
}

TEST(DbmTrainer, MiddleLayersAreHalved) {
  DbmTrainer t(setup(settings({3, 2, 5}), at::full({kV}, 0.5), 1));
  Dbm& m = t.model();
  fill(m);
  std::vector<Tensor> w, b;
  for (const Tensor& x : m.weights()) w.push_back(x.clone());
  for (const Tensor& x : m.biases()) b.push_back(x.clone());
  const Tensor low = at::full({3}, 4.f), high = at::full({2}, 6.f);
  t.visit_state([&](const std::string& name, Tensor& value) {
    if (name == "learner.layer2.visible_bias") value.copy_(low);
    if (name == "learner.layer3.visible_bias") value.copy_(high);
  });
  t.compose();
  EXPECT_TRUE(m.weights()[0].equal(w[0]) && m.weights()[1].equal(w[1] / 2) &&
              m.weights()[2].equal(w[2]));
  EXPECT_TRUE(m.biases()[0].equal(b[0]) && m.biases()[3].equal(b[3]));
  EXPECT_TRUE(m.biases()[1].allclose(b[1] + 2));  // 4 / 2, of the middle RBM's visible units
  EXPECT_TRUE(m.biases()[2].allclose(
      b[2] / 2 + 6));  // its hidden units' half, and the last one's visible units
}

/// Persistent chains run long enough: what a step takes is the slope of the mean bound.
TEST(DbmTrainer, AStepClimbsTheBound) {
  for (const std::vector<int64_t>& hidden : {std::vector<int64_t>{3, 2}, {2, 3, 2}}) {
    constexpr int64_t kChains = 40'000;
    Config c = settings(hidden);
    c.dbm.chains = kChains;
    c.dbm.sweeps = 60;
    DbmTrainer t(setup(c, at::full({kV}, 0.5), 1));
    Dbm& m = t.model();
    const Tensor x = patterns(60);
    Rows data(x, 60);
    const auto layers = static_cast<int64_t>(hidden.size());
    for (int64_t i = 0; i <= layers; ++i) t.step(i, data);
    fill(m, 0.8);
    t.step(layers + 1, data);
    const Tensor few = x.slice(0, 0, 6).repeat({10, 1});
    const auto bound = [&] {
      return m.log_unnormalised(few).mean().item<double>() - *m.exact_log_z();
    };
    const auto check = [&](Tensor& parameter, int64_t number) {
      const std::string name = "learner.all." + std::to_string(number) + ".first";
      expect_slopes(parameter, taken(t, name), 5 * 0.5 / std::sqrt(kChains), name, bound);
    };
    for (size_t l = 0; l < hidden.size(); ++l) check(m.weights()[l], static_cast<int64_t>(l));
    for (size_t l = 0; l <= hidden.size(); ++l)
      check(m.biases()[l], layers + static_cast<int64_t>(l));
  }
}

TEST(DbmTrainer, AStepByHand) {
  // Units that are as good as certain: v = (1, 0), h_1 = 1, h_2 = 1; the chain ends in v = (0, 1),
  // h_1 = 1, h_2 = 1.
  Config c = settings({1, 1});
  c.training.learning_rate = 0.125;
  c.optimizer.momentum = c.optimizer.final_momentum = 0.5;
  c.dbm.chains = 1;
  c.dbm.joint_weight_decay = 0.25;
  c.dbm.sparsity_cost = 0.5;
  c.dbm.sparsity = {{0.2, 0.4}};
  DbmTrainer t(setup(c, at::full({2}, 0.5), 1));
  Rows data(at::tensor({1.f, 0.f}).view({1, 2}), 1);
  t.step(0, data);
  t.step(1, data);
  Dbm& f = t.model();
  f.weights()[0].copy_(at::tensor({2.f, -4.f}).view({2, 1}));
  f.weights()[1].fill_(1);
  f.biases()[0].copy_(at::tensor({-200.f, 200.f}));
  f.biases()[1].fill_(200);
  f.biases()[2].fill_(200);
  t.visit_state([&](const std::string& name, Tensor& value) {
    if (name == "learner.layer2.visible_bias") value.zero_();
  });  // to be added
  const Scalars scalars = t.step(2, data);
  // Activities .9 * .2 + .1 = .28 and .9 * .4 + .1 = .46; slopes .5 (.28 - .2) = .04 and .5 (.46 -
  // .4) = .03. dW_1 = (-1 + .04, 1) + .25 W_1; dW_2 = -1 + .03 + 1 + .25 W_2; db = (-1, 1); dc_1 =
  // .04; dc_2 = .03.
  EXPECT_TRUE(f.weights()[0].view(-1).allclose(
      at::tensor({2 - 0.125f * (-0.96f + 0.5f), -4 - 0.125f * (1 - 1.f)})))
      << f.weights()[0];
  EXPECT_NEAR(f.weights()[1].item<float>(), 1 - 0.125 * (0.03 + 0.25), 1e-6);
  EXPECT_TRUE(f.biases()[0].allclose(at::tensor({-200 + 0.125f, 200 - 0.125f})));
  EXPECT_NEAR(f.biases()[1].item<float>(), 200 - 0.125 * 0.04, 1e-4);
  EXPECT_NEAR(f.biases()[2].item<float>(), 200 - 0.125 * 0.03, 1e-4);
  EXPECT_NEAR(scalars[1].second.item<double>(), (-200 + 2) - (200 - 4),
              1e-3);  // -E: b'v + W_1 of both; the rest is the same
}

TEST(DbmTrainer, ContinuesFromItsStateInEveryStage) {
  Config c = settings({4, 3});
  c.training.learning_rate = 0.05;
  c.dbm.rates = {{0.1}};
  c.optimizer.final_momentum = 0.9;
  c.dbm.chains = 30;
  c.dbm.sparsity_cost = 0.01;
  c.dbm.mean_field = 10;
  expect_same_end_from({1, 3, 5, 6, 9}, 12, patterns(120), 40,
                       [&](double mean) { return DbmTrainer(setup(c, at::full({kV}, mean), 3)); });
}

TEST(DbmTrainer, LearnsWhatItSees) {
  for (const std::vector<int64_t>& hidden : {std::vector<int64_t>{6, 4}, {6, 4, 3}}) {
    Config c = settings(hidden);
    c.training.learning_rate = 0.02;
    c.dbm.rates = {{0.05}};
    c.dbm.epochs = {{20}};
    c.dbm.joint_epochs = 300;
    c.dbm.chains = 60;
    c.dbm.mean_field = 10;
    c.optimizer.final_momentum = 0.9;
    DbmTrainer t(setup(c, at::full({kV}, 0.5), 5));
    const Tensor x = patterns(300);
    Rows data(x, 60);
    int64_t step = 0;
    double gap = 0;
    for (const Stage& stage : t.stages())
      for (int64_t i = 0; i < stage.steps; ++i)
        gap = t.step(step++, data).back().second.item<double>();
    const double score =
        t.model().log_unnormalised(x).mean().item<double>() - *t.model().exact_log_z();
    EXPECT_GT(score, -2.3) << hidden.size();  // at the start -4 log 2 = -2.77; six patterns, or
                                              // fewer that are different
    EXPECT_TRUE(std::isfinite(gap));
    EXPECT_LT(t.watch({.x = x})[0].second.item<double>(), 1);
  }
}

TEST(DbmTrainer, ComplainsOfGreyData) {
  DbmTrainer t(setup(settings({4, 3}), at::full({kV}, 0.5), 3));
  Rows grey(patterns(60) * 0.5, 60);
  EXPECT_THROW(t.step(0, grey), DataError);
}

}  // namespace
}  // namespace gan
