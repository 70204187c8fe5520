/// What can be combined with any game: packs, parts of a minibatch, rates, augmentation, noise;
/// each against its formula, and all of them resumed.

#include <ATen/ATen.h>
#include <gtest/gtest.h>
#include <torch/csrc/autograd/autograd.h>

#include "gan/game/choices_testing.h"
#include "gan/game/instance_noise.h"

namespace gan {
namespace {

// --- Parts of a minibatch ---

TEST(Accumulation, GivesTheUpdatesOfTheWholeMinibatch) {
  for (const std::string value : {"non-saturating", "relativistic", "wasserstein"})
    for (const Engine engine : {Engine::reference, Engine::fused}) {
      Config c = small_config(value);
      c.run.engine = engine;
      c.discriminator.layers.insert(c.discriminator.layers.begin(),
                                    Dropout{.keep = 0.8, .scale = 1.25});
      c.game.k = 2;
      c.game.r1 = 0.3;
      c.game.r2 = 0.2;
      c.game.wgan_gp = 0.5;
      c.game.dragan = 0.5;
      const auto start = trained(c, 0), whole = trained(c, 3);
      c.game.accumulate = 4;
      EXPECT_LT(distance(trained(c, 3), whole), 2e-6) << value;
      EXPECT_GT(distance(start, whole), 1e-2) << value;
    }
}

TEST(Accumulation, OfTransformedPacksToo) {
  Config c = small_config();
  c.augmentation = {.mode = AugmentationMode::fixed, .p = 0.7};
  c.discriminator.layers.insert(c.discriminator.layers.begin(),
                                Dropout{.keep = 0.8, .scale = 1.25});
  c.game.r1 = 0.1;
  c.game.pack = 2;
  c.game.instance_noise = 0.3;
  const auto whole = trained(c, 3);
  c.game.accumulate = 3;
  EXPECT_LT(distance(trained(c, 3), whole), 2e-6);
}

/// Its points lie as far from the data as those of the whole minibatch vary. The slope of a
/// piecewise linear D would hardly notice.
TEST(Accumulation, DragansDeviationIsThatOfTheWholeMinibatch) {
  Config c = small_config("wasserstein");
  c.discriminator.layers = {Dense{.units = 8, .activation = Activation::tanh}, Dense{.units = 1}};
  c.game.dragan = 10;
  const auto whole = trained(c, 3);
  c.game.accumulate = 4;
  EXPECT_LT(distance(trained(c, 3), whole), 2e-6);
}

// --- Packs ---

/// PacGAN (Lin et al. 2018), written out with plain autograd.
TEST(Packing, DJudgesSeveralExamplesAtOnce) {
  Config c = small_config();
  c.game.pack = 3;
  c.game.update = Update::simultaneous;
  Trainer trainer(setup(c));
  Generator G(c.generator, {.shape = kShape}, c.run.seed, {}, at::kCPU);
  Network D(c.discriminator.layers, {6, 4, 4}, "discriminator", Stream(c.run.seed, "init.D"), {},
            at::kCPU);
  Images data(12, kShape), same(12, kShape);
  trainer.step(0, data);
  const Tensor x = same.next().x;
  const auto packs = [](const Tensor& of) {  // [12, 32] -> [4, 96]
    std::vector<Tensor> out;
    for (int64_t i = 0; i < 12; i += 3)
      out.push_back(at::cat({of[i].flatten(), of[i + 1].flatten(), of[i + 2].flatten()}));
    return at::stack(out);
  };
  const Tensor z = G.noise(Stream(c.run.seed, "game").child("z").child(uint64_t{0}), 12, 0);
  const Tensor s = G.network()(z);
  const Tensor on_data = D(packs(x)).flatten(), on_samples = D(packs(s)).flatten();
  ASSERT_EQ(on_data.numel(), 4);
  const Tensor d_loss = (at::softplus(-on_data).mean() + at::softplus(on_samples).mean()) / 2,
               g_loss = at::softplus(-on_samples).mean();
  const auto state = state_of(trainer);
  const auto expect_moved = [&](Network& network, const Tensor& loss, const std::string& prefix) {
    const auto gradients = torch::autograd::grad({loss}, network.parameters(), {}, true);
    const at::NoGradGuard no_grad;
    for (size_t i = 0; i < gradients.size(); ++i) network.parameters()[i].sub_(gradients[i], 0.1);
    network.visit_state(prefix, [&](const std::string& name, Tensor& t) {
      EXPECT_TRUE(at::allclose(t.detach(), state.at(name), 1e-4, 1e-6)) << name;
    });
  };
  const auto for_D = torch::autograd::grad({d_loss}, D.parameters(), {}, true);
  expect_moved(G.network(), g_loss, "model.");
  const at::NoGradGuard no_grad;
  for (size_t i = 0; i < for_D.size(); ++i) D.parameters()[i].sub_(for_D[i], 0.1);
  D.visit_state("D.", [&](const std::string& name, Tensor& t) {
    EXPECT_TRUE(at::allclose(t.detach(), state.at(name), 1e-4, 1e-6)) << name;
  });
}

TEST(Packing, BothEnginesGiveTheSame) {
  Config c = small_config("relativistic");
  c.game.pack = 2;
  c.game.r1 = 0.1;
  c.game.wgan_gp = 0.5;
  expect_same_in_both_engines(c);
}

TEST(Packing, AnExampleIsJudgedAsAPackOfCopies) {
  Config c = small_config();
  c.game.pack = 2;
  Trainer trainer(setup(c));
  Network D(c.discriminator.layers, {4, 4, 4}, "discriminator", Stream(c.run.seed, "init.D"), {},
            at::kCPU);
  const Tensor x = Images(5, kShape).next().x;
  EXPECT_TRUE(at::allclose(trainer.discriminate(x), D(at::cat({x, x}, 1)).flatten()));
  EXPECT_FALSE(trainer.watch({.x = x}).empty());  // an example is left over
}

// --- Two rates ---

TEST(TwoRates, DMovesByItsOwn) {
  Config c = small_config();
  c.game.update = Update::simultaneous;
  const auto start = trained(c, 0), same = trained(c, 1);
  c.discriminator.learning_rate = 0.3;
  const auto other = trained(c, 1);
  for (const auto& [name, t] : start) {
    const double times = name.starts_with("D.") ? 3 : 1;
    if (name.starts_with("optimizer")) continue;
    EXPECT_TRUE(at::allclose(other.at(name) - t, times * (same.at(name) - t), 1e-3, 1e-7)) << name;
  }
}

// --- Augmentation ---

/// G's gradient goes through the transformation, and R1 is on the slope in the image before it:
/// with a linear D(x) = w . x, the slope is w transformed back, so that of a flip has w's norm.
TEST(Augmentation, IsPartOfD) {
  Config c = small_config();
  c.discriminator.layers = {Dense{.units = 1}};
  c.game.update = Update::simultaneous;
  c.augmentation = {.mode = AugmentationMode::fixed, .kinds = {{Augmentation::cutout}}, .p = 1};
  const Augmenter augmenter(c.augmentation, kShape, c.data.scale);
  const Stream noise = Stream(c.run.seed, "game").child("augmentation").child(uint64_t{0});
  expect_simultaneous_step(c, 0, [&](const Tensor& x, bool data) {
    return augmenter.apply(x, 1, noise.child(uint64_t{data ? 0U : 1U}), 0, 0);
  });
}

TEST(Augmentation, ItsProbabilityFollowsTheSchedule) {
  Config c = small_config();
  c.augmentation = {.mode = AugmentationMode::fixed, .p = 0.2};
  const auto at_step = [&](int64_t t) {
    Trainer trainer(setup(c));
    Images data(12, kShape);
    return trainer.step(t, data).back();
  };
  EXPECT_EQ(at_step(5).first, "augment_p");
  EXPECT_DOUBLE_EQ(at_step(5).second.item<double>(), 0.2);
  c.augmentation.final_p = 0.6;
  c.optimizer.schedule = Schedule::linear;
  c.optimizer.schedule_steps = 10;
  EXPECT_DOUBLE_EQ(at_step(5).second.item<double>(), 0.4);
}

TEST(Augmentation, AdaptsToD) {  // which knows the data by heart, and then does not
  Config c = small_config();
  c.augmentation = {.mode = AugmentationMode::adaptive, .images = 480};
  Trainer trainer(setup(c));
  Images data(12, kShape);
  const auto p_after = [&](int64_t from, int64_t to) {
    double p = 0;
    for (int64_t t = from; t < to; ++t) p = trainer.step(t, data).back().second.item<double>();
    return p;
  };
  const auto set_bias = [&](double value) {
    const at::NoGradGuard no_grad;
    trainer.visit_state([&](const std::string& name, Tensor& t) {
      if (name == "D.dense2.bias") t.fill_(value);
    });
  };
  set_bias(1000);
  EXPECT_NEAR(p_after(0, 3), 0, 1e-12);
  EXPECT_NEAR(p_after(3, 4), 0.1, 1e-12);
  set_bias(-1000);
  EXPECT_NEAR(p_after(4, 8), 0, 1e-12);
}

// --- Noise ---

/// Data and samples get noise of their own before D sees them, and none where the schedule ends.
TEST(InstanceNoise, IsAddedToWhatDSees) {
  Config c = small_config();
  c.game.update = Update::simultaneous;
  c.game.instance_noise = 0.5;
  c.game.instance_noise_steps = 4;
  const Stream noise = Stream(c.run.seed, "game").child("instance noise").child(uint64_t{0});
  for (const auto& [t, deviation] : {std::pair{0, 0.5}, std::pair{2, 0.05}, std::pair{4, 0.0}})
    expect_simultaneous_step(c, t, [&](const Tensor& x, bool data) {
      const Stream own = noise.child(data ? "data" : "samples");
      return x + deviation * draw_normal(own, 12, product(kShape), t).view(x.sizes());
    });
}

TEST(InstanceNoise, HasTheDeviationThatWasAskedFor) {
  const Tensor x = at::full({1000, 2, 3}, 4.0);
  const Tensor y = with_noise(x, 0.25, Stream(3, "noise"), 7, 0);
  EXPECT_NEAR(y.std().item<double>(), 0.25, 0.01);
  EXPECT_NEAR(y.mean().item<double>(), 4, 0.02);
  // Example 10 draws the same alone.
  const Tensor alone = with_noise(x.narrow(0, 10, 1), 0.25, Stream(3, "noise"), 7, 10);
  EXPECT_TRUE(at::equal(alone[0], y[10]));
}

TEST(InstanceNoise, BothEnginesGiveTheSame) {
  Config c = small_config("relativistic");
  c.game.r1 = 0.1;
  c.game.instance_noise = 0.5;
  expect_same_in_both_engines(c);
}

// --- All of them together ---

TEST(Choices, AStateAndAStepNumberDecideTheFuture) {
  Config c = small_config("relativistic");
  c.optimizer = {.beta1 = 0, .beta2 = 0.9};
  c.training.learning_rate = 1e-2;
  c.game = {.value = "relativistic",
            .k = 2,
            .r1 = 0.1,
            .wgan_gp = 0.5,
            .dragan = 0.5,
            .clip = 0.4,
            .penalty_every = 3,
            .accumulate = 2,
            .auxiliary = 0.5,
            .instance_noise = 0.2,
            .instance_noise_steps = 5,
            .averaging = 0.9};
  c.augmentation = {.mode = AugmentationMode::adaptive, .images = 100};
  c.discriminator.learning_rate = 2e-2;
  c.generator.layers = {ClassEmbedding{.size = 2}, Dense{.units = 32, .spectral_norm = {true}},
                        Reshape{.shape = kShape}, SelfAttention{}};
  c.discriminator.layers = {
      Convolution{.channels = 8, .kernel = 3, .pad = 1, .spectral_norm = {true}}, SelfAttention{},
      Dense{.units = 4, .spectral_norm = {true}}};
  Trainer whole(setup(c, kClasses)), first(setup(c, kClasses)), second(setup(c, kClasses));
  Images data(12, kShape, 3), again(12, kShape, 3);
  for (int64_t t = 0; t < 6; ++t) whole.step(t, data);
  for (int64_t t = 0; t < 3; ++t) first.step(t, again);
  const auto saved = state_of(first);
  for (const char* name : {"augmentation.p", "D.convolution1.u", "D.dense1.v", "G.dense1.u"})
    EXPECT_TRUE(saved.contains(name)) << name;
  {
    const at::NoGradGuard no_grad;
    second.visit_state([&](const std::string& name, Tensor& t) { t.copy_(saved.at(name)); });
  }
  again.seek(6);
  for (int64_t t = 3; t < 6; ++t) second.step(t, again);
  const auto x = state_of(whole), y = state_of(second);
  ASSERT_EQ(x.size(), y.size());
  for (const auto& [name, t] : x) EXPECT_TRUE(at::equal(t, y.at(name))) << name;
  EXPECT_GT(x.at("augmentation.p").item<double>(), 0);
}

}  // namespace
}  // namespace gan
