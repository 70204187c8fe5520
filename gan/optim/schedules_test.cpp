#include "gan/optim/schedules.h"

#include <gtest/gtest.h>

#include <cmath>

namespace gan {
namespace {

TEST(Schedule, ExponentialIsPylearn2s) {
  const OptimizerSection s{.schedule = Schedule::exponential, .decay = 1.000004, .min_rate = 1e-6};
  EXPECT_DOUBLE_EQ(learning_rate(s, 0.1, 0), 0.1);
  EXPECT_NEAR(learning_rate(s, 0.1, 25000), 0.1 / std::pow(1.000004, 25000), 1e-12);
  EXPECT_DOUBLE_EQ(learning_rate(s, 0.1, 100000000), 1e-6);
}

TEST(Schedule, CosineFallsToItsEndAndStaysThere) {
  const OptimizerSection s{.schedule = Schedule::cosine, .min_rate = 1e-5, .schedule_steps = 100};
  EXPECT_DOUBLE_EQ(learning_rate(s, 1e-3, 0), 1e-3);
  EXPECT_NEAR(learning_rate(s, 1e-3, 50), (1e-3 + 1e-5) / 2, 1e-12);
  EXPECT_NEAR(learning_rate(s, 1e-3, 100), 1e-5, 1e-15);
  EXPECT_NEAR(learning_rate(s, 1e-3, 1000), 1e-5, 1e-15);
}

TEST(Schedule, LinearFallsToItsEndAndStaysThere) {
  const OptimizerSection s{.schedule = Schedule::linear, .min_rate = 1e-3, .schedule_steps = 90};
  EXPECT_DOUBLE_EQ(learning_rate(s, 1e-2, 0), 1e-2);
  EXPECT_DOUBLE_EQ(learning_rate(s, 1e-2, 30), 7e-3);
  EXPECT_DOUBLE_EQ(learning_rate(s, 1e-2, 90), 1e-3);
  EXPECT_DOUBLE_EQ(learning_rate(s, 1e-2, 1000), 1e-3);
}

TEST(Schedule, MomentumRisesLinearlyOverThePapersEpochs) {
  const OptimizerSection s{
      .method = Method::momentum, .momentum = 0.5, .final_momentum = 0.7, .momentum_epochs = 250};
  EXPECT_DOUBLE_EQ(momentum(s, 1), 0.5);
  EXPECT_NEAR(momentum(s, 125), 0.5 + 0.2 * 124 / 249, 1e-12);
  EXPECT_DOUBLE_EQ(momentum(s, 250), 0.7);
  EXPECT_DOUBLE_EQ(momentum(s, 900), 0.7);
}

TEST(Schedule, AValueMovesAlongTheCosineOfTheRate) {
  const OptimizerSection s{.schedule = Schedule::cosine, .schedule_steps = 300};
  EXPECT_DOUBLE_EQ(scheduled(s, 0.9, 0.99, 0), 0.9);
  EXPECT_NEAR(scheduled(s, 0.9, 0.99, 100), 0.9 + 0.09 / 4, 1e-12);  // (1 - cos 60 degrees) / 2
  EXPECT_NEAR(scheduled(s, 0.9, 0.99, 150), 0.945, 1e-12);
  EXPECT_NEAR(scheduled(s, 0.9, 0.99, 300), 0.99, 1e-12);
  EXPECT_NEAR(scheduled(s, 0.9, 0.99, 9000), 0.99, 1e-12);
  EXPECT_NEAR(scheduled(s, 0.05, 0.005, 200), 0.005 + 0.045 / 4, 1e-12);
  EXPECT_NEAR(scheduled(s, 2, 0, 300), 0, 1e-12);
}

TEST(Schedule, AValueMovesAlongTheLineOfTheRate) {
  const OptimizerSection s{.schedule = Schedule::linear, .schedule_steps = 300};
  EXPECT_DOUBLE_EQ(scheduled(s, 2, 0.2, 0), 2);
  EXPECT_DOUBLE_EQ(scheduled(s, 2, 0.2, 100), 1.4);
  EXPECT_DOUBLE_EQ(scheduled(s, 2, 0.2, 300), 0.2);
  EXPECT_DOUBLE_EQ(scheduled(s, 2, 0.2, 9000), 0.2);
}

TEST(Schedule, WithoutAFinalValueAValueIsConstant) {
  for (const Schedule schedule : {Schedule::constant, Schedule::exponential, Schedule::cosine})
    for (const int64_t t : {0, 50, 1000}) {
      const OptimizerSection s{.schedule = schedule, .schedule_steps = 100};
      EXPECT_EQ(scheduled(s, 0.9, {}, t), 0.9);
    }
}

Config averaged(double per_step, double images) {
  Config c;
  c.training.batch_size = 64;
  c.optimizer.schedule = Schedule::cosine;
  c.optimizer.schedule_steps = 1000;
  c.game.averaging = per_step;
  c.game.averaging_images = images;
  return c;
}

TEST(Averaging, ADecayPerStepIsLowerAtTheBeginning) {
  const Config c = averaged(0.99, 0);
  EXPECT_DOUBLE_EQ(averaging_decay(c, 0), 0.1);
  EXPECT_DOUBLE_EQ(averaging_decay(c, 10), 0.55);
  EXPECT_DOUBLE_EQ(averaging_decay(c, 100000), 0.99);
}

TEST(Averaging, AHalfLifeInExamplesGrowsFromNothing) {
  Config c = averaged(0, 640);
  EXPECT_EQ(averaging_decay(c, 0), 0);
  EXPECT_NEAR(averaging_decay(c, 500), std::pow(0.5, 1.0 / 5), 1e-12);  // 320 examples, 5 batches
  EXPECT_NEAR(std::pow(averaging_decay(c, 1000), 10), 0.5, 1e-12);
  EXPECT_NEAR(std::pow(averaging_decay(c, 5000), 10), 0.5, 1e-12);
  c.optimizer.schedule = Schedule::linear;
  EXPECT_NEAR(averaging_decay(c, 250), std::pow(0.5, 64.0 / 160), 1e-12);
}

TEST(InstanceNoise, FallsToAHundredthAndEnds) {
  GameSection s;
  EXPECT_EQ(instance_noise(s, 0), 0);
  s.instance_noise = 2;
  EXPECT_EQ(instance_noise(s, 1000000), 2);
  s.instance_noise_steps = 100;
  EXPECT_DOUBLE_EQ(instance_noise(s, 0), 2);
  EXPECT_NEAR(instance_noise(s, 50), 0.2, 1e-12);
  EXPECT_NEAR(instance_noise(s, 99), 0.02, 1e-3);
  EXPECT_EQ(instance_noise(s, 100), 0);
}

}  // namespace
}  // namespace gan
