#pragma once
/// For the tests of this folder.

#include <ATen/ATen.h>
#include <gtest/gtest.h>

#include <map>
#include <nlohmann/json.hpp>
#include <string>

#include "gan/game/trainer.h"
#include "gan/golden/testing.h"

namespace gan {

/// A copy of everything that a checkpoint would hold; no name stands twice.
inline std::map<std::string, Tensor> state_of(Learner& learner) {
  std::map<std::string, Tensor> out;
  learner.visit_state([&](const std::string& name, Tensor& t) {
    EXPECT_TRUE(out.emplace(name, t.detach().clone()).second) << name;
  });
  return out;
}

// Whole training steps are held against Python PyTorch, whose numbers the scripts of tools/golden/
// stored.

/// Batches as the script drew them.
class ScriptBatches : public Batches {
 public:
  explicit ScriptBatches(const nlohmann::json& x) : x_(x) {}
  Batch next() override {
    return {.x = golden_tensor(x_.at(number_++)).view({6, 4}).to(at::kFloat)};
  }

 private:
  const nlohmann::json& x_;
  size_t number_ = 0;
};

/// The two networks of the scripts.
inline void give_networks_of_script(Config& c) {
  c.generator = {.noise = NoiseKind::uniform,
                 .noise_size = 3,
                 .layers = {Dense{.units = 5, .activation = Activation::relu},
                            Dense{.units = 4, .activation = Activation::sigmoid}}};
  c.discriminator.layers = {Maxout{.units = 4, .pieces = 3},
                            Dense{.units = 5, .activation = Activation::leaky_relu},
                            Dense{.units = 1}};
}

/// Which network of the script a tensor belongs to.
inline std::string network_of_script(const std::string& tensor, bool averaged) {
  if (tensor.starts_with("D.")) return "D";
  if (tensor.starts_with("G.")) return "G";
  if (tensor.starts_with("model.")) return averaged ? "average" : "G";
  return "";
}

/// Trains with the script's parameters and batches, and compares losses and parameters.
inline void expect_torchs_training(const nlohmann::json& row, const Config& c,
                                   const std::string& who) {
  Trainer trainer({.config = c, .data = {.shape = {4}}, .batches_per_epoch = 100});
  const auto each = [&](const char* when, const auto& visit) {
    std::map<std::string, size_t> next;  // in torch's order: weight, bias, layer by layer
    const at::NoGradGuard no_grad;
    trainer.visit_state([&](const std::string& name, Tensor& t) {
      const std::string network = network_of_script(name, averages(c.game));
      if (row[when].contains(network))
        visit(name, t, golden_tensor(row[when][network].at(next[network]++)).view(t.sizes()));
    });
    for (const char* network : {"D", "G"})
      EXPECT_EQ(next[network], row[when].at(network).size()) << who << when;
  };
  each("start", [](const std::string&, Tensor& t, const Tensor& value) { t.copy_(value); });
  ScriptBatches data(row["x"]);
  for (size_t t = 0; t < row["x"].size(); ++t) {
    const Scalars scalars = trainer.step(static_cast<int64_t>(t), data);
    EXPECT_NEAR(scalars[0].second.item<double>(), row["d_loss"][t].get<double>(), 1e-5)
        << who << " step " << t;
    EXPECT_NEAR(scalars[1].second.item<double>(), row["g_loss"][t].get<double>(), 1e-5)
        << who << " step " << t;
  }
  each("end", [&](const std::string& name, Tensor& t, const Tensor& value) {
    EXPECT_TRUE(at::allclose(t.detach().to(at::kDouble), value, 1e-4, 2e-5))
        << who << " " << name << " off by "
        << (t.detach().to(at::kDouble) - value).abs().max().item<double>();
  });
}

}  // namespace gan
