#pragma once
/// For tests of what can be combined with a game: small data and networks.

#include <ATen/ATen.h>
#include <gtest/gtest.h>
#include <torch/csrc/autograd/autograd.h>

#include <algorithm>
#include <map>
#include <string>
#include <vector>

#include "gan/game/testing.h"
#include "gan/game/trainer.h"
#include "gan/nets/draw.h"

namespace gan {

/// Images of noise, brighter from class to class.
class Images : public Batches {
 public:
  Images(int64_t n, Shape shape, int64_t classes = 0)
      : n_(n), shape_(std::move(shape)), classes_(classes) {}
  Batch next() override {
    Tensor x = draw_uniform(Stream(5, "data"), n_, product(shape_), number_++);
    Batch out{.x = x.view(batch_shape(n_, shape_))};
    if (classes_ == 0) return out;
    out.label = at::arange(n_, at::kLong).remainder(classes_);
    const Shape ones(shape_.size(), 1);
    out.x = out.x + out.label.to(at::kFloat).view(batch_shape(n_, ones));
    return out;
  }
  void seek(uint64_t number) { number_ = number; }

 private:
  int64_t n_;
  Shape shape_;
  int64_t classes_;
  uint64_t number_ = 0;
};

inline const Shape kShape{2, 4, 4};
inline const std::vector<std::string> kClasses{"a", "b", "c"};

inline Dense leaky_dense(int64_t units) {
  return {.units = units, .activation = Activation::leaky_relu};
}

inline Config small_config(const std::string& value = "non-saturating") {
  Config c;
  c.training = {.steps = 10, .batch_size = 12, .learning_rate = 0.1};
  c.optimizer = {.method = Method::momentum, .momentum = 0, .final_momentum = 0};
  c.game.value = value;
  c.generator.noise_size = 4;
  c.generator.layers = {leaky_dense(8), Dense{.units = 32}};
  c.discriminator.layers = {leaky_dense(8), Dense{.units = 1}};
  return c;
}

inline gan::Setup setup(const Config& config, std::vector<std::string> classes = {}) {
  return {.config = config, .data = {.shape = kShape, .classes = std::move(classes)}};
}

inline std::map<std::string, Tensor> trained(const Config& c, int64_t steps,
                                             std::vector<std::string> classes = {}) {
  const auto number = static_cast<int64_t>(classes.size());
  Trainer trainer(setup(c, std::move(classes)));
  Images data(c.training.batch_size, kShape, number);
  for (int64_t t = 0; t < steps; ++t) trainer.step(t, data);
  return state_of(trainer);
}

/// After one step: both networks, which began as D and G, moved down these losses at a rate of 0.1.
inline void expect_step_down(Trainer& trainer, Network& D, Network& G, const Tensor& d_loss,
                             const Tensor& g_loss) {
  const auto for_D = torch::autograd::grad({d_loss}, D.parameters(), {}, true),
             for_G = torch::autograd::grad({g_loss}, G.parameters(), {}, true);
  const at::NoGradGuard no_grad;
  for (size_t i = 0; i < for_D.size(); ++i) D.parameters()[i].sub_(for_D[i], 0.1);
  for (size_t i = 0; i < for_G.size(); ++i) G.parameters()[i].sub_(for_G[i], 0.1);
  const auto state = state_of(trainer);
  const auto compare = [&](const std::string& name, Tensor& t) {
    EXPECT_TRUE(at::allclose(t.detach(), state.at(name), 1e-4, 1e-6)) << name;
  };
  D.visit_state("D.", compare);
  G.visit_state("model.", compare);
}

/// The largest difference between two states.
inline double distance(const std::map<std::string, Tensor>& a,
                       const std::map<std::string, Tensor>& b) {
  double most = 0;
  for (const auto& [name, t] : a)
    most = std::max(most, (t - b.at(name)).abs().max().item<double>());
  return most;
}

}  // namespace gan
