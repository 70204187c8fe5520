#pragma once
/// The doctor at work in the loop: hands it the metrics, says and writes down what it finds, and,
/// where run.doctor = "act", does what the table of remedies has for it. What was done is part of
/// the state of training; what was found is found anew from metrics.jsonl.

#include <ATen/ATen.h>

#include <optional>
#include <string>
#include <utility>
#include <vector>

#include "gan/doctor/doctor.h"
#include "gan/doctor/remedies.h"
#include "gan/model/checkpoint.h"
#include "gan/model/learner.h"
#include "gan/run/folder.h"
#include "gan/run/loop.h"

namespace gan {

/// Why training goes back to an earlier checkpoint.
struct Relapse {
  size_t remedy;           ///< row of remedies()
  int64_t first_sign = 0;  ///< step of the line that first showed what was found
};
Relapse divergence();

class TrainingDoctor {
 public:
  static constexpr int64_t kUnexamined = 250;  ///< steps, at least, between two measurements
  static constexpr int64_t kMostChanges = 8, kMostRevivals = 5;

  TrainingDoctor(const RunFolder& run, Learner& learner, const Config& config,
                 const DoctorHooks& hooks);

  bool on() const { return run_section_.doctor != DoctorMode::off; }
  bool acts() const { return run_section_.doctor == DoctorMode::act; }

  /// Only where something was done: a training without trouble has the same checkpoints, whatever
  /// run.doctor is.
  void visit(const StateVisitor& visit);
  /// Before `content` of the file `who` is read: what visit() visits. @throws DataError where an
  /// earlier version acted
  void expect(const SafeTensors& content, const std::string& who);

  /// After the state was read, or before the first step: takes up the metrics that there are.
  void begin();

  bool examines(int64_t step) const;  ///< measures after this step
  NamedNumbers examine(int64_t step) const;

  /// The line of metrics of a step, which is to be written with these findings. Revives units, and
  /// changes settings.
  std::vector<Finding> note(int64_t step, const NamedNumbers& numbers);
  /// What is found of a step that ended in numbers that are not finite, with a line that holds
  /// them.
  void note_failure(int64_t step, double epoch, const NamedNumbers& numbers,
                    const std::string& what);

  void write_report() const;  ///< doctor.md

  Treatment treatment() const;  ///< that training is under
  /// Whether note() has changed the learner's state or its treatment since this was asked last.
  bool changed_state() { return std::exchange(changed_state_, false); }
  bool ends() const { return ended_.item<int64_t>() != 0; }  ///< training, at the best checkpoint

  bool can_go_back() const;
  std::optional<Relapse> wants_to_go_back() const { return relapse_; }
  /// Under which to go on after going back; nothing where that would change nothing, or where the
  /// steps repeated so far are as many as the training has. The learner is under it already.
  std::optional<Treatment> next_treatment(const Relapse& cause) const;
  /// The step of the checkpoint to go back to. best: of the best evaluation, where there was one.
  int64_t target(const Relapse& cause, std::optional<int64_t> best) const;
  /// What was changed so far, which earlier checkpoints do not know.
  struct Memory {
    Tensor changes, treatments;
  };
  Memory memory() const { return {changes_.clone(), treatments_.clone()}; }
  /// Notes that training went back from `step` to `target`, whose state was read. The state that is
  /// written next holds it.
  void note_return(const Memory& memory, const Relapse& cause, int64_t step, int64_t target,
                   const Treatment& treatment);

 private:
  struct Change {
    int64_t from, to;  ///< steps; the same where training went on
    size_t remedy;
    Treatment after;
    bool is_return() const { return to < from; }
  };
  std::vector<Change> changes() const;
  std::vector<Change> returns_to(int64_t first, int64_t last) const;
  void add(const Change& change);

  std::vector<Finding> first_findings();
  void tell_returns(int64_t before, int64_t step, std::vector<Finding>& news);
  std::optional<Treatment> changed(const Remedy& remedy) const;
  void act(size_t remedy, int64_t step, std::vector<Finding>& news);
  void go_on(size_t remedy, int64_t step, std::vector<Finding>& news);
  void revive(size_t remedy, int64_t step, std::vector<Finding>& news);
  void note_done(std::string_view finding, const std::string& what, std::vector<Finding>& news);

  const RunFolder& run_;
  Learner& learner_;
  RunSection run_section_;
  const DoctorHooks& hooks_;
  TrainingFacts facts_;
  Doctor doctor_;
  int64_t newest_line_ = 0;  ///< its step
  bool changed_state_ = false, touched_ = false, first_line_ = true;
  std::optional<Relapse> relapse_;
  Tensor changes_ = at::full({kMostChanges, 3}, -1, at::kLong);  ///< from, to, remedy; -1: none
  Tensor treatments_ = at::zeros({kMostChanges, kTreatmentNumbers}, at::kDouble);  ///< after each
  Tensor revivals_ = at::full({kMostRevivals, 2}, -1, at::kLong);  ///< step, units; -1: none
  Tensor ended_ = at::zeros({}, at::kLong);
};

/// Whether a checkpoint is of a training that the doctor ended.
bool ended_by_doctor(const SafeTensors& content);

}  // namespace gan
