/// Adversarial nets that see labels (section 7 of the paper, extension 1): the label of an example
/// goes to D with it, and G is asked for the same one.

#include <ATen/ATen.h>
#include <gtest/gtest.h>

#include "gan/game/testing.h"
#include "gan/game/trainer.h"
#include "gan/nets/draw.h"

namespace gan {
namespace {

/// Class 0 lies at -2 and class 1 at 2, both with deviation .2.
class TwoClasses : public Batches {
 public:
  explicit TwoClasses(int64_t only = -1) : only_(only) {}
  Batch next() override {
    constexpr int64_t n = 32;
    Tensor label = at::arange(n, at::kLong).remainder(2);
    if (only_ >= 0) label.fill_(only_);
    const Tensor noise = draw_normal(Stream(3, "data"), n, 1, number_++) * 0.2;
    return {.x = noise + label.to(at::kFloat).unsqueeze(1) * 4 - 2, .label = label};
  }

 private:
  int64_t only_, number_ = 0;
};

gan::Setup conditional_setup() {
  const auto leaky = [](int64_t units) {
    return Dense{.units = units, .activation = Activation::leaky_relu};
  };
  Config c;
  c.run.engine = Engine::reference;
  c.training = {.steps = 600, .batch_size = 32, .learning_rate = 5e-3};
  c.optimizer.beta1 = 0;
  c.optimizer.beta2 = 0.99;
  c.game = {.value = "relativistic", .r1 = 0.1, .r2 = 0.1};
  c.generator.noise_size = 2;
  c.generator.layers = {ClassEmbedding{.size = 4}, leaky(16), Dense{.units = 1}};
  c.discriminator.layers = {leaky(16), leaky(16), Projection{}};
  return {.config = c,
          .data = {.shape = {1}, .classes = {"left", "right", "never"}},
          .batches_per_epoch = 10};
}

TEST(Conditional, OnlyTheEmbeddingsOfLabelsThatWereSeenMove) {
  gan::Setup setup = conditional_setup();
  setup.config.optimizer = {.method = Method::momentum, .momentum = 0, .final_momentum = 0};
  Trainer trainer(setup);
  TwoClasses ones(1);
  const auto before = state_of(trainer);
  trainer.step(0, ones);
  const auto after = state_of(trainer);
  for (const char* name : {"model.class-embedding1.embedding", "D.projection1.embedding"}) {
    const Tensor moved = (after.at(name) - before.at(name)).abs().amax({1});  // [classes]
    EXPECT_EQ(moved[0].item<float>(), 0) << name;
    EXPECT_GT(moved[1].item<float>(), 0) << name;
    EXPECT_EQ(moved[2].item<float>(), 0) << name;
  }
}

/// Trains, and holds what G draws against what it was asked for.
void expect_classes_as_asked(const gan::Setup& setup) {
  Trainer trainer(setup);
  TwoClasses data;
  for (int64_t t = 0; t < 600; ++t) trainer.step(t, data);
  auto& G = dynamic_cast<Generator&>(trainer.model());
  const Tensor label = G.labels(400, 7), x = G.sample(400, 7).squeeze(1);
  const Tensor right = label.eq(1).eq(x.gt(0));
  EXPECT_GT(right.to(at::kFloat).mean().item<float>(), 0.95);
  const double share = label.to(at::kFloat).mean().item<double>();
  EXPECT_NEAR(share, 0.5, 0.1);
  EXPECT_TRUE(at::equal(G.labels(10, 7, 5), G.labels(15, 7).slice(0, 5)));
}

TEST(Conditional, GDrawsTheClassThatItWasAskedFor) {
  gan::Setup setup = conditional_setup();
  setup.data.classes.pop_back();
  expect_classes_as_asked(setup);
}

TEST(Conditional, GDrawsItByBatchNormOfItsClass) {  // with a projection in D: Miyato & Koyama 2018
  gan::Setup setup = conditional_setup();
  setup.data.classes.pop_back();
  setup.config.generator.layers = {
      Dense{.units = 16}, ConditionalBatchNorm{}, ActivationLayer{.activation = Activation::relu},
      Dense{.units = 16}, ConditionalBatchNorm{}, ActivationLayer{.activation = Activation::relu},
      Dense{.units = 1}};
  expect_classes_as_asked(setup);
}

TEST(Conditional, WhatIsWatchedSeesLabelsToo) {
  Trainer trainer(conditional_setup());
  TwoClasses data;
  EXPECT_FALSE(trainer.watch(data.next()).empty());
}

}  // namespace
}  // namespace gan
