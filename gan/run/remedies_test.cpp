/// What a training that may act does about its findings, beside going back where it diverges.

#include <gtest/gtest.h>

#include <cmath>

#include "gan/run/patient_testing.h"

namespace gan {
namespace {

/// Samples that become narrow after 500 steps, unless `mended`.
Hooks collapsing(const std::function<bool()>& mended) {
  Hooks hooks;
  hooks.doctor.examine = [mended](int64_t step) {
    return NamedNumbers{{"width", step <= 500 || mended() ? 0.9 : 0.01}};
  };
  return hooks;
}

TEST_F(Treated, GoesBackToTheStartWhereSamplesCollapse) {
  take_long_steps();
  for (const bool has_penalty : {true, false}) {
    Patient patient(2000);
    patient.has_penalty = has_penalty;
    const std::string name = has_penalty ? "penalised" : "slowed";
    const auto mended = [&] { return patient.now != Treatment{}; };
    EXPECT_EQ(go(name, patient, collapsing(mended)).step, 2000);
    EXPECT_EQ(patient.rates.size(), 2000u + 1250);
    const auto found = findings(name);
    ASSERT_EQ(found.size(), 1u);
    EXPECT_EQ(found[0].name, "collapse");
    EXPECT_EQ(found[0].from, 1250);
    EXPECT_EQ(found[0].text, "the samples had collapsed at step 1250");
    EXPECT_EQ(found[0].done,
              has_penalty ? "went back to step 0, with R1 and R2 of weight 0.1"
                          : "went back to step 0, with learning rates at 0.3 times the settings");
  }
}

TEST_F(Treated, GoesBackToTheBestCheckpointFromBeforeTheCollapse) {
  take_long_steps();
  config_.run.evaluate_every = 100;
  for (const int64_t best : {600, 800}) {  // the first sign is at step 750
    Patient patient(1800);
    patient.has_penalty = true;
    Hooks hooks = collapsing([&] { return patient.now.penalty > 0; });
    hooks.evaluate = [best](int64_t step) {
      return Scores{.score = -std::abs(static_cast<double>(step - best))};
    };
    const std::string name = fmt::format("best-{}", best);
    EXPECT_EQ(go(name, patient, hooks).best_step, best);
    EXPECT_EQ(
        findings(name).front().done,
        fmt::format("went back to step {}, with R1 and R2 of weight 0.1", best == 600 ? 600 : 0));
    EXPECT_EQ(RunFolder::open(temp_.path() / name).read_step(best).step, best);
  }
}

TEST_F(Treated, AReturnIsCountedWhateverTheCheckpointKnows) {
  take_long_steps();
  config_.run.keep_every = 100;
  Patient patient(3000);
  patient.has_penalty = true;
  const Hooks never = collapsing([] { return false; });
  EXPECT_EQ(go("run", patient, never).step, 3000);
  EXPECT_NEAR(patient.now.rates, 0.03, 1e-12);  // a penalty, then lower rates twice
  EXPECT_EQ(patient.now.penalty, 0.1);
  EXPECT_EQ(patient.rates.size(), 3000u + 3 * 1250);
  for (const int64_t step : {0, 700, 1300}) {  // as if it had been killed after that checkpoint
    const std::string name = killed("run", step);
    Patient rest(3000);
    rest.has_penalty = true;
    go(name, rest, never);
    expect_same_files(name, "run");
  }
}

TEST_F(Treated, TakesSignsFromBeforeAReturnForNoNewOnes) {
  config_.run.evaluate_every = 28;
  Hooks hooks;
  hooks.evaluate = [](int64_t step) { return Scores{.score = step == 28 ? 1.0 : 0.0}; };
  Patient patient(100);
  patient.swings_above = 0.5;
  go("run", patient, hooks);
  EXPECT_EQ(patient.rates.back(), 0.3);
  EXPECT_EQ(patient.rates.size(), 100u + 6);  // back from step 34 to 28, with 28 lines of swings
  const auto found = findings("run");
  ASSERT_EQ(found.size(), 1u);
  EXPECT_EQ(found[0].text, "the players went round each other at step 34");
}

TEST_F(Treated, BeginsAnewWhereTrainingLedNowhere) {
  take_long_steps();
  config_.training.steps = 2000;
  Patient patient(2000);
  patient.has_penalty = true;
  Hooks hooks;
  hooks.doctor.examine = [&](int64_t) {
    return NamedNumbers{{"inside", patient.now.penalty > 0 ? 0.9 : 0.02}, {"inside_data", 0.95}};
  };
  config_.run.evaluate_every = 100;  // the best checkpoint is no good, either
  hooks.evaluate = [](int64_t step) {
    return Scores{.score = step == 100 ? 3.0 : static_cast<double>(step / 100 % 2)};
  };
  EXPECT_EQ(go("run", patient, hooks).how, Ended::steps);
  EXPECT_EQ(patient.rates.size(), 2000u + 1500);  // measured at steps 1250 and 1500
  const auto found = findings("run");
  ASSERT_FALSE(found.empty());
  for (const Finding& f : found) {
    if (f.name != "no-progress") continue;
    EXPECT_EQ(f.text, "training had led nowhere at step 1500");
    EXPECT_EQ(f.done,
              "went back to step 0, with D's learning rate at 10 times the setting, R1 and R2 of "
              "weight 0.1");  // before that, D had been too weak
  }
}

TEST_F(Treated, WeakensPenaltiesAgainAndAgainWhereDSaysNothingAndThenLetsItLearnFaster) {
  take_long_steps();
  Patient patient(2400);
  Hooks hooks;
  hooks.doctor.examine = [](int64_t) { return NamedNumbers{{"inside", 0.1}}; };
  go("run", patient, hooks);
  EXPECT_EQ(patient.now.penalties, 1e-4);  // at steps 850 and 1350
  EXPECT_EQ(patient.now.d_rate, 10);       // at step 1850
  EXPECT_EQ(patient.rates.size(), 2400u);  // it never went back
  const auto found = findings("run");
  ASSERT_EQ(found.size(), 1u);
  EXPECT_EQ(found[0].name, "d-too-weak");
  EXPECT_TRUE(found[0].done.ends_with(
      "went on from step 1850 with D's learning rate at 10 times the setting, penalties at 0.0001 "
      "times the settings"))
      << found[0].done;
}

TEST_F(Treated, GivesAScheduleThatEndsEarlyTheWholeLength) {
  config_.training.steps = 1200;
  config_.optimizer.schedule = Schedule::cosine;
  config_.optimizer.schedule_steps = 300;
  config_.optimizer.min_rate = 1e-9;
  Patient patient(1200);
  go("run", patient);
  EXPECT_EQ(patient.now.schedule_steps, 1200);
  EXPECT_EQ(findings("run").front().done, "went on from step 1 with a schedule of 1200 steps");
}

TEST_F(Treated, GoesBackWithLowerRatesWhereManyUnitsDieAgain) {
  config_.run.log_every = 50;
  Patient few(1200), patient(1200);
  few.dies = patient.dies = 100;
  few.dies_again = patient.dies_again = true;
  few.loses = 6;
  go("few", few);
  EXPECT_EQ(few.rates.size(), 1200u);
  EXPECT_EQ(findings("few").at(0).done,
            "7 units were drawn anew at step 300; 1 unit was drawn anew at step 500");
  go("run", patient);
  const auto found = findings("run");
  const auto is_return = [](const Finding& f) {
    return f.text == "many units had died again at step 500";
  };
  const auto told = std::find_if(found.begin(), found.end(), is_return);
  ASSERT_NE(told, found.end());
  EXPECT_EQ(told->name, "dead-units");
  EXPECT_EQ(told->done, "went back to step 0, with learning rates at 0.003 times the settings");
  EXPECT_EQ(patient.rates.size(), 1200u + 3 * 500);
  EXPECT_EQ(patient.rates[499], 1);
  EXPECT_EQ(patient.rates[500], 0.3);
}

TEST_F(Treated, WaitsForRevivedUnitsButNotForEver) {
  take_long_steps();
  Patient patient(2000);
  patient.dies = 900;  // which is found at step 1100, and the collapse at step 1250
  patient.revives = 0;
  patient.has_penalty = true;
  go("run", patient, collapsing([&] { return patient.now.penalty > 0; }));
  EXPECT_EQ(patient.rates.size(), 2000u + 1600);
  ASSERT_FALSE(findings("run").empty());
  for (const Finding& f : findings("run"))
    if (f.name == "dead-units") {
      EXPECT_EQ(f.done, "");  // none was, and it is not said of none
    }
}

}  // namespace
}  // namespace gan
