/// Penalties against Python PyTorch, as numbers that tools/golden/penalties.py stored, and by hand.

#include "gan/game/penalties.h"

#include <ATen/ATen.h>
#include <fmt/core.h>
#include <gtest/gtest.h>

#include <algorithm>
#include <cmath>
#include <nlohmann/json.hpp>

#include "gan/game/testing.h"
#include "gan/game/trainer.h"
#include "gan/nets/draw.h"

namespace gan {
namespace {

const Penalty& row_of(std::string_view name) {
  for (const Penalty& row : penalties())
    if (row.name == name) return row;
  throw std::logic_error("no penalty is called " + std::string(name));
}

std::vector<std::string> names_of_active(const Config& c, int64_t t, int64_t update) {
  std::vector<std::string> out;
  for (const WeightedPenalty& penalty : penalties_of(c, t, update))
    out.emplace_back(penalty.row->name);
  return out;
}

TEST(Penalties, MoveToTheirFinalWeights) {
  Config c;
  c.game = {.r1 = 2, .r2 = 3};
  c.optimizer.schedule = Schedule::linear;
  c.optimizer.schedule_steps = 10;
  const auto weights = [&](int64_t t) {
    return std::pair{row_of("r1").weight(c, t), row_of("r2").weight(c, t)};
  };
  EXPECT_EQ(weights(5), (std::pair{2.0, 3.0}));
  c.game.final_r1 = 1;
  c.game.final_r2 = 7;
  EXPECT_EQ(weights(0), (std::pair{2.0, 3.0}));
  EXPECT_DOUBLE_EQ(weights(5).first, 1.5);
  EXPECT_DOUBLE_EQ(weights(5).second, 5);
  EXPECT_EQ(weights(20), (std::pair{1.0, 7.0}));
}

TEST(Penalties, AreThoseWithAWeight) {
  Config c;
  EXPECT_TRUE(penalties_of(c, 0, 0).empty());
  c.game = {.r2 = 1, .wgan_gp = 10, .clip = 0.01};
  EXPECT_EQ(names_of_active(c, 0, 0), (std::vector<std::string>{"r2", "wgan_gp", "clip"}));
  c.game = {.r1 = 1, .dragan = 10};
  EXPECT_EQ(names_of_active(c, 0, 0), (std::vector<std::string>{"r1", "dragan"}));
}

TEST(Penalties, CountAsMuchWhereTheyComeInEveryFourthUpdate) {  // limits are kept after each
  Config c;
  c.game = {.r1 = 2, .clip = 0.5, .penalty_every = 4};
  for (const int64_t update : {0, 1, 2, 3, 4, 7, 8}) {
    const auto active = penalties_of(c, 0, update);
    const bool lazy = update % 4 == 0;
    ASSERT_EQ(active.size(), lazy ? 2u : 1u) << update;
    EXPECT_EQ(active.back().weight, 0.5);
    if (lazy) {
      EXPECT_EQ(active.front().weight, 8);
    }
  }
}

/// c / 2 |g|^2 with c constant has the gradient of weight (|g| - 1)^2: g (1 - 1 / |g|) 2 weight.
TEST(Penalties, CoefficientsHaveTheGradientOfThePenalty) {
  const Tensor slopes = at::tensor({3.0, 4.0, 0.3, 0.4, 0.0, 0.0}, at::kDouble).view({3, 2});
  const Tensor to_one = coefficients({&row_of("wgan_gp"), 6}, slopes),
               square = coefficients({&row_of("r1"), 6}, slopes);
  EXPECT_TRUE(at::allclose(to_one.narrow(0, 0, 2), at::tensor({3.2, -4.0}, at::kDouble)));
  EXPECT_TRUE(at::allclose(square, at::full({3}, 2.0, at::kDouble)));
  EXPECT_TRUE(at::equal(to_one.unsqueeze(1) * slopes.narrow(0, 2, 1),
                        to_one.unsqueeze(1) * at::zeros({1, 2}, at::kDouble)));  // not NaN
}

TEST(Penalties, PointsLieBetweenDataAndSamplesOrAroundTheData) {
  const int64_t n = 500;
  const Surroundings s{.data = at::full({n, 2, 3}, 4.f),
                       .samples = at::full({n, 2, 3}, -1.f),
                       .deviation = at::scalar_tensor(3.f),
                       .noise = Stream(1),
                       .step = 7,
                       .first = 20};
  const Tensor between = row_of("wgan_gp").points(s), around = row_of("dragan").points(s);
  ASSERT_EQ(between.sizes(), s.data.sizes());
  ASSERT_EQ(around.sizes(), s.data.sizes());
  const Tensor share = (between + 1) / 5;  // [n, 2, 3]
  EXPECT_TRUE(at::allclose(share, share.flatten(1).mean(1).view({n, 1, 1}).expand_as(share), 1e-4,
                           1e-5));  // one share for each example
  EXPECT_NEAR(share.mean().item<double>(), 0.5, 0.05);
  EXPECT_GE(share.min().item<double>(), 0);
  EXPECT_LE(share.max().item<double>(), 1);
  const Tensor moved = around - 4;  // 1.5 u u': u of each number, u' of each example
  EXPECT_GE(moved.min().item<double>(), 0);
  EXPECT_LE(moved.max().item<double>(), 1.5);
  EXPECT_NEAR(moved.mean().item<double>(), 1.5 / 4, 0.05);
  Surroundings later = s;  // drawn by the number in the whole minibatch
  later.data = s.data.narrow(0, 5, 3);
  later.samples = s.samples.narrow(0, 5, 3);
  later.first = 25;
  for (const char* name : {"wgan_gp", "dragan"})
    EXPECT_TRUE(at::allclose(row_of(name).points(later),
                             (name == std::string("dragan") ? around : between).narrow(0, 5, 3)))
        << name;
}

Config config_of(const nlohmann::json& row, Engine engine, int64_t parts) {
  Config c;
  c.run.engine = engine;
  c.training = {.batch_size = 6, .learning_rate = 0.02};
  c.optimizer = {.method = Method::momentum, .momentum = 0, .final_momentum = 0};
  c.game = {.value = "wasserstein",
            .clip = row["clip"],
            .penalty_every = row["every"],
            .accumulate = parts};
  for (const std::string name : row["names"])
    (name == "dragan" ? c.game.dragan : c.game.wgan_gp) = row["weight"];
  give_networks_of_script(c);
  return c;
}

/// In both engines, and in parts of the minibatch.
TEST(Penalties, StepsEndWhereTorchEnds) {
  const auto rows = golden("penalties.json");
  ASSERT_EQ(rows.size(), 5u);
  for (const auto& row : rows)
    for (const auto& [engine, parts] : {std::pair{Engine::reference, 1},
                                        {Engine::fused, 1},
                                        {Engine::reference, 3},
                                        {Engine::fused, 2}}) {
      const std::string who = row["names"].dump() + (engine == Engine::fused ? " fused" : "") +
                              " in parts: " + std::to_string(parts);
      expect_torchs_training(row, config_of(row, engine, parts), who);
    }
}

TEST(Penalties, CountFromTheStartIfTheyComeLater) {
  Config c;
  c.generator.layers = {Dense{.units = 2}};
  c.discriminator.layers = {Dense{.units = 6}, BatchNorm{}, Dense{.units = 1}};
  EXPECT_EQ(unsupported_by_fused(c), "");
  c.game.final_r1 = 1;
  EXPECT_NE(unsupported_by_fused(c), "");
  c.game = {.wgan_gp = 1};
  EXPECT_NE(unsupported_by_fused(c), "");
  c.game = {.clip = 1};
  EXPECT_EQ(unsupported_by_fused(c), "");
}

// --- Every pair of a value function and a penalty ---

struct Pair {
  std::string_view value, penalty;
};

std::vector<Pair> pairs() {
  std::vector<Pair> out;
  for (const ValueFunction& value : value_functions())
    for (const Penalty& penalty : penalties()) out.push_back({value.name, penalty.name});
  return out;
}

/// Eight normal modes on a circle, as in toy:ring8.
class Ring : public Batches {
 public:
  Batch next() override {
    constexpr int64_t n = 64;
    const Stream stream(3, "ring");
    const Tensor angle = draw_uniform(stream, n, 1, number_).mul(8).floor() * (M_PI / 4);
    const Tensor noise = draw_normal(stream.child("noise"), n, 2, number_++) * 0.02;
    return {.x = at::cat({angle.cos(), angle.sin()}, 1) + noise};
  }

 private:
  uint64_t number_ = 0;
};

class EveryPair : public testing::TestWithParam<Pair> {};
INSTANTIATE_TEST_SUITE_P(Penalties, EveryPair, testing::ValuesIn(pairs()), [](const auto& info) {
  std::string name = std::string(info.param.value) + "_with_" + std::string(info.param.penalty);
  std::replace(name.begin(), name.end(), '-', '_');
  return name;
});

TEST_P(EveryPair, TakesFiftySteps) {
  Config c;
  c.training = {.batch_size = 64, .learning_rate = 1e-3};
  c.game.value = GetParam().value;
  override_config(
      c, fmt::format("game.{}={}", GetParam().penalty, GetParam().penalty == "clip" ? 0.05 : 0.5));
  ASSERT_EQ(names_of_active(c, 0, 0), std::vector<std::string>{std::string(GetParam().penalty)});
  const auto hidden = [](int64_t units) {
    return Dense{.units = units, .activation = Activation::leaky_relu};
  };
  c.generator.noise_size = 4;
  c.generator.layers = {hidden(32), Dense{.units = 2}};
  c.discriminator.layers = {hidden(32), hidden(32), Dense{.units = 1}};
  for (const Engine engine : {Engine::reference, Engine::fused}) {
    c.run.engine = engine;
    ASSERT_EQ(unsupported_by_fused(c), "");
    Trainer trainer({.config = c, .data = {.shape = {2}}});
    const auto before = state_of(trainer);
    Ring data;
    for (int64_t t = 0; t < 50; ++t)
      for (const auto& [name, value] : trainer.step(t, data))
        ASSERT_TRUE(std::isfinite(value.item<double>())) << name << " in step " << t;
    for (const auto& [name, after] : state_of(trainer)) {
      EXPECT_TRUE(at::isfinite(after).all().item<bool>()) << name;
      const bool parameter = name.starts_with("D.") || name.starts_with("model.");
      if (parameter && name != "D.dense3.bias") {  // relativistic games do not see it
        EXPECT_FALSE(at::equal(after, before.at(name))) << name;
      }
      if (GetParam().penalty == "clip" && name.starts_with("D.")) {
        EXPECT_LE(after.abs().max().item<double>(), 0.05f) << name;
      }
    }
  }
}

}  // namespace
}  // namespace gan
