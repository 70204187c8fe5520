#include "gan/baselines/nce/nce_trainer.h"

#include <ATen/ATen.h>
#include <gtest/gtest.h>
#include <torch/csrc/autograd/autograd.h>

#include "gan/baselines/testing.h"
#include "gan/core/error.h"
#include "gan/nets/draw.h"

namespace gan {
namespace {

Config settings(NceNoise noise, int64_t steps = 100) {
  Config c;
  c.run.model = "nce";
  c.training = {.steps = steps, .batch_size = 50, .learning_rate = 0.01};
  c.optimizer.beta1 = 0.9;
  c.nce = {.noise = noise, .noise_epochs = 2, .nu = 5, .hidden = 4, .burn_in = 20};
  c.mixture.components = 3;
  return c;
}

/// Images of 6 pixels, each of the last three like one of the first but for 1 in 10.
Tensor images(int64_t n, uint64_t seed) {
  const Tensor first = draw_uniform(Stream(seed, "first"), n, 3, 0).round_(),
               unlike = draw_uniform(Stream(seed, "unlike"), n, 3, 0).lt_(0.1);
  return at::cat({first, (first - unlike).abs()}, 1);
}

NceTrainer trainer(const Config& c, const Tensor& x) {
  return {setup(c, x.mean(0), x.size(0) / c.training.batch_size), x.slice(0, 0, 3)};
}

TEST(NceTrainer, StartsWhereMarginalsAreTheModel) {
  const Tensor x = images(500, 1);
  const Config c = settings(NceNoise::marginals);
  NceTrainer t = trainer(c, x);
  EXPECT_LT(t.log_ratio(x).abs().max().item<double>(), 0.2);  // but for the small weights
  t.model().weights().zero_();
  EXPECT_LT(t.log_ratio(x).abs().max().item<double>(), 1e-5);
  EXPECT_NEAR(t.log_normaliser(), -*t.model().exact_log_z(), 1e-5);
}

TEST(NceTrainer, GradientsAreFiniteDifferencesInDoubles) {
  const Tensor x = images(40, 1).to(at::kDouble),
               y = draw_uniform(Stream(3), 80, 6, 0).round_().to(at::kDouble);
  Rbm m(4, false, 1, at::full({6}, 0.4));
  m.weights().copy_(draw_normal(Stream(1), 6, 4, 0));
  m.hidden_bias().copy_(draw_normal(Stream(2), 1, 4, 0)[0]);
  const RbmDensity density(m);
  const Tensor loss = nce_loss(density.log_density(x.to(at::kFloat)).to(at::kDouble) - 5,
                               density.log_density(y.to(at::kFloat)).to(at::kDouble) - 5);
  const auto gradients = torch::autograd::grad({loss}, density.parameters());
  const auto exact = [&] {
    return nce_loss(-m.free_energy(x) - 5, -m.free_energy(y) - 5).item<double>();
  };  // in doubles
  constexpr float kStep = 1e-3f;
  size_t p = 0;
  for (Tensor* parameter : {&m.weights(), &m.visible_bias(), &m.hidden_bias()}) {
    float* values = parameter->data_ptr<float>();
    for (int64_t i = 0; i < parameter->numel(); ++i) {
      const float before = values[i], above_at = before + kStep, below_at = before - kStep;
      values[i] = above_at;
      const double above = exact();
      values[i] = below_at;
      const double below = exact();
      values[i] = before;
      EXPECT_NEAR(gradients[p].reshape(-1)[i].item<double>(),
                  (above - below) / (static_cast<double>(above_at) - static_cast<double>(below_at)),
                  2e-5)
          << p << ' ' << i;
    }
    ++p;
  }
}

TEST(NceTrainer, LearnsTheProbabilitiesAndTheLogNormaliser) {
  for (const NceNoise noise : {NceNoise::marginals, NceNoise::mixture}) {
    Config c = settings(noise, noise == NceNoise::mixture ? 4200 : 4000);
    c.nce.hidden = 6;
    c.training.learning_rate = 0.05;
    c.optimizer.schedule = Schedule::cosine;
    c.optimizer.schedule_steps = 4000;
    c.optimizer.min_rate = 1e-4;
    const Tensor x = images(5000, 1);
    Rows data(x, 50);
    NceTrainer t = trainer(c, x);
    int64_t steps = 0;
    for (const Stage& stage : t.stages()) steps += stage.steps;
    EXPECT_EQ(steps, noise == NceNoise::mixture ? 4200 : 4000);
    for (int64_t i = 0; i < steps; ++i) t.step(i, data);
    const double log_z = *t.model().exact_log_z();
    const Tensor every = all_states(6), p = (-t.model().free_energy(every) - log_z).exp();
    const Tensor unlike = (every.slice(1, 0, 3) - every.slice(1, 3, 6)).abs().to(at::kDouble),
                 truth = (0.9 - 0.8 * unlike).prod(1) / 8;
    EXPECT_LT((p - truth).abs().sum().item<double>() / 2, 0.1)
        << static_cast<int>(noise);  // total variation; of the marginals about .6
    EXPECT_NEAR(t.log_normaliser(), -log_z, 0.15) << static_cast<int>(noise);
  }
}

TEST(NceTrainer, StepsCutItsStagesOff) {
  const Tensor x = images(500, 1);
  const auto steps = [&](NceNoise noise, int64_t steps) {
    std::vector<int64_t> out;
    for (const Stage& stage : trainer(settings(noise, steps), x).stages())
      out.push_back(stage.steps);
    return out;
  };
  EXPECT_EQ(steps(NceNoise::mixture, 5), (std::vector<int64_t>{5, 0}));
  EXPECT_EQ(steps(NceNoise::mixture, 30), (std::vector<int64_t>{20, 10}));
  EXPECT_EQ(steps(NceNoise::marginals, 5), (std::vector<int64_t>{5}));
}

TEST(NceTrainer, NoiseIsFreshAndAFunctionOfTheStep) {
  const Tensor x = images(500, 1);
  const Config c = settings(NceNoise::marginals);
  const auto loss = [&](int64_t step) {
    Rows data(x, 50);
    NceTrainer t = trainer(c, x);
    t.model().weights().copy_(draw_normal(Stream(1), 6, 4, 0));
    return t.step(step, data)[0].second.item<double>();
  };
  EXPECT_EQ(loss(0), loss(0));
  EXPECT_NE(loss(0), loss(1));
}

TEST(NceTrainer, ContinuesFromItsState) {
  for (const NceNoise noise : {NceNoise::marginals, NceNoise::mixture})
    for (const int64_t stop : {7, 25}) {  // within each stage
      const Tensor x = images(500, 1);
      const Config c = settings(noise, 30);
      Rows data(x, 50);
      NceTrainer one = trainer(c, x);
      for (int64_t t = 0; t < stop; ++t) one.step(t, data);
      Config other = c;
      other.run.seed = 1;
      NceTrainer two(setup(other, at::full({6}, 0.3), 10), images(3, 9));
      const auto saved = state(one);
      EXPECT_TRUE(saved.contains("model.weights") && saved.contains("learner.log_normaliser") &&
                  saved.contains("learner.noise.model.means"));
      restore(two, saved);
      Rows rest(x, 50, (stop * 50) % 500);
      for (int64_t t = stop; t < 40; ++t) {
        const Scalars a = one.step(t, data), b = two.step(t, rest);
        EXPECT_EQ(a[0].second.item<double>(), b[0].second.item<double>()) << t;
      }
      const auto first = state(one), second = state(two);
      for (const auto& [name, value] : first) EXPECT_TRUE(value.equal(second.at(name))) << name;
    }
}

TEST(NceTrainer, WatchChangesNothing) {
  const Tensor x = images(500, 1);
  Rows data(x, 50);
  NceTrainer t = trainer(settings(NceNoise::mixture), x);
  t.step(0, data);
  t.step(20, data);
  const auto before = state(t);
  const Scalars seen = t.watch({.x = x}), again = t.watch({.x = x});
  ASSERT_EQ(seen.size(), 3u);
  for (size_t i = 0; i < 3; ++i)
    EXPECT_EQ(seen[i].second.item<double>(), again[i].second.item<double>());
  EXPECT_EQ(seen[0].first, "noise_accuracy");
  for (const auto& [name, value] : state(t)) EXPECT_TRUE(value.equal(before.at(name))) << name;
}

TEST(NceTrainer, RefusesGreyData) {
  const Tensor x = images(500, 1);
  Rows grey(x * 0.5, 50);
  NceTrainer t = trainer(settings(NceNoise::marginals), x);
  EXPECT_THROW(t.step(0, grey), DataError);
}

}  // namespace
}  // namespace gan
