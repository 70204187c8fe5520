#include "gan/game/trainer.h"

#include <ATen/ATen.h>
#include <gtest/gtest.h>
#include <torch/csrc/autograd/autograd.h>

#include <cmath>

#include "gan/core/error.h"
#include "gan/core/testing.h"
#include "gan/game/penalties.h"
#include "gan/game/testing.h"
#include "gan/nets/draw.h"

namespace gan {
namespace {

/// Batches of N(3, 1) in D dimensions.
class Gaussian : public Batches {
 public:
  Gaussian(int64_t n, int64_t dim) : n_(n), dim_(dim) {}
  Batch next() override { return {.x = draw_normal(Stream(5, "data"), n_, dim_, number_++) + 3}; }
  void seek(int64_t number) { number_ = number; }

 private:
  int64_t n_, dim_, number_ = 0;
};

Config small_config() {
  Config c;
  c.training.steps = 10;
  c.training.batch_size = 16;
  c.training.learning_rate = 1e-2;
  c.generator.noise_size = 4;
  c.generator.layers = {Dense{.units = 8, .activation = Activation::relu}, Dense{.units = 2}};
  c.discriminator.layers = {Dropout{.keep = 0.8, .scale = 1.25}, Maxout{.units = 6, .pieces = 3},
                            Dense{.units = 1}};
  return c;
}
Setup setup(const Config& config) {
  return {.config = config, .data = {.shape = {2}}, .batches_per_epoch = 10};
}

void expect_equal_states(Learner& a, Learner& b) {
  const auto x = state_of(a), y = state_of(b);
  ASSERT_EQ(x.size(), y.size());
  for (const auto& [name, t] : x) EXPECT_TRUE(at::equal(t, y.at(name))) << name;
}

TEST(Trainer, EveryGameTakesAStepUnderEveryRule) {
  for (const ValueFunction& game : value_functions())
    for (const Update update : {Update::alternating, Update::simultaneous}) {
      Config c = small_config();
      c.game = {.value = std::string(game.name), .update = update, .averaging = 0.9};
      if (update == Update::alternating) {
        c.game.k = 2;
        c.game.r1 = 0.1;
        c.game.r2 = 0.2;
      }
      Trainer trainer(setup(c));
      const auto before = state_of(trainer);
      Gaussian data(16, 2);
      for (const auto& [name, value] : trainer.step(0, data))
        EXPECT_TRUE(std::isfinite(value.item<double>())) << game.name << " " << name;
      const auto after = state_of(trainer);
      for (const char* moved : {"D.maxout1.weight", "G.dense1.weight", "model.dense1.weight"})
        EXPECT_FALSE(at::equal(before.at(moved), after.at(moved))) << moved;
    }
}

void expect_state_and_step_number_decide(const Config& c) {
  Trainer whole(setup(c)), first(setup(c)), second(setup(c));
  Gaussian data(16, 2), again(16, 2);
  for (int64_t t = 0; t < 6; ++t) {
    whole.step(t, data);
    (t == 2 ? void(whole.watch({.x = at::ones({16, 2})})) : void());
  }
  for (int64_t t = 0; t < 3; ++t) first.step(t, again);
  const auto saved = state_of(first);
  {
    const at::NoGradGuard no_grad;
    second.visit_state([&](const std::string& name, Tensor& t) { t.copy_(saved.at(name)); });
  }
  again.seek(6);
  for (int64_t t = 3; t < 6; ++t) second.step(t, again);
  expect_equal_states(whole, second);
}

TEST(Trainer, AStateAndAStepNumberDecideTheFuture) {
  Config c = small_config();
  c.game = {.value = "relativistic", .k = 2, .r1 = 0.1, .r2 = 0.1, .averaging = 0.99};
  expect_state_and_step_number_decide(c);
  c.optimizer.schedule = Schedule::cosine;
  c.optimizer.schedule_steps = 5;
  c.optimizer.final_beta2 = 0.9;
  c.game.averaging = 0;
  c.game.averaging_images = 40;
  c.game.final_r1 = 0;
  c.game.final_r2 = 1;
  expect_state_and_step_number_decide(c);
}

/// Both rules against the formulas, written out with plain autograd: no dropout, so nothing is
/// random but z.
TEST(Trainer, UpdateRulesAreTheFormulas) {
  for (const Update update : {Update::alternating, Update::simultaneous}) {
    Config c = small_config();
    c.game.update = update;
    c.discriminator.layers = {Maxout{.units = 6, .pieces = 3}, Dense{.units = 1}};
    c.optimizer = {.method = Method::momentum, .momentum = 0, .final_momentum = 0};
    c.training.learning_rate = 0.1;
    Trainer trainer(setup(c));
    Generator G(c.generator, {.shape = {2}}, c.run.seed, {}, at::kCPU);
    Network D(c.discriminator.layers, {2}, "discriminator", Stream(c.run.seed, "init.D"), {},
              at::kCPU);
    const Stream z = Stream(c.run.seed, "game").child("z");

    Gaussian data(16, 2), same(16, 2);
    trainer.step(0, data);
    const Tensor x = same.next().x;
    const auto bce = [](const Tensor& a, double target) {
      return at::binary_cross_entropy_with_logits(a, at::full_like(a, target));
    };
    const auto descend = [](std::vector<Tensor> p, const Tensor& loss) {
      return torch::autograd::grad({loss}, p, {}, /*retain_graph=*/true);
    };
    const auto move = [](std::vector<Tensor> p, const std::vector<Tensor>& g) {
      const at::NoGradGuard no_grad;
      for (size_t i = 0; i < p.size(); ++i) p[i].sub_(g[i], 0.1);
    };
    const Tensor s = G.network()(G.noise(z.child(uint64_t{0}), 16, 0));
    const Tensor d_loss = bce(D(x), 1) + bce(D(s.detach()), 0);
    if (update == Update::simultaneous) {
      const auto for_g = descend(G.network().parameters(), bce(D(s), 1));
      move(D.parameters(), descend(D.parameters(), d_loss / 2));
      move(G.network().parameters(), for_g);
    } else {
      move(D.parameters(), descend(D.parameters(), d_loss));
      const Tensor fresh = G.network()(G.noise(z.child(uint64_t{1}), 16, 0));
      move(G.network().parameters(), descend(G.network().parameters(), bce(D(fresh), 1)));
    }
    const auto state = state_of(trainer);
    const auto compare = [&](const std::string& name, Tensor& t) {
      EXPECT_TRUE(at::allclose(t.detach(), state.at(name), 1e-4, 1e-6)) << name;
    };
    G.network().visit_state("model.", compare);
    D.visit_state("D.", compare);
  }
}

/// Samples begin at 0 and data are 3, so that the gradient of a linear D hardly changes.
Config steady_slope() {
  Config c = small_config();
  c.game.value = "wasserstein";
  c.generator.layers = {Dense{.units = 8, .activation = Activation::relu, .bias = {.value = -100}},
                        Dense{.units = 2}};
  c.discriminator.layers = {Dense{.units = 1}};
  return c;
}
struct Threes : Batches {
  Batch next() override { return {.x = at::full({16, 2}, 3.f)}; }
};

TEST(Trainer, EachOfTheKUpdatesOfDCounts) {  // then Adam moves by its rate each time
  Config c = steady_slope();
  c.game.k = 3;
  c.optimizer.beta1 = 0.9;
  Trainer trainer(setup(c));
  Threes data;
  const Tensor before = state_of(trainer).at("D.dense1.weight");
  for (int64_t t = 0; t < 2; ++t) trainer.step(t, data);
  const Tensor moved =
      (state_of(trainer).at("D.dense1.weight") - before) / c.training.learning_rate;
  EXPECT_TRUE(at::allclose(moved, at::full({1, 2}, 6.f), 0, 0.02)) << moved;
}

TEST(Trainer, TheFirstEpochHasTheFirstMomentumTheLastTheFinalOne) {
  Config c = steady_slope();
  c.optimizer = {
      .method = Method::momentum, .momentum = 0, .final_momentum = 0.5, .momentum_epochs = 2};
  Trainer trainer(setup(c));  // 10 steps are an epoch
  Threes data;
  std::vector<Tensor> at_step = {state_of(trainer).at("D.dense1.weight")};
  for (const int64_t t : {8, 9, 10}) {
    trainer.step(t, data);
    at_step.push_back(state_of(trainer).at("D.dense1.weight"));
  }
  const Tensor one = at_step[1] - at_step[0];
  EXPECT_TRUE(at::allclose(at_step[2] - at_step[1], one, 0.05)) << one;
  EXPECT_TRUE(at::allclose(at_step[3] - at_step[2], one * 1.5, 0.05)) << one;
}

/// How much of the average is kept at each of these steps.
void expect_decays(const Config& c, const std::vector<std::pair<int64_t, double>>& decays) {
  for (const auto& [t, decay] : decays) {
    Trainer trainer(setup(c));
    Gaussian data(16, 2);
    const Tensor before = state_of(trainer).at("model.dense1.weight");
    trainer.step(t, data);
    const auto after = state_of(trainer);
    EXPECT_TRUE(at::allclose(after.at("model.dense1.weight"),
                             before.lerp(after.at("G.dense1.weight"), 1 - decay), 1e-5, 1e-7))
        << t;
  }
}

TEST(Trainer, TheAverageForgetsTheStartSooner) {
  Config c = small_config();
  c.game.averaging = 0.99;
  expect_decays(c, {{0, 0.1}, {10, 0.55}, {100000, 0.99}});
}

TEST(Trainer, AnAverageWithAHalfLifeBeginsAsGItself) {
  Config c = small_config();
  c.optimizer.schedule = Schedule::linear;
  c.optimizer.schedule_steps = 4;
  c.game.averaging_images = 32;
  expect_decays(c, {{0, 0}, {2, 0.5}, {9, std::sqrt(0.5)}});
}

TEST(Trainer, OnePassOverBothIsTwoPasses) {  // batch norm makes D look across examples: then they
                                             // are kept apart
  Config c = small_config();
  c.discriminator.layers = {Dense{.units = 6, .activation = Activation::relu}, BatchNorm{},
                            Dense{.units = 1}};
  c.generator.layers = {Dense{.units = 8, .activation = Activation::relu}, BatchNorm{},
                        Dense{.units = 2}};
  Trainer trainer(setup(c));
  Gaussian data(16, 2);
  const Scalars scalars = trainer.step(0, data);
  // Were data (mean 3) and samples (mean 0) normalised together, D could tell at once by the sign;
  // apart, it cannot.
  EXPECT_NEAR(scalars[2].second.item<double>(), scalars[3].second.item<double>(), 0.2);
}

/// A dense G and a convolutional D that takes images as they come, in both engines that can.
TEST(Trainer, SamplesHaveTheShapeOfTheData) {
  Config c = small_config();
  c.game = {.value = "relativistic", .r1 = 0.1, .r2 = 0.1, .averaging = 0.9};
  c.generator.layers = {Dense{.units = 8, .activation = Activation::relu}, Dense{.units = 12}};
  c.discriminator.layers = {Convolution{.channels = 2, .kernel = 2}, ActivationLayer{},
                            Convolution{.channels = 1, .kernel = 3}};
  c.discriminator.layers.back() = Convolution{.channels = 1, .kernel = 2, .stride = 2};
  gan::Setup images = setup(c);
  images.data.shape = {4, 3};
  Trainer trainer(images);
  Gaussian data(16, 12);
  const auto before = state_of(trainer);
  trainer.step(0, data);
  const auto after = state_of(trainer);
  for (const char* moved : {"D.convolution2.weight", "G.dense1.weight"})
    EXPECT_FALSE(at::equal(before.at(moved), after.at(moved))) << moved;
  EXPECT_EQ(trainer.model().sample(5, 1).sizes(), (Shape{5, 4, 3}));
  EXPECT_EQ(trainer.discriminate(at::ones({5, 4, 3})).sizes(), Shape{5});
}

TEST(Trainer, WatchSeesDeadUnitsAndSpread) {
  Config c = small_config();
  c.generator.layers = {Dense{.units = 8, .activation = Activation::relu, .bias = {.value = -100}},
                        Dense{.units = 2}};
  Trainer trainer(setup(c));
  std::map<std::string, double> seen;
  for (const auto& [name, value] : trainer.watch({.x = draw_normal(Stream(1), 64, 2, 0)}))
    seen[name] = value.item<double>();
  EXPECT_EQ(seen.at("G.dead.1"), 1);
  EXPECT_NEAR(seen.at("spread"), 0, 1e-6);  // a dead layer gives one point
}

TEST(Trainer, WhatDoesNotFitIsNamed) {
  const auto complaint = [](const Config& c) {
    return gan::complaint<UsageError>([&] { Trainer trainer(setup(c)); });
  };
  Config c = small_config();
  c.generator.layers.back() = Dense{.units = 3};
  EXPECT_NE(complaint(c).find("[generator] ends with 3 outputs"), std::string::npos);
  c = small_config();
  c.discriminator.layers.back() = Dense{.units = 2};
  EXPECT_NE(complaint(c).find("[discriminator] ends with 2 outputs"), std::string::npos);
  c = small_config();
  c.game.update = Update::simultaneous;
  c.game.k = 2;
  EXPECT_NE(complaint(c).find("simultaneous"), std::string::npos);
  c.game.k = 1;
  EXPECT_EQ(complaint(c), "");
  c.optimizer.schedule = Schedule::linear;
  c.optimizer.schedule_steps = 4;
  c.game.final_r2 = 1;
  EXPECT_NE(complaint(c).find("simultaneous"), std::string::npos);
}

TEST(Generator, ASampleIsKnownByItsNumber) {
  const Config c = small_config();
  Generator G(c.generator, {.shape = {2}}, 1, {}, at::kCPU);
  const Tensor all = G.sample(2500, 7);
  for (const int64_t first : {0, 999, 1000, 2400})
    EXPECT_TRUE(at::allclose(G.sample(100, 7, first), all.narrow(0, first, 100), 1e-4, 1e-5))
        << first;
  EXPECT_FALSE(at::allclose(all.narrow(0, 0, 100), all.narrow(0, 1000, 100), 1e-4, 1e-5));
}

}  // namespace
}  // namespace gan
