#pragma once
/// The doctor at work in the loop: hands it the metrics, says and writes down what it finds, and,
/// where run.doctor = "act", mends what can be mended. What was done is part of the state of
/// training; what was found is found anew from metrics.jsonl.

#include <ATen/ATen.h>

#include <optional>
#include <string>
#include <utility>
#include <vector>

#include "gan/doctor/doctor.h"
#include "gan/model/checkpoint.h"
#include "gan/model/learner.h"
#include "gan/run/folder.h"
#include "gan/run/loop.h"

namespace gan {

class TrainingDoctor {
 public:
  static constexpr int64_t kMostReturns = 3, kMostRevivals = 5;
  static constexpr double kLowerRate = 0.3;  ///< times the rates, at each return

  TrainingDoctor(const RunFolder& run, Learner& learner, const Config& config,
                 const DoctorHooks& hooks);

  bool on() const { return run_section_.doctor != DoctorMode::off; }
  bool acts() const { return run_section_.doctor == DoctorMode::act; }

  /// Only where something was done: a training without trouble has the same checkpoints, whatever
  /// run.doctor is.
  void visit(const StateVisitor& visit);
  void expect(const SafeTensors& content);  ///< before `content` is read: what visit() visits

  /// After the state was read, or before the first step: takes up the metrics that there are.
  void begin();

  bool examines(int64_t step) const;  ///< measures after this step
  NamedNumbers examine(int64_t step) const;

  /// The line of metrics of a step, which is to be written with these findings. Revives units.
  std::vector<Finding> note(int64_t step, const NamedNumbers& numbers);
  /// What is found of a step that ended in numbers that are not finite, with a line that holds
  /// them.
  void note_failure(int64_t step, double epoch, const NamedNumbers& numbers,
                    const std::string& what);

  void write_report() const;  ///< doctor.md

  double rate() const { return rate_.item<double>(); }  ///< that learning rates are scaled by
  /// Whether note() has changed the learner's state since this was asked last.
  bool changed_state() { return std::exchange(changed_state_, false); }
  bool ends() const { return ended_.item<int64_t>() != 0; }  ///< training, at the best checkpoint
  bool wants_to_go_back() const { return wants_to_go_back_; }
  bool can_go_back() const;
  /// The step of the checkpoint to go back to. best: of the best evaluation, where there was one.
  int64_t target(std::optional<int64_t> best) const;
  /// Notes that training went back from `step` to `target` with lower rates. The state that is
  /// written next holds it.
  void note_return(int64_t step, int64_t target);

 private:
  int64_t returns() const;
  std::vector<Finding> first_findings();
  void revive(int64_t step, std::vector<Finding>& news);
  void tell_returns(int64_t before, int64_t step, std::vector<Finding>& news);

  const RunFolder& run_;
  Learner& learner_;
  RunSection run_section_;
  const DoctorHooks& hooks_;
  Doctor doctor_;
  int64_t newest_line_ = 0;  ///< its step
  bool changed_state_ = false, touched_ = false, wants_to_go_back_ = false, first_line_ = true;
  Tensor rate_ = at::ones({}, at::kDouble);
  Tensor returns_ = at::full({kMostReturns, 2}, -1, at::kLong);  ///< from, to; -1: none
  Tensor revivals_ = at::full({kMostRevivals}, -1, at::kLong);   ///< steps; -1: none
  Tensor ended_ = at::zeros({}, at::kLong);
};

/// Whether a checkpoint is of a training that the doctor ended.
bool ended_by_doctor(const SafeTensors& content);

}  // namespace gan
