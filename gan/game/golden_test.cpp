/// The game held against Python PyTorch: losses, gradients and whole training steps, as numbers
/// that tools/golden/game.py stored.

#include <ATen/ATen.h>
#include <gtest/gtest.h>
#include <torch/csrc/autograd/autograd.h>

#include <nlohmann/json.hpp>

#include "gan/game/trainer.h"
#include "gan/golden/testing.h"

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

/// Batches as the script drew them.
class Stored : public Batches {
 public:
  explicit Stored(const nlohmann::json& x) : x_(x) {}
  Batch next() override {
    return {.x = golden_tensor(x_.at(number_++)).view({6, 4}).to(at::kFloat)};
  }

 private:
  const nlohmann::json& x_;
  size_t number_ = 0;
};

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
  c.generator = {.noise = NoiseKind::uniform,
                 .noise_size = 3,
                 .layers = {Dense{.units = 5, .activation = Activation::relu},
                            Dense{.units = 4, .activation = Activation::sigmoid}}};
  c.discriminator.layers = {Maxout{.units = 4, .pieces = 3},
                            Dense{.units = 5, .activation = Activation::leaky_relu},
                            Dense{.units = 1}};
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

/// Which network of the script a tensor belongs to.
std::string network_of(const std::string& tensor, bool averaged) {
  if (tensor.starts_with("D.")) return "D";
  if (tensor.starts_with("G.")) return "G";
  if (tensor.starts_with("model.")) return averaged ? "average" : "G";
  return "";
}

/// Trains with the script's parameters and batches, and compares losses and parameters.
void expect_torchs(const nlohmann::json& row, const Config& c) {
  Trainer trainer({.config = c, .data = {.shape = {4}}, .batches_per_epoch = 100});

  std::map<std::string, size_t>
      next;  // parameters come in torch's order: weight, bias, layer by layer
  const auto each = [&](const char* when, const auto& visit) {
    next.clear();
    const at::NoGradGuard no_grad;
    trainer.visit_state([&](const std::string& name, Tensor& t) {
      const std::string who = network_of(name, averages(c.game));
      if (row[when].contains(who))
        visit(name, t, golden_tensor(row[when][who].at(next[who]++)).view(t.sizes()));
    });
  };
  each("start", [](const std::string&, Tensor& t, const Tensor& value) { t.copy_(value); });

  Stored data(row["x"]);
  for (size_t t = 0; t < row["x"].size(); ++t) {
    const Scalars scalars = trainer.step(static_cast<int64_t>(t), data);
    EXPECT_NEAR(scalars[0].second.item<double>(), row["d_loss"][t].get<double>(), 1e-5)
        << row["update"] << " step " << t;
    EXPECT_NEAR(scalars[1].second.item<double>(), row["g_loss"][t].get<double>(), 1e-5)
        << row["update"] << " step " << t;
  }
  each("end", [&](const std::string& name, Tensor& t, const Tensor& value) {
    EXPECT_TRUE(at::allclose(t.detach().to(at::kDouble), value, 1e-4, 2e-5))
        << row["update"] << row["method"] << " " << name << " off by "
        << (t.detach().to(at::kDouble) - value).abs().max().item<double>();
  });
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
