/// D as a classifier of data and samples (Odena et al. 2017, AC-GAN).

#include <ATen/ATen.h>
#include <gtest/gtest.h>
#include <torch/csrc/autograd/autograd.h>

#include "gan/game/choices_testing.h"

namespace gan {
namespace {

Config classifying() {
  Config c = small_config();
  c.game.auxiliary = 0.7;
  c.game.update = Update::simultaneous;
  c.generator.layers.insert(c.generator.layers.begin(), ClassEmbedding{.size = 3});
  c.discriminator.layers.back() = Dense{.units = 4};
  return c;
}

/// AC-GAN (Odena et al. 2017, equations 2 and 3), written out with plain autograd.
TEST(Auxiliary, DClassifiesDataAndSamples) {
  const Config c = classifying();
  Trainer trainer(setup(c, kClasses));
  Generator G(c.generator, {.shape = kShape, .classes = kClasses}, c.run.seed, {}, at::kCPU);
  Network D(c.discriminator.layers, kShape, "discriminator", Stream(c.run.seed, "init.D"), {},
            at::kCPU, 3);
  Images data(12, kShape, 3), same(12, kShape, 3);
  const Scalars scalars = trainer.step(0, data);
  const Batch batch = same.next();
  const Tensor z = G.noise(Stream(c.run.seed, "game").child("z").child(uint64_t{0}), 12, 0);
  const Tensor on_data = D(batch.x), on_samples = D(G.network()(z, {.label = batch.label}));
  const auto wrong = [&](const Tensor& answers) {  // -log P(class)
    return -at::log_softmax(answers.narrow(1, 1, 3), 1).gather(1, batch.label.unsqueeze(1)).mean();
  };
  const Tensor d_loss = at::softplus(-on_data.select(1, 0)).mean() +
                        at::softplus(on_samples.select(1, 0)).mean() +
                        0.7 * (wrong(on_data) + wrong(on_samples)),
               g_loss = at::softplus(-on_samples.select(1, 0)).mean() + 0.7 * wrong(on_samples);
  EXPECT_NEAR(scalars[0].second.item<double>(), d_loss.item<double>(), 1e-5);
  EXPECT_NEAR(scalars[1].second.item<double>(), g_loss.item<double>(), 1e-5);
  expect_step_down(trainer, D, G.network(), d_loss / 2, g_loss);
}

TEST(Auxiliary, PenaltiesAreOnTheLogitAlone) {
  Config c = classifying();
  c.game.update = Update::alternating;
  c.game.r1 = 1;
  c.game.wgan_gp = 1;
  EXPECT_NE(unsupported_by_fused(c), "");
  const auto start = trained(c, 0, kClasses);
  Trainer trainer(setup(c, kClasses));
  Images data(12, kShape, 3);
  for (int64_t t = 0; t < 3; ++t)
    for (const auto& [name, value] : trainer.step(t, data))
      EXPECT_TRUE(std::isfinite(value.item<double>())) << name;
  // Of a linear D, w x + b: R1 of the first output is |w_0|^2 / 2, and moves no other row.
  c.discriminator.layers = {Dense{.units = 4}};
  c.game = {.auxiliary = 1e-12};
  const auto plain_start = trained(c, 0, kClasses), plain = trained(c, 1, kClasses);
  c.game.r1 = 0.5;
  const Tensor moved = trained(c, 1, kClasses).at("D.dense1.weight") - plain.at("D.dense1.weight");
  EXPECT_TRUE(at::allclose(moved[0], -0.05 * plain_start.at("D.dense1.weight")[0], 1e-3, 1e-6));
  EXPECT_LT(moved.narrow(0, 1, 3).abs().max().item<double>(), 1e-7);
}

TEST(Auxiliary, BothEnginesGiveTheSame) {
  Config c = classifying();
  c.run.engine = Engine::fused;
  ASSERT_EQ(unsupported_by_fused(c), "");
  const auto fused = trained(c, 3, kClasses);
  c.run.engine = Engine::reference;
  EXPECT_LT(distance(fused, trained(c, 3, kClasses)), 1e-5);
}

}  // namespace
}  // namespace gan
