#pragma once
/// What is due after which step, as all workers know it.

#include <ATen/core/Tensor.h>

#include "gan/model/learner.h"
#include "gan/spec/config.h"
#include "gan/workers/workers.h"

namespace gan {

class StepSchedule {
 public:
  /// evaluates: whether the run has scores at all
  StepSchedule(const RunSection& run, const Learner& learner, at::Device device, bool evaluates)
      : run_(run), learner_(learner), device_(device), evaluates_(evaluates) {
    for (const Stage& stage : learner.stages()) steps_ += stage.steps;
  }

  int64_t steps() const { return steps_; }  ///< in all
  bool logs(int64_t step) const { return due(step, run_.log_every); }
  bool evaluates(int64_t step) const {
    return evaluates_ && due(step, run_.evaluate_every) && learner_.has_model();
  }
  bool draws(int64_t step) const { return due(step, run_.sample_every) && learner_.has_model(); }
  bool saves(int64_t step) const { return due(step, run_.checkpoint_every) || step == steps_; }
  /// Not after each step of a GPU, which a read number makes wait.
  bool reads_numbers(int64_t step) const {
    return device_.is_cpu() || logs(step) || evaluates(step);
  }
  /// Messages of the leader (coordination.h), whatever the numbers were.
  bool leader_sends(int64_t step) const { return logs(step) || evaluates(step) || saves(step); }

 private:
  static bool due(int64_t step, int64_t every) { return every > 0 && step % every == 0; }

  const RunSection& run_;
  const Learner& learner_;
  at::Device device_;
  bool evaluates_;
  int64_t steps_ = 0;
};

/// @throws UsageError where this kind of model supports only one worker, or there are too few
/// examples for so many
Division checked_division(const Learner& learner, const Config& config, const Workers& workers);

}  // namespace gan
