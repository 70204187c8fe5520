#include "gan/spec/length.h"

#include <gtest/gtest.h>

#include <algorithm>

namespace gan {
namespace {

const Pace kPace{.step = 0.1, .evaluation = 1, .picture = 0.2, .checkpoint = 0.1, .closing = 5};

double seconds_of(const Length& l, const Pace& p) {
  return static_cast<double>(l.steps) * p.step + static_cast<double>(l.evaluations) * p.evaluation +
         static_cast<double>(l.pictures + 1) * p.picture +
         static_cast<double>(l.checkpoints) * p.checkpoint + (l.closing_scores ? p.closing : 0);
}

TEST(Length, FillsTheTime) {
  for (const double seconds : {20.0, 60.0, 600.0, 36000.0}) {
    const Length length = length_for(seconds, 3, kPace);
    EXPECT_LE(seconds_of(length, kPace), seconds - 3 + 1e-9);
    EXPECT_GT(seconds_of(length, kPace), 0.97 * (seconds - 3)) << seconds;
  }
}

TEST(Length, IsAMultipleOfWhatHappensOnTheWay) {
  for (const double seconds : {8.0, 15.0, 30.0, 60.0, 600.0}) {
    const Length length = length_for(seconds, 1, kPace);
    ASSERT_GT(length.steps, 0);
    for (const int64_t times : {length.evaluations, length.pictures, length.checkpoints})
      EXPECT_EQ(length.steps % std::max<int64_t>(times, 1), 0) << seconds;
    RunSection run;
    set_times(run, length);
    EXPECT_EQ(run.sample_every * length.pictures, length.steps);
    EXPECT_EQ(run.evaluate_every * length.evaluations, length.evaluations > 0 ? length.steps : 0);
  }
}

TEST(Length, SpendsLittleOnWhatIsNoStep) {
  const Length hour = length_for(3600, 0, kPace);
  EXPECT_EQ(hour.evaluations, 10);
  EXPECT_EQ(hour.pictures, 10);
  const Length minute = length_for(60, 0, kPace);
  EXPECT_EQ(minute.evaluations, 5);  // 6 s, where a score takes 1 s
  EXPECT_EQ(length_for(9, 0, kPace).evaluations, 0);
  EXPECT_TRUE(length_for(34, 0, kPace).closing_scores);
  EXPECT_FALSE(length_for(33, 0, kPace).closing_scores);  // 5 s are more than 15%
}

TEST(Length, NoStepFitsIntoNoTime) {
  EXPECT_EQ(length_for(2, 3, kPace).steps, 0);
  EXPECT_EQ(length_for(2, 3, kPace, {}).steps, 0);
}

TEST(Length, OfARecipeCountsWhatTheRecipeAsksFor) {
  RunSection run;
  run.evaluate_every = 100;
  run.sample_every = 50;
  run.checkpoint_every = 10;
  const Length length = length_for(100, 4.7, kPace, run);
  // 100 - 4.7 - 5 - 0.2 - 0.1 = 90 s; a step takes .1 + .01 + .004 + .01 s.
  EXPECT_EQ(length.steps, 725);
}

TEST(Length, SchedulesKeepTheirShare) {
  Config c;
  c.training.steps = 1000;
  c.training.epochs = 3;
  c.optimizer.schedule = Schedule::cosine;
  c.optimizer.schedule_steps = 800;
  c.game.instance_noise_steps = 400;
  set_steps(c, 500);
  EXPECT_EQ(c.training.steps, 500);
  EXPECT_EQ(c.training.epochs, 0);
  EXPECT_EQ(c.optimizer.schedule_steps, 400);
  EXPECT_EQ(c.game.instance_noise_steps, 200);
  c.optimizer.schedule = Schedule::constant;
  c.game.instance_noise_steps = 0;
  set_steps(c, 50);
  EXPECT_EQ(c.optimizer.schedule_steps, 400);
  EXPECT_EQ(c.game.instance_noise_steps, 0) << "noise that stays";
}

}  // namespace
}  // namespace gan
