#include "gan/run/training_doctor.h"

#include <gtest/gtest.h>

#include <cmath>

#include "gan/core/error.h"
#include "gan/io/testing.h"
#include "gan/run/patient_testing.h"

namespace gan {
namespace {

TEST_F(Treated, GoesBackWithLowerRatesWhereTrainingDiverged) {
  Patient patient(20);
  patient.fails = 10;
  patient.low_enough = 0.1;
  const Outcome outcome = go("run", patient);
  EXPECT_EQ(outcome.how, Ended::steps);
  EXPECT_EQ(outcome.step, 20);
  EXPECT_EQ(patient.rates[10], 1);
  EXPECT_NEAR(patient.rates[11], 0.3, 1e-12);  // from step 8
  EXPECT_NEAR(patient.rates.back(), 0.03, 1e-12);
  EXPECT_EQ(patient.rates.size(), 20u + 3 + 11);  // to step 8, which did not help, and to step 0
  const auto found = findings("run");
  ASSERT_EQ(found.size(), 1u);  // the other one's lines are gone
  EXPECT_EQ(found[0].name, "diverges");
  EXPECT_EQ(found[0].from, 11);
  EXPECT_EQ(found[0].done, "went back to step 0, with learning rates at 0.03 times the settings");
  EXPECT_NE(file("run/doctor.md").find("0.03 times"), std::string::npos);
}

TEST_F(Treated, GoesBackNoMoreOnceAsManyStepsWereRepeatedAsThereAre) {
  Patient patient(20);
  patient.fails = 10;
  patient.low_enough = 0;
  EXPECT_THROW(go("run", patient), DivergedError);
  EXPECT_EQ(patient.rates.size(), 11u + 3 + 11 + 11);  // to step 8, then twice to step 0
  EXPECT_NEAR(patient.rates.back(), 0.003, 1e-12);
  EXPECT_EQ(findings("run").back().name, "not-finite");
}

TEST_F(Treated, CountsReturnsToABestCheckpointThatDoesNotKnowThem) {
  config_.run.evaluate_every = 4;
  Patient patient(20);
  patient.fails = 10;
  patient.low_enough = 0;
  Hooks hooks;
  hooks.evaluate = [](int64_t step) { return Scores{.score = step == 4 ? 1.0 : 0.0}; };
  EXPECT_THROW(go("run", patient, hooks), DivergedError);
  EXPECT_NEAR(patient.rates.back(), 0.003, 1e-12);  // to step 8, to 4, and to the start
  EXPECT_EQ(patient.rates.size(), 11u + 3 + 7 + 11);
}

TEST_F(Treated, TakesNoStateThatAnotherVersionLeft) {
  Patient patient(20);
  const RunFolder run = RunFolder::create(temp_.path() / "run", config_);
  const DoctorHooks hooks;
  TrainingDoctor doctor(run, patient, config_, hooks);
  const auto holding = [](const Shape& treatments) {
    SafeTensors content;
    content.tensors["doctor.changes"] = {
        .dtype = "I64", .shape = {TrainingDoctor::kMostChanges, 3}, .bytes = {}};
    content.tensors["doctor.treatments"] = {.dtype = "F64", .shape = treatments, .bytes = {}};
    return content;
  };
  doctor.expect(holding({TrainingDoctor::kMostChanges, kTreatmentNumbers}), "a.safetensors");
  expect_data_error(
      [&] {
        doctor.expect(holding({TrainingDoctor::kMostChanges, kTreatmentNumbers - 1}),
                      "b.safetensors");
      },
      "an earlier version of gan changed the settings", "b.safetensors");
}

TEST_F(Treated, DoesNotActUnasked) {
  config_.run.doctor = DoctorMode::watch;
  Patient patient(20);
  patient.fails = 10;
  patient.low_enough = 0.5;
  EXPECT_THROW(go("run", patient), DivergedError);
  const auto found = findings("run");
  ASSERT_EQ(found.size(), 1u);
  EXPECT_EQ(found[0].name, "not-finite");
  EXPECT_EQ(found[0].from, 11);
  EXPECT_TRUE(found[0].text.starts_with("d_loss is nan: a number grew")) << found[0].text;
  config_.run.doctor = DoctorMode::off;
  Patient other(20);
  other.fails = 10;
  other.low_enough = 0.5;
  EXPECT_THROW(go("off", other), DivergedError);
  EXPECT_TRUE(findings("off").empty());
  EXPECT_FALSE(exists(temp_.path() / "off/doctor.md"));
}

TEST_F(Treated, NamesTheTensorThatIsNotFinite) {
  config_.run.doctor = DoctorMode::watch;
  Patient patient(20);
  patient.fails = 10;
  patient.low_enough = 0;
  patient.broken = true;
  EXPECT_THROW(go("run", patient), DivergedError);
  ASSERT_FALSE(findings("run").empty());
  EXPECT_TRUE(findings("run").back().text.starts_with("model.sum is not finite"))
      << findings("run").back().text;
}

TEST_F(Treated, RevivesUnitsOnceAndSaysSo) {
  Patient patient(20);
  patient.dies = 3;
  go("run", patient);
  const auto found = findings("run");
  ASSERT_EQ(found.size(), 1u);
  EXPECT_EQ(found[0].name, "dead-units");
  EXPECT_EQ(found[0].from, 7);  // lines 3 to 7
  EXPECT_EQ(found[0].to, 9);
  EXPECT_EQ(found[0].done, "7 units were drawn anew at step 7");
}

TEST_F(Treated, IsTheSameHoweverOftenItIsStopped) {
  config_.run.keep_every = 4;
  Patient whole(20);
  whole.dies = 3;
  whole.fails = 13;
  whole.low_enough = 0.5;
  go("whole", whole);
  for (const int64_t step : {4, 8, 12, 16}) {
    const std::string name = killed("whole", step);
    Patient rest(20);
    rest.dies = 3;
    rest.fails = 13;
    rest.low_enough = 0.5;
    rest.resumed_at(step);
    go(name, rest);
    expect_same_files(name, "whole");
  }
}

TEST_F(Treated, EndsWhereTheScoreFellLongAgo) {
  config_.run.evaluate_every = 1;
  Hooks hooks;
  hooks.evaluate = [](int64_t step) {
    const double score = (step < 10 ? 1.0 * step : 20.0 - 1.0 * step) + 0.1 * std::sin(7.0 * step);
    return Scores{.score = step < 10 ? score : 2 * score - 10};
  };
  config_.training.steps = 60;
  Patient patient(60);
  const Outcome outcome = go("run", patient, hooks);
  EXPECT_EQ(outcome.how, Ended::doctor);
  EXPECT_LT(outcome.step, 40);
  EXPECT_EQ(outcome.best_step, 10);
  EXPECT_EQ(findings("run").back().done, "training ended here");
  EXPECT_EQ(ended(RunFolder::open(temp_.path() / "run"), config_), Ended::doctor);
  config_.run.doctor = DoctorMode::watch;
  Patient other(60);
  EXPECT_EQ(go("watched", other, hooks).how, Ended::steps);
}

TEST_F(Treated, HasTheSameCheckpointsWithoutTrouble) {
  for (const DoctorMode mode : {DoctorMode::off, DoctorMode::watch, DoctorMode::act}) {
    config_.run.doctor = mode;
    Patient patient(20);
    go(std::to_string(static_cast<int>(mode)), patient);
  }
  EXPECT_EQ(file("0/checkpoints/last"), file("1/checkpoints/last"));
  EXPECT_EQ(file("0/checkpoints/last"), file("2/checkpoints/last"));
  EXPECT_EQ(file("1/metrics.jsonl"), file("2/metrics.jsonl"));
}

TEST_F(Treated, HandsOnWhatIsMeasuredAndWhatIsSaid) {
  Hooks hooks;
  std::vector<std::string> said;
  std::vector<int64_t> measured;
  hooks.doctor.examine = [&](int64_t step) {
    measured.push_back(step);
    return NamedNumbers{{"width", 0.01}, {"covered", 0.0}, {"inside", 0.55}};
  };
  hooks.doctor.look_at_data = [] {
    return std::vector<Finding>{{.name = "data-duplicates", .text = "copies"}};
  };
  hooks.doctor.say = [&](int64_t step, const Finding& f) {
    said.push_back(fmt::format("{} {}", step, f.name));
  };
  config_.run.log_every = 40;
  config_.run.doctor = DoctorMode::watch;
  Patient patient(1700);
  go("run", patient, hooks);
  ASSERT_EQ(measured.size(), 6u);
  EXPECT_EQ(measured.front(), 280);
  EXPECT_EQ(measured.back(), 1680);
  EXPECT_EQ(said, (std::vector<std::string>{"40 data-duplicates", "1680 collapse"}));
  EXPECT_NE(file("run/doctor.md").find("**data-duplicates**, before training: copies."),
            std::string::npos);
}

}  // namespace
}  // namespace gan
