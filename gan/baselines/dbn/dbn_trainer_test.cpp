#include "gan/baselines/dbn/dbn_trainer.h"

#include <ATen/ATen.h>
#include <gtest/gtest.h>

#include <cmath>

#include "gan/baselines/testing.h"
#include "gan/core/error.h"
#include "gan/nets/draw.h"

namespace gan {
namespace {

constexpr int64_t kV = 5;
constexpr double kRate = 1e-30;  // moves nothing: an update is the gradient alone

Config settings(const std::vector<int64_t>& hidden, double up_down_epochs) {
  Config c;
  c.run.model = "dbn";
  c.training.learning_rate = kRate;
  c.optimizer = {.method = Method::momentum, .momentum = 0, .final_momentum = 0};
  c.dbn.hidden = {hidden};
  c.dbn.epochs = {{2}};
  c.dbn.rates = {{0.1}};
  c.dbn.weight_decay = 0;
  c.dbn.burn_in = 20;
  c.dbn.joint_epochs = up_down_epochs;
  c.dbn.up_down_k = {{1}};
  return c;
}

Tensor patterns(int64_t n) {
  return draw_uniform(Stream(7), 6, kV, 0).round().repeat({n / 6 + 1, 1}).slice(0, 0, n);
}

TEST(DbnTrainer, HasAStageForEachLayerAndIsCutOff) {
  Config c = settings({4, 3}, 0.5);
  c.dbn.epochs = {{2, 3}};
  const auto text = [&](int64_t steps) {
    c.training.steps = steps;
    std::string out;
    for (const Stage& s : cut_off(deep_stages(c.dbn, "up-down", 10), c.training.steps))
      out += s.name + ": " + std::to_string(s.steps) + "; ";
    return out;
  };
  EXPECT_EQ(text(0), "layer 1 of 2: 20; layer 2 of 2: 30; up-down: 5; ");
  EXPECT_EQ(text(33), "layer 1 of 2: 20; layer 2 of 2: 13; up-down: 0; ");
  c.dbn.joint_epochs = 0;
  EXPECT_EQ(text(1000), "layer 1 of 2: 20; layer 2 of 2: 30; ");
  c.training.steps = 0;
  const auto stages = deep_stages(c.dbn, "up-down", 10);
  EXPECT_EQ(position_of(stages, 19).stage, 0u);
  EXPECT_EQ(position_of(stages, 20).stage, 1u);
  EXPECT_EQ(position_of(stages, 24).step, 4);
}

TEST(DbnTrainer, AnUpperLayerSeesWhatTheLowerOneDraws) {
  Config c = settings({4, 3}, 0);
  c.dbn.rates = {{kRate}};
  constexpr int64_t kBatch = 60'000;
  DbnTrainer t(setup(c, at::full({kV}, 0.5), 1));
  Rbm &first = t.model().layers()[0], &second = t.model().layers()[1];
  first.weights().copy_(draw_normal(Stream(1), kV, 4, 0));
  first.hidden_bias().copy_(draw_normal(Stream(2), 1, 4, 0)[0]);
  const Tensor x = patterns(kBatch), means = first.hidden_means(x).mean(0);
  Rows data(x, kBatch);
  t.step(0, data);
  t.step(1, data);
  EXPECT_EQ(t.model().depth(), 1);
  t.step(2, data);
  EXPECT_EQ(t.model().depth(), 2);
  EXPECT_LT((second.visible_bias().sigmoid() - means).abs().max().item<double>(),
            5 * 0.5 / std::sqrt(kBatch) + 1e-3);  // smoothed a little
  EXPECT_LT((second.base().sigmoid() - (means * 0.9 + 0.05)).abs().max().item<double>(),
            5 * 0.5 / std::sqrt(kBatch));
  // CD's positive phase of W_2: E h_1 p(h_2 | h_1)' over draws of h_1. Its negative one by two
  // sweeps' worth of enumeration.
  const Tensor h = all_states(4),
               p_h1 = at::sigmoid(
                   at::addmm(first.hidden_bias(), x.slice(0, 0, 6), first.weights()));  // [6, 4]
  Tensor p = (p_h1.unsqueeze(1) * h + (1 - p_h1.unsqueeze(1)) * (1 - h))
                 .prod(2)
                 .mean(0)
                 .to(at::kDouble);  // [16]
  const auto slope = [&](const Tensor& q) {
    return (h.to(at::kDouble) * q.unsqueeze(1)).t().mm(second.hidden_means(h).to(at::kDouble));
  };
  const auto chances = [](const Tensor& m, const Tensor& s) {
    return (m.unsqueeze(1) * s + (1 - m.unsqueeze(1)) * (1 - s)).prod(2).to(at::kDouble);
  };
  const Tensor next = p.unsqueeze(0)
                          .mm(chances(second.hidden_means(h), all_states(3)))
                          .mm(chances(second.visible_means(all_states(3)), h))[0];
  const Tensor taken = state(t).at("learner.layer2.optimizer.0.first").to(at::kDouble) / kRate;
  EXPECT_LT((taken - (slope(p) - slope(next))).abs().max().item<double>(),
            5 * 0.5 / std::sqrt(kBatch));
  EXPECT_TRUE(first.weights().equal(draw_normal(Stream(1), kV, 4, 0)));  // the lower layer rests
}

TEST(DbnTrainer, AWideUpperLayerBeginsWhereTheOneBelowEnded) {
  const Tensor v = all_states(kV);
  for (const int64_t units : {kV, kV + 2}) {
    Config c = settings({4, units}, 0);
    c.dbn.rates = {{kRate}};
    DbnTrainer t(setup(c, at::full({kV}, 0.5), 1));
    Dbn& m = t.model();
    Rbm& first = m.layers()[0];
    Rows data(patterns(60), 60);
    t.step(0, data);
    t.step(1, data);
    first.weights().copy_(draw_normal(Stream(1), kV, 4, 0));
    first.hidden_bias().copy_(draw_normal(Stream(2), 1, 4, 0)[0]);
    first.visible_bias().copy_(draw_normal(Stream(3), 1, kV, 0)[0]);
    const Tensor alone = m.log_unnormalised(v) - *m.exact_log_z();
    t.step(2, data);
    ASSERT_EQ(m.depth(), 2);
    EXPECT_TRUE((m.log_unnormalised(v) - *m.exact_log_z())
                    .allclose(alone, 0,
                              units == kV
                                  ? 1e-5
                                  : 0.1));  // the bound is tight here; units beyond begin small
    EXPECT_FALSE(m.layers()[1].weights().slice(1, kV).eq(0).any().item<bool>());
  }
}

TEST(DbnTrainer, UpDownByHand) {
  // Units that are as good as certain. Wake: v = (1, 0) says x_1 = 1 and top h = 1; one sweep at
  // the top ends in x_1 = 0, h = 1. Sleep: x_1 = 0 draws v = (0, 1). So v should have been (1, 0)
  // and was expected to be (0, 1); x_1 should have been 0, was told as 1.
  Config c = settings({1, 1}, 2);
  c.training.learning_rate = 0.125;
  c.dbn.epochs = {{1}};
  c.dbn.rates = {{kRate}};
  DbnTrainer t(setup(c, at::full({2}, 0.5), 1));
  Rows data(at::tensor({1.f, 0.f}).view({1, 2}), 1);
  for (int64_t i = 0; i < 3; ++i) t.step(i, data);  // the third one unties the recognition weights
  Dbn& m = t.model();
  Rbm &low = m.layers()[0], &top = m.layers()[1];
  const auto two = [](float a, float b) { return at::tensor({a, b}); };
  low.weights().copy_(two(3, -5).view({2, 1}));
  low.visible_bias().copy_(two(-200, 200));
  m.recognition_weights(0).copy_(two(7, 1).view({2, 1}));
  m.recognition_bias(0).fill_(200);
  top.weights().fill_(2);
  top.visible_bias().fill_(-200);
  top.hidden_bias().fill_(200);
  const Scalars scalars = t.step(3, data);
  EXPECT_TRUE(low.weights().view(-1).equal(two(3.125f, -5.125f)));  // (v - E v) x_1
  EXPECT_TRUE(low.visible_bias().equal(two(-200 + 0.125f, 200 - 0.125f)));
  EXPECT_TRUE(
      m.recognition_weights(0).view(-1).equal(two(7, 1 - 0.125f)));  // v of sleep (x_1 - E x_1)
  EXPECT_EQ(m.recognition_bias(0).item<float>(), 200 - 0.125f);
  EXPECT_EQ(top.weights().item<float>(), 2 + 0.125f);  // 1 * 1 - 0 * 1
  EXPECT_EQ(top.visible_bias().item<float>(), -200 + 0.125f);
  EXPECT_EQ(top.hidden_bias().item<float>(), 200);
  EXPECT_EQ(scalars[0].second.item<double>(), 2);
  EXPECT_EQ(scalars[1].second.item<double>(), 1);
}

TEST(DbnTrainer, UpDownClimbsTheBoundInGenerativeWeights) {
  constexpr int64_t kBatch = 40'000;
  Config c = settings({3, 2}, 2);
  c.dbn.epochs = {{1}};
  c.dbn.rates = {{kRate}};
  c.dbn.up_down_k = {{60}};
  DbnTrainer t(setup(c, at::full({kV}, 0.5), 1));
  const Tensor x = patterns(kBatch), few = x.slice(0, 0, 6);
  Rows data(x, kBatch);
  for (int64_t i = 0; i < 3; ++i) t.step(i, data);
  Dbn& m = t.model();
  Rbm &low = m.layers()[0], &top = m.layers()[1];
  for (Rbm* r : {&low, &top})
    for (Tensor* p : {&r->weights(), &r->visible_bias(), &r->hidden_bias()})
      p->copy_(
          draw_normal(Stream(static_cast<uint64_t>(p->numel())), 1, p->numel(), 0).view_as(*p) *
          0.8);
  m.recognition_weights(0).copy_(low.weights() * 0.7);
  m.recognition_bias(0).fill_(0.2);
  t.step(3, data);
  const auto bound = [&] {
    return m.log_unnormalised(few).mean().item<double>() - *m.exact_log_z();
  };
  const auto s = state(t);
  const auto check = [&](Tensor& parameter, int number) {
    const std::string name = "learner.up_down." + std::to_string(number) + ".first";
    expect_slopes(parameter, s.at(name).to(at::kDouble) / kRate, 5 * 0.7 / std::sqrt(kBatch), name,
                  bound);
  };
  check(low.weights(), 0);
  check(low.visible_bias(), 1);
  check(top.weights(), 4);
  check(top.visible_bias(), 5);
  check(top.hidden_bias(), 6);
}

TEST(DbnTrainer, ContinuesFromItsStateInEveryStage) {
  Config c = settings({4, 3}, 2);
  c.training.learning_rate = 0.05;
  c.optimizer.final_momentum = 0.9;
  c.dbn.persistent = {{true, false}};
  c.dbn.chains = 30;
  expect_same_end_from({1, 6, 8, 12, 15}, 18, patterns(120), 40,
                       [&](double mean) { return DbnTrainer(setup(c, at::full({kV}, mean), 3)); });
}

TEST(DbnTrainer, LearnsWhatItSees) {
  Config c = settings({8, 6}, 20);
  c.training.learning_rate = 0.02;
  c.dbn.epochs = {{200}};
  c.dbn.k = {{5}};
  c.dbn.final_rates = {{0.1}};
  c.dbn.joint_epochs = 50;
  c.optimizer.final_momentum = 0.9;
  DbnTrainer t(setup(c, at::full({kV}, 0.5), 5));
  const Tensor x = patterns(300);
  Rows data(x, 60);
  const auto score = [&] {
    return t.model().log_unnormalised(x).mean().item<double>() - *t.model().exact_log_z();
  };
  std::vector<double> scores;
  int64_t step = 0;
  for (const Stage& stage : t.stages()) {
    for (int64_t i = 0; i < stage.steps; ++i) t.step(step++, data);
    scores.push_back(score());
  }
  for (const double s : scores)
    EXPECT_GT(s, -2.6);  // six patterns: at most -log 6 = -1.79; at the start -5 log 2 = -3.47
  EXPECT_LT(std::max({scores[0], scores[1], scores[2]}), -1.79);
}

TEST(StackTrainer, CDGrowsAndItsRateFalls) {
  // One unit each, as good as certain: the data are v = 1, the chain's end is v = 0, h = 1. So W
  // learns 1 a step, times the rate.
  Config c = settings({1, 1}, 0);
  c.dbn.epochs = {{4}};
  c.dbn.rates = {{0.5}};
  c.dbn.k = {{3}};
  c.dbn.k_epochs = {{1}};
  c.dbn.final_rates = {{0.2}};
  DbnTrainer t(setup(c, at::full({1}, 0.5), 1));
  Rbm& m = t.model().layers()[0];
  m.weights().fill_(1);
  m.visible_bias().fill_(-500);
  m.hidden_bias().fill_(500);
  Rows data(at::ones({1, 1}), 1);
  const double share[] = {1, 0.8, 0.6, 0.4},
               k[] = {1, 2, 3, 3};  // the rate falls along a line from .5 to .1; CD-1, 2, 3, and 3
  double expected = 1;
  for (int64_t i = 0; i < 4; ++i) {
    t.step(i, data);
    expected += 0.5 * share[i] / k[i];
    EXPECT_NEAR(m.weights().item<double>(), expected, 1e-6) << i;
  }
}

TEST(DbnTrainer, ComplainsOfGreyData) {
  DbnTrainer t(setup(settings({4, 3}, 0), at::full({kV}, 0.5), 3));
  Rows grey(patterns(60) * 0.5, 60);
  EXPECT_THROW(t.step(0, grey), DataError);
}

}  // namespace
}  // namespace gan
