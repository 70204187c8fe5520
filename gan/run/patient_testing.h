#pragma once
/// A learner that falls ill as tests ask, and its training with the doctor at work.

#include <ATen/ATen.h>
#include <gtest/gtest.h>

#include <algorithm>
#include <cmath>
#include <string>
#include <vector>

#include "gan/core/testing.h"
#include "gan/run/training_doctor.h"

namespace gan {

/// Counts its steps; from step `fails` on its loss is not finite, unless its rates are low enough.
/// Units are dead from step `dies` on, until they are revived.
class Patient : public Learner, public GenerativeModel {
 public:
  explicit Patient(int64_t steps) : steps_(steps) {}
  int64_t fails = 1000000, dies = 1000000;
  int64_t revives = 7, loses = 0;  ///< units, at each revival
  double swings_above = 1000000;   ///< rates at which its samples spread and shrink
  double low_enough = 1;
  bool dies_again = false;   ///< at once
  bool broken = false;       ///< a parameter, not the loss
  bool has_penalty = false;  ///< that treat() can add
  std::vector<double> rates;
  Treatment now;  ///< that it is under

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
    const bool wide = rate_ > swings_above && sum_steps() / 4 % 2 == 1;
    return {{"G.dead.1", at::full({}, dead ? 0.5 : 0.0)},
            {"spread", at::full({}, wide ? 3.0 : 1.0)},
            {"D(x)", at::full({}, 0.5)},
            {"D(G(z))", at::full({}, 0.5)}};
  }
  Treatment treat(const Treatment& treatment) override {
    rate_ = treatment.rates;
    now = {.rates = rate_,
           .d_rate = treatment.d_rate,
           .penalty = has_penalty ? treatment.penalty : 0,
           .penalties = has_penalty ? 1 : treatment.penalties,
           .schedule_steps = treatment.schedule_steps};
    return now;
  }
  int64_t revive(int64_t) override {
    if (revives > 0 && !dies_again) revived_.fill_(1);
    const int64_t now_drawn = revives;
    revives = std::max<int64_t>(revives - loses, 0);
    return now_drawn;
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
  /// A copy of a run as if it had been killed after the checkpoint of that step: its name.
  std::string killed(const std::string& whole, int64_t step) const {
    const std::string name = fmt::format("{}-from-{}", whole, step);
    copy(temp_.path() / whole, temp_.path() / name,
         std::filesystem::copy_options::recursive | std::filesystem::copy_options::copy_symlinks);
    const RunFolder run = RunFolder::open(temp_.path() / name);
    run.drop_later(step);
    point_link(temp_.path() / name / "checkpoints/last", run.checkpoint(step).filename().string());
    return name;
  }
  void expect_same_files(const std::string& name, const std::string& whole) const {
    for (const char* each : {"/checkpoints/last", "/metrics.jsonl", "/doctor.md"})
      EXPECT_EQ(file(name + each), file(whole + each)) << name;
  }
  /// Lines of metrics and checkpoints as far apart as in real trainings.
  void take_long_steps() {
    config_.run.log_every = 50;
    config_.run.checkpoint_every = 100;
  }

  std::string file(const std::string& name) const { return read_file(temp_.path() / name); }
  std::vector<Finding> findings(const std::string& name) const {
    return RunFolder::open(temp_.path() / name).findings();
  }

  ScratchFolder temp_;
  Examples examples_;
  Config config_;
};

}  // namespace gan
