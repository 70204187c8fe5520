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

/// The largest difference between two states.
inline double distance(const std::map<std::string, Tensor>& a,
                       const std::map<std::string, Tensor>& b) {
  double most = 0;
  for (const auto& [name, t] : a)
    most = std::max(most, (t - b.at(name)).abs().max().item<double>());
  return most;
}

/// Both engines train the same networks.
inline void expect_same_in_both_engines(Config c) {
  c.run.engine = Engine::fused;
  const auto fused = trained(c, 3);
  c.run.engine = Engine::reference;
  EXPECT_LT(distance(fused, trained(c, 3)), 1e-5);
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

/// One simultaneous step at step t of a non-saturating game moves both networks as it must if D
/// sees the data and the samples through `seen`(x, whether it is the data).
template <class Seen>
void expect_simultaneous_step(const Config& c, int64_t t, const Seen& seen) {
  Trainer trainer(setup(c));
  Generator G(c.generator, {.shape = kShape}, c.run.seed, {}, at::kCPU);
  Network D(c.discriminator.layers, kShape, "discriminator", Stream(c.run.seed, "init.D"), {},
            at::kCPU);
  Images data(12, kShape), same(12, kShape);
  trainer.step(t, data);
  const Stream game(c.run.seed, "game");
  const Tensor made = G.network()(G.noise(game.child("z").child(uint64_t{0}), 12, t));
  const Tensor x = seen(same.next().x, true), s = seen(made, false);
  const Tensor g_loss = at::softplus(-D(s)).mean(),
               d_loss = (at::softplus(-D(x)).mean() + at::softplus(D(s)).mean()) / 2;
  expect_step_down(trainer, D, G.network(), d_loss, g_loss);
}

}  // namespace gan
