/// A training under a treatment is the one that such settings would have given.
#include "gan/spec/treatment.h"

#include <gtest/gtest.h>

#include "gan/game/choices_testing.h"

namespace gan {
namespace {

class UnderTreatment : public testing::TestWithParam<Engine> {
 protected:
  UnderTreatment() {
    config_ = small_config("relativistic");
    config_.run.engine = GetParam();
    config_.run.precision = Precision::fp32;
    config_.optimizer.schedule = Schedule::cosine;
    config_.optimizer.schedule_steps = 2;
    config_.optimizer.min_rate = 1e-3;
  }

  /// Three steps, the treatment coming after the first; it begins as `settings` do.
  static std::map<std::string, Tensor> treated_late(const Config& settings,
                                                    const Treatment& treatment) {
    Trainer trainer(setup(settings));
    Images data(settings.training.batch_size, kShape);
    trainer.step(0, data);
    EXPECT_EQ(trainer.treat(treatment), treatment);
    for (int64_t t = 1; t < 3; ++t) trainer.step(t, data);
    return state_of(trainer);
  }

  /// The same, where the settings themselves change.
  static std::map<std::string, Tensor> resumed(const Config& settings, const Config& changed) {
    Trainer before(setup(settings)), after(setup(changed));
    Images data(settings.training.batch_size, kShape);
    before.step(0, data);
    const auto state = state_of(before);
    {
      const at::NoGradGuard no_grad;
      after.visit_state([&](const std::string& name, Tensor& t) { t.copy_(state.at(name)); });
    }
    for (int64_t t = 1; t < 3; ++t) after.step(t, data);
    return state_of(after);
  }

  void expect_same(const Config& changed, const Treatment& treatment) {
    const auto plain = resumed(config_, config_), wanted = resumed(config_, changed);
    EXPECT_GT(distance(plain, wanted), 1e-5);  // the treatment matters
    EXPECT_EQ(distance(treated_late(config_, treatment), wanted), 0);
  }

  Config config_;
};

TEST_P(UnderTreatment, ByAPenaltyItHasOne) {
  Config changed = config_;
  changed.game.r1 = changed.game.r2 = 0.1;
  expect_same(changed, {.penalty = 0.1});
}

TEST_P(UnderTreatment, ByLowerRatesItHasThese) {
  Config changed = config_;
  changed.training.learning_rate *= 0.25;
  changed.optimizer.min_rate *= 0.25;
  expect_same(changed, {.rates = 0.25});
}

TEST_P(UnderTreatment, BySlowerDOnlyDIsSlower) {
  Config changed = config_;
  changed.discriminator.learning_rate = 0.25 * config_.training.learning_rate;
  expect_same(changed, {.d_rate = 0.25});
}

TEST_P(UnderTreatment, ByLessMomentumItHasThat) {
  for (const Method method : {Method::adam, Method::momentum}) {
    config_.optimizer.method = method;
    config_.optimizer.beta1 = config_.optimizer.momentum = config_.optimizer.final_momentum = 0.9;
    Config changed = config_;
    (method == Method::adam ? changed.optimizer.beta1 : changed.optimizer.momentum) = 0.5;
    if (method == Method::momentum) changed.optimizer.final_momentum = 0.5;
    expect_same(changed, {.momentum = 0.5});
  }
}

TEST_P(UnderTreatment, ByAnotherScheduleItHasThat) {
  Config changed = config_;
  changed.optimizer.schedule_steps = 8;
  expect_same(changed, {.schedule_steps = 8});
}

TEST_P(UnderTreatment, ByWeakerPenaltiesAllAreWeaker) {
  config_.game.r1 = 1;
  config_.game.final_r1 = 0.5;
  config_.game.r2 = 2;
  Config changed = config_;
  changed.game.r1 = 0.125;
  changed.game.final_r1 = 0.0625;
  changed.game.r2 = 0.25;
  expect_same(changed, {.penalties = 0.125});
}

TEST_P(UnderTreatment, NothingIsDoneThatTheSettingsHaveNoPlaceFor) {
  config_.game.r1 = 1;
  config_.optimizer.schedule = Schedule::constant;
  Trainer with_penalty(setup(config_));
  EXPECT_EQ(with_penalty.treat({.penalty = 0.1, .augmentation = 0.2, .schedule_steps = 8}),
            Treatment{});
  config_.game.r1 = 0;
  config_.optimizer.beta1 = 0.25;
  EXPECT_EQ(Trainer(setup(config_)).treat({.momentum = 0.5}), Treatment{});
  Trainer without(setup(config_));
  EXPECT_EQ(without.treat({.penalties = 0.1}), Treatment{});
}

INSTANTIATE_TEST_SUITE_P(BothEngines, UnderTreatment,
                         testing::Values(Engine::reference, Engine::fused));

TEST(Treatment, AugmentsMoreButNotAlways) {
  Config c = small_config();
  c.augmentation.mode = AugmentationMode::fixed;
  c.augmentation.p = 0.5;
  Treatment t{.augmentation = 0.2};
  EXPECT_DOUBLE_EQ(treated(c, t).augmentation.p, 0.7);
  t.augmentation = 0.6;
  EXPECT_DOUBLE_EQ(treated(c, t).augmentation.p, 0.8);
  EXPECT_DOUBLE_EQ(t.augmentation, 0.3);
}

TEST(Treatment, LeavesAGameOfOneBatchWithoutPenalties) {
  Config c = small_config();
  c.game.update = Update::simultaneous;
  Treatment t{.penalty = 0.1};
  EXPECT_EQ(treated(c, t).game.r1, 0);
  EXPECT_EQ(t, Treatment{});
}

}  // namespace
}  // namespace gan
