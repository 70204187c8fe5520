/// The game held against Python PyTorch: losses, gradients and whole training steps, as numbers
/// that tools/golden/game.py stored.

#include <ATen/ATen.h>
#include <gtest/gtest.h>
#include <torch/csrc/autograd/autograd.h>

#include <nlohmann/json.hpp>

#include "gan/game/testing.h"

namespace gan {
namespace {

TEST(Golden, LossesAndGradientsAreTorchs) {
  for (const auto& row : golden("value_functions.json")) {
    const ValueFunction& game = value_function(row["name"].get<std::string>());
    const Tensor real = golden_tensor(row["real"]).requires_grad_(),
                 fake = golden_tensor(row["fake"]).requires_grad_();
    for (const auto& [key, loss] :
         {std::pair{"d", game.d_loss(real, fake)}, std::pair{"g", game.g_loss(real, fake)}}) {
      EXPECT_NEAR(loss.item<double>(), row[std::string(key) + "_loss"].get<double>(), 1e-8)
          << game.name << key;
      const auto g =
          torch::autograd::grad({loss}, {real, fake}, {}, false, false, /*allow_unused=*/true);
      for (int i = 0; i < 2; ++i) {
        const Tensor expected = golden_tensor(row[std::string(key) + "_gradients"][i]);
        EXPECT_TRUE(
            at::allclose(g[i].defined() ? g[i] : at::zeros_like(expected), expected, 1e-7, 1e-9))
            << game.name << key << i;
      }
    }
  }
}

/// The game of the script.
Config config_of(const nlohmann::json& row) {
  Config c;
  c.training.learning_rate = row["method"] == "adam" ? 0.01 : 0.1;
  c.optimizer = {.method = row["method"] == "adam" ? Method::adam : Method::momentum,
                 .beta1 = 0.5,
                 .beta2 = 0.9,
                 .epsilon = 1e-2,
                 .momentum = 0.6,
                 .final_momentum = 0.6};
  const bool relative = row["relative"];
  c.game = {.value = relative ? "relativistic" : "non-saturating",
            .update = row["update"] == "simultaneous" ? Update::simultaneous : Update::alternating,
            .r1 = relative ? 0.5 : 0,
            .r2 = relative ? 0.5 : 0};
  give_networks_of_script(c);
  return c;
}

/// The same, with everything that has a schedule moving along a cosine of four steps.
Config with_schedules(Config c) {
  c.training.batch_size = 6;
  c.optimizer.schedule = Schedule::cosine;
  c.optimizer.schedule_steps = 4;
  c.optimizer.min_rate = 0.002;
  c.optimizer.final_beta2 = 0.99;
  c.game.final_r1 = 0.05;
  c.game.r2 = 0.2;
  c.game.final_r2 = 0.8;
  c.game.averaging_images = 20;
  return c;
}

/// As expect_torchs_training.
void expect_torchs(const nlohmann::json& row, const Config& c) {
  expect_torchs_training(row, c,
                         row["update"].get<std::string>() + " " + row["method"].get<std::string>());
}

TEST(Golden, ThreeStepsEndWhereTorchEnds) {
  for (const auto& row : golden("steps.json")) expect_torchs(row, config_of(row));
}

TEST(Golden, StepsWithSchedulesEndWhereTorchEnds) {
  for (const auto& row : golden("schedules.json"))
    expect_torchs(row, with_schedules(config_of(row)));
}

}  // namespace
}  // namespace gan
