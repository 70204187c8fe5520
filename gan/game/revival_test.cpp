#include "gan/game/revival.h"

#include <ATen/ATen.h>
#include <gtest/gtest.h>

#include <algorithm>
#include <map>
#include <numeric>

#include "gan/game/testing.h"
#include "gan/game/trainer.h"
#include "gan/nets/draw.h"

namespace gan {
namespace {

constexpr int64_t kBatch = 64;

/// Batches of N(0, 1) in 2 dimensions.
class Normal : public Batches {
 public:
  Batch next() override { return {.x = draw_normal(Stream(5, "data"), kBatch, 2, number_++)}; }

 private:
  int64_t number_ = 0;
};

Config config_of(Engine engine) {
  Config c;
  c.run.engine = engine;
  c.run.precision = Precision::fp32;
  c.training.steps = 1000;
  c.training.batch_size = kBatch;
  c.training.learning_rate = 1e-3;
  c.game = {.value = "relativistic", .r1 = 0.1, .r2 = 0.1, .averaging = 0.9};
  c.generator.noise_size = 4;
  c.generator.layers = {Dense{.units = 16, .activation = Activation::relu},
                        Dense{.units = 12, .activation = Activation::relu}, Dense{.units = 2}};
  c.discriminator.layers = {Dense{.units = 16, .activation = Activation::relu},
                            Dense{.units = 12, .activation = Activation::relu}, Dense{.units = 1}};
  return c;
}

Setup setup_of(const Config& config) {
  return {.config = config, .data = {.shape = {2}}, .batches_per_epoch = 10};
}

/// The biases of these units of a layer fall far below zero, as one large gradient leaves them.
void kill(Trainer& trainer, const std::vector<std::string>& biases,
          const std::vector<int64_t>& units) {
  const at::NoGradGuard no_grad;
  trainer.visit_state([&](const std::string& name, Tensor& value) {
    for (const std::string& bias : biases)
      if (name == bias)
        for (const int64_t unit : units) value[unit].fill_(-50);
  });
}

double watched(Trainer& trainer, Normal& data, const std::string& column) {
  for (const auto& [name, value] : trainer.watch(data.next()))
    if (name == column) return value.item<double>();
  ADD_FAILURE() << column;
  return -1;
}

class Revival : public testing::TestWithParam<Engine> {};

TEST_P(Revival, ChangesNoOutputAndTheUnitsAreUsed200StepsLater) {
  Trainer trainer(setup_of(config_of(GetParam())));
  Normal data;
  int64_t t = 0;
  for (; t < 20; ++t) trainer.step(t, data);
  const std::vector<int64_t> units = {1, 5, 9};
  kill(trainer, {"G.dense2.bias", "model.dense2.bias", "D.dense1.bias"}, units);
  EXPECT_NEAR(watched(trainer, data, "G.dead.2"), 3.0 / 12, 1e-6);
  EXPECT_EQ(watched(trainer, data, "G.dead_bias.2"), -50);

  auto* latent = dynamic_cast<Latent*>(&trainer.model());
  const Tensor z = latent->noise(256, 3), x = draw_normal(Stream(5, "data"), 256, 2, 0);
  const Tensor samples = latent->decode(z).clone(), logits = trainer.discriminate(x).clone();
  const auto before = state_of(trainer);
  EXPECT_EQ(trainer.revive(t), 6);  // three of G, three of D
  EXPECT_TRUE(at::equal(latent->decode(z), samples));
  EXPECT_TRUE(at::equal(trainer.discriminate(x), logits));

  auto after = state_of(trainer);
  for (int64_t unit = 0; unit < 12; ++unit) {
    const bool revived = std::count(units.begin(), units.end(), unit) > 0;
    EXPECT_EQ(at::equal(before.at("G.dense2.weight")[unit], after.at("G.dense2.weight")[unit]),
              !revived);
    EXPECT_EQ(after.at("G.dense3.weight").select(1, unit).abs().sum().item<float>() == 0, revived);
    EXPECT_EQ(after.at("optimizer.G.2.first")[unit].abs().sum().item<float>() == 0, revived);
    if (!revived) continue;
    EXPECT_GT(after.at("optimizer.G.2.second")[unit].min().item<float>(), 0);
    EXPECT_EQ(after.at("G.dense2.bias")[unit].item<float>(), 0);
    EXPECT_TRUE(
        at::equal(after.at("G.dense2.weight")[unit], after.at("model.dense2.weight")[unit]));
  }
  EXPECT_LT(watched(trainer, data, "G.dead.2"), 1.0 / 12 + 1e-6);

  for (; t < 220; ++t) trainer.step(t, data);
  after = state_of(trainer);
  for (const int64_t unit : units)
    EXPECT_GT(after.at("G.dense3.weight").select(1, unit).abs().max().item<float>(), 1e-3) << unit;
  EXPECT_EQ(watched(trainer, data, "G.dead.2"), 0);
}

TEST_P(Revival, StepsAreNoLargerThanUsualWhereAWholeLayerWasDead) {
  Trainer trainer(setup_of(config_of(GetParam())));
  Normal data;
  int64_t t = 0;
  for (; t < 20; ++t) trainer.step(t, data);
  std::vector<int64_t> all(12);
  std::iota(all.begin(), all.end(), 0);
  kill(trainer, {"G.dense2.bias", "model.dense2.bias"}, all);
  EXPECT_EQ(trainer.revive(t), 12);
  const auto before = state_of(trainer);
  trainer.step(t, data);
  const auto after = state_of(trainer);
  const Tensor moved = after.at("G.dense3.weight") - before.at("G.dense3.weight");
  EXPECT_GT(moved.abs().max().item<float>(), 0);
  EXPECT_LT(moved.abs().max().item<float>(), 2e-3);  // the rate is 1e-3; with moments of 0, 3.2e-3
}

INSTANTIATE_TEST_SUITE_P(BothEngines, Revival, testing::Values(Engine::reference, Engine::fused));

TEST(Revive, DependsOnSeedAndStepAlone) {
  const Config c = config_of(Engine::reference);
  Trainer a(setup_of(c)), b(setup_of(c));
  for (Trainer* trainer : {&a, &b}) kill(*trainer, {"G.dense2.bias", "model.dense2.bias"}, {2, 3});
  EXPECT_EQ(a.revive(7), 2);
  EXPECT_EQ(b.revive(7), 2);
  EXPECT_TRUE(at::equal(state_of(a).at("G.dense2.weight"), state_of(b).at("G.dense2.weight")));
  for (Trainer* trainer : {&a, &b}) kill(*trainer, {"G.dense2.bias", "model.dense2.bias"}, {2, 3});
  a.revive(8);
  b.revive(9);
  EXPECT_FALSE(at::equal(state_of(a).at("G.dense2.weight"), state_of(b).at("G.dense2.weight")));
}

TEST(Revive, LeavesAloneWhatFiresAndWhatTheAverageStillUses) {
  Trainer trainer(setup_of(config_of(Engine::reference)));
  EXPECT_EQ(trainer.revive(1), 0);
  kill(trainer, {"G.dense2.bias"}, {2});
  EXPECT_EQ(trainer.revive(1), 0);  // it still fires in the average
}

TEST(WatchUnits, SeesChannelsAndActivationLayers) {
  Network network(
      {Convolution{.channels = 3, .kernel = 3, .pad = 1, .activation = Activation::relu},
       Dense{.units = 4}, ActivationLayer{.activation = Activation::relu},
       Dense{.units = 5, .activation = Activation::leaky_relu},
       Dense{.units = 1, .activation = Activation::sigmoid}},
      {2, 6, 6}, "test", Stream(1, "test"), {}, at::kCPU);
  const at::NoGradGuard no_grad;
  network.visit_state("", [](const std::string& name, Tensor& value) {
    if (name == "convolution1.bias") value[1].fill_(-50);
    if (name == "dense1.bias") value[2].fill_(-50);
  });
  std::map<size_t, Tensor> same;
  const auto watch = [&](const Tensor& x) {
    watch_units(network, x, {}, [&](size_t layer, const Tensor& which) { same[layer] = which; });
  };
  const Tensor x = draw_normal(Stream(2, "x"), 64, 72, 0).view({64, 2, 6, 6});
  watch(x);
  ASSERT_EQ(same.size(), 3U);  // not of the last layer, nor of layers without an activation
  EXPECT_TRUE(at::equal(same.at(0), at::tensor({0, 1, 0}).to(at::kBool)));
  EXPECT_TRUE(at::equal(same.at(2), at::tensor({0, 0, 1, 0}).to(at::kBool)));
  EXPECT_FALSE(same.at(3).any().item<bool>());
  EXPECT_FALSE(mean_bias(network, 3, same.at(3)).defined());  // of no unit
  EXPECT_EQ(mean_bias(network, 0, same.at(0)).item<float>(), -50);
  EXPECT_FALSE(mean_bias(network, 2, same.at(2)).defined());  // an activation has no biases
  watch(x.narrow(0, 0, 1).expand_as(x));  // examples that are all the same say nothing
  for (const auto& [layer, which] : same) EXPECT_FALSE(which.any().item<bool>()) << layer;
}

TEST(WatchUnits, SeesUnitsThatAreSaturatedOrBeganAtZero) {
  Network network(
      {Dense{.units = 3, .activation = Activation::tanh},
       Dense{.units = 3, .activation = Activation::sigmoid},
       Dense{.units = 3, .activation = Activation::leaky_relu, .init = {Init::Kind::zero}},
       Dense{.units = 1}},
      {4}, "test", Stream(1, "test"), {}, at::kCPU);
  const at::NoGradGuard no_grad;
  network.visit_state("", [](const std::string& name, Tensor& value) {
    if (name == "dense1.bias") value[1].fill_(-8);  // its outputs differ a little
    if (name == "dense2.bias") value[2].fill_(10);
  });
  std::map<size_t, Tensor> same;
  watch_units(network, draw_normal(Stream(2, "x"), 64, 4, 0), {},
              [&](size_t layer, const Tensor& which) { same[layer] = which; });
  EXPECT_TRUE(at::equal(same.at(0), at::tensor({0, 1, 0}).to(at::kBool)));
  EXPECT_TRUE(at::equal(same.at(1), at::tensor({0, 0, 1}).to(at::kBool)));
  EXPECT_TRUE(at::equal(same.at(2), at::tensor({1, 1, 1}).to(at::kBool)));
}

TEST(Revive, KeepsTheOutputsOfSaturatedUnitsAndCentresTheirSums) {
  Network network({Dense{.units = 6, .activation = Activation::tanh},
                   Dense{.units = 5, .activation = Activation::sigmoid}, Dropout{},
                   Maxout{.units = 3, .pieces = 2}, Dense{.units = 2}},
                  {4}, "test", Stream(1, "test"), {}, at::kCPU);
  const at::NoGradGuard no_grad;
  std::map<std::string, Tensor> state;
  network.visit_state("", [&](const std::string& name, Tensor& value) {
    if (name == "dense1.bias") value[1].fill_(-40);
    if (name == "dense2.bias") value.narrow(0, 2, 2).fill_(40);
    state[name] = value;
  });
  const Batch examples{.x = draw_normal(Stream(2, "x"), 256, 4, 0)};
  const Tensor before = network(examples.x);
  const auto dead = dead_units(network, examples.x, {});
  EXPECT_EQ(revive(network, nullptr, dead, examples, Stream(3, "new")), 3);
  EXPECT_TRUE(at::allclose(network(examples.x), before, 1e-5, 1e-6));
  EXPECT_TRUE(dead_units(network, examples.x, {}).empty());

  const Tensor below =
      at::tanh(at::linear(examples.x, state["dense1.weight"], state["dense1.bias"]));
  const Tensor sums = at::linear(below, state["dense2.weight"], state["dense2.bias"]);
  for (const int64_t unit : {2, 3}) {
    EXPECT_NEAR(sums.select(1, unit).mean().item<double>(), 0, 1e-5);
    EXPECT_NEAR(sums.select(1, unit).std(0, false).item<double>(), 1, 1e-5);
    EXPECT_EQ(state["maxout1.weight"].select(1, unit).abs().max().item<float>(), 0);
  }
}

TEST(Revive, LetsAGeneratorLearnThatBeganAtZero) {
  Config c = config_of(Engine::fused);
  const Init zero{Init::Kind::zero};
  c.generator.layers = {Dense{.units = 16, .activation = Activation::tanh, .init = zero},
                        Dense{.units = 16, .activation = Activation::tanh, .init = zero},
                        Dense{.units = 2, .init = zero}};
  Trainer trainer(setup_of(c)), left_alone(setup_of(c));
  Normal data, same_data;
  int64_t t = 0;
  for (; t < 50; ++t) {
    trainer.step(t, data);
    left_alone.step(t, same_data);
  }
  EXPECT_EQ(watched(trainer, data, "G.dead.1"), 1);
  EXPECT_EQ(watched(left_alone, same_data, "spread"), 0);
  EXPECT_EQ(trainer.revive(t), 32);
  for (; t < 400; ++t) {
    trainer.step(t, data);
    left_alone.step(t, same_data);
  }
  EXPECT_GT(watched(trainer, data, "spread"), 0.2);
  EXPECT_EQ(watched(left_alone, same_data, "spread"), 0);
}

TEST(Revive, OfTheLastLayersOutputsDoesNothing) {
  Config c = config_of(Engine::reference);
  c.generator.layers = {Dense{.units = 16, .activation = Activation::relu}, Dropout{},
                        Dense{.units = 2, .activation = Activation::relu}};
  Trainer trainer(setup_of(c));
  kill(trainer, {"G.dense2.bias", "model.dense2.bias"}, {0});  // an output
  EXPECT_EQ(trainer.revive(1), 0);
  kill(trainer, {"G.dense1.bias", "model.dense1.bias"}, {0});  // before dropout and the output
  EXPECT_EQ(trainer.revive(1), 1);
}

TEST(Rates, AreScaled) {
  Config c = config_of(Engine::reference);
  c.optimizer.method = Method::momentum;
  c.training.learning_rate = 1;  // moves far more than rounding does
  c.game = {};
  Trainer whole(setup_of(c)), half(setup_of(c));
  EXPECT_EQ(half.treat({.rates = 0.5}).rates, 0.5);
  const Tensor before = state_of(whole).at("D.dense1.weight");
  Normal one, other;
  whole.step(0, one);
  half.step(0, other);
  const Tensor moved = state_of(whole).at("D.dense1.weight") - before,
               less = state_of(half).at("D.dense1.weight") - before;
  EXPECT_GT(moved.abs().max().item<float>(), 1e-3);
  EXPECT_TRUE(at::allclose(less, moved / 2, 1e-3, 1e-6));
}

}  // namespace
}  // namespace gan
