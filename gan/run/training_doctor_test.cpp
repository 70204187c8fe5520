#include "gan/run/training_doctor.h"

#include <gtest/gtest.h>

#include <cmath>

#include "gan/core/error.h"
#include "gan/core/testing.h"

namespace gan {
namespace {

/// Counts its steps; from step `fails` on its loss is not finite, unless its rates are low enough.
/// Units are dead from step `dies` on, until they are revived.
class Patient : public Learner, public GenerativeModel {
 public:
  explicit Patient(int64_t steps) : steps_(steps) {}
  int64_t fails = 1000000, dies = 1000000;
  double low_enough = 1;
  bool broken = false;  ///< a parameter, not the loss
  std::vector<double> rates;

  std::vector<Stage> stages() const override { return {{"", steps_}}; }
  Scalars step(int64_t t, Batches& data) override {
    sum_ += data.next().x.sum() * rate_;
    rates.push_back(rate_);
    const bool ill = t >= fails && rate_ > low_enough;
    if (ill && broken) sum_.fill_(std::nan(""));
    return {{"d_loss", ill && !broken ? at::full({}, std::nan("")) : at::ones({})}};
  }
  Scalars watch(const Batch&) override {
    const bool dead = revived_.item<double>() == 0 && sum_steps() >= dies;
    return {{"G.dead.1", at::full({}, dead ? 0.5 : 0.0)}};
  }
  bool scale_rates(double factor) override {
    rate_ = factor;
    return true;
  }
  int64_t revive(int64_t) override {
    revived_.fill_(1);
    return 7;
  }
  void visit_state(const StateVisitor& visit) override {
    visit("model.sum", sum_);
    visit("model.revived", revived_);
  }
  GenerativeModel& model() override { return *this; }
  Tensor sample(int64_t n, uint64_t, int64_t) override { return sum_.expand({n, 1}); }
  Tensor state() const { return sum_; }

 private:
  int64_t sum_steps() const { return static_cast<int64_t>(rates.size()) + before_; }
  int64_t steps_, before_ = 0;
  double rate_ = 1;
  Tensor sum_ = at::zeros({}, at::kDouble), revived_ = at::zeros({}, at::kDouble);

 public:
  void resumed_at(int64_t step) { before_ = step; }
};

class Treated : public testing::Test {
 protected:
  Treated() {
    std::vector<float> values(100);
    for (int i = 0; i < 100; ++i) values[static_cast<size_t>(i)] = std::sin(static_cast<float>(i));
    examples_ = Examples({1}, values);
    config_.run.log_every = 1;
    config_.run.checkpoint_every = 4;
    config_.run.doctor = DoctorMode::act;
  }

  Outcome go(const std::string& name, Patient& patient, const Hooks& hooks = {}) {
    BatchOrder order(examples_, {}, 8, 1);
    const Path path = temp_.path() / name;
    const RunFolder run =
        is_directory(path) ? RunFolder::resume(path) : RunFolder::create(path, config_);
    return train(run, patient, order, at::kCPU, config_, {{"kind", "test"}}, hooks);
  }
  std::string file(const std::string& name) const { return read_file(temp_.path() / name); }
  std::vector<Finding> findings(const std::string& name) const {
    return RunFolder::open(temp_.path() / name).findings();
  }

  ScratchFolder temp_;
  Examples examples_;
  Config config_;
};

TEST_F(Treated, GoesBackWithLowerRatesWhereTrainingDiverged) {
  Patient patient(20);
  patient.fails = 10;
  patient.low_enough = 0.1;
  const Outcome outcome = go("run", patient);
  EXPECT_EQ(outcome.how, Ended::steps);
  EXPECT_EQ(outcome.step, 20);
  EXPECT_EQ(patient.rates[10], 1);
  EXPECT_NEAR(patient.rates[11], 0.3, 1e-12);  // from step 8
  EXPECT_NEAR(patient.rates.back(), 0.09, 1e-12);
  EXPECT_EQ(patient.rates.size(), 20u + 3 + 3);
  const auto found = findings("run");
  ASSERT_EQ(found.size(), 1u);  // both at step 11: the newer one stands
  EXPECT_EQ(found[0].name, "diverges");
  EXPECT_EQ(found[0].from, 11);
  EXPECT_EQ(found[0].done, "went back to step 8, with learning rates of 0.09 times the settings");
  EXPECT_NE(file("run/doctor.md").find("0.09 times"), std::string::npos);
}

TEST_F(Treated, GoesBackNoMoreThanThreeTimes) {
  Patient patient(20);
  patient.fails = 10;
  patient.low_enough = 0;
  EXPECT_THROW(go("run", patient), DivergedError);
  EXPECT_NEAR(patient.rates.back(), 0.027, 1e-12);
  EXPECT_EQ(findings("run").back().name, "not-finite");
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
    const std::string name = fmt::format("from-{}", step);
    copy(temp_.path() / "whole", temp_.path() / name,
         std::filesystem::copy_options::recursive | std::filesystem::copy_options::copy_symlinks);
    const RunFolder run = RunFolder::open(temp_.path() / name);
    run.drop_later(step);
    point_link(temp_.path() / name / "checkpoints/last", run.checkpoint(step).filename().string());
    Patient rest(20);
    rest.dies = 3;
    rest.fails = 13;
    rest.low_enough = 0.5;
    rest.resumed_at(step);
    go(name, rest);
    EXPECT_EQ(file(name + "/checkpoints/last"), file("whole/checkpoints/last")) << step;
    EXPECT_EQ(file(name + "/metrics.jsonl"), file("whole/metrics.jsonl")) << step;
    EXPECT_EQ(file(name + "/doctor.md"), file("whole/doctor.md")) << step;
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
    return NamedNumbers{{"width", 0.01}, {"covered", 0.0}, {"inside", 0.0}};
  };
  hooks.doctor.look_at_data = [] {
    return std::vector<Finding>{{.name = "data-duplicates", .text = "copies"}};
  };
  hooks.doctor.say = [&](int64_t step, const Finding& f) {
    said.push_back(fmt::format("{} {}", step, f.name));
  };
  config_.run.log_every = 40;
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
