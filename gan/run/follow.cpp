#include "gan/run/follow.h"

#include <ATen/ATen.h>

#include "gan/core/error.h"
#include "gan/run/coordination.h"
#include "gan/run/step_schedule.h"
#include "gan/run/tensor_batches.h"

namespace gan {
namespace {

class Follower {
 public:
  Follower(Learner& learner, BatchOrder& data, at::Device device, const Config& config,
           const Hooks& hooks, Workers& workers)
      : learner_(learner),
        when_(config.run, learner, device, static_cast<bool>(hooks.evaluate)),
        evaluate_(hooks.evaluate),
        batches_(data, device, checked_division(learner, config, workers), workers),
        coordination_(workers, learner) {}

  Outcome run() {
    receive();
    while (!over_) {
      if (when_.evaluates(step_ + 1)) receive();
      if (!over_) make_step();
    }
    return *over_;
  }

 private:
  void make_step() {
    batches_.seek(step_ * learner_.batches_per_step());
    const Scalars scalars = learner_.step(step_, batches_);
    ++step_;
    if (!when_.reads_numbers(step_)) {
      if (when_.leader_sends(step_)) receive();
      return;
    }
    const Coordination::StepNumbers found = coordination_.combined(scalars, batches_.share());
    if (found.finite() && when_.evaluates(step_)) evaluate_(step_);  // all share the work
    if (when_.leader_sends(step_) || found.signal != 0 || !found.finite()) receive();
  }

  /// Messages, until the leader proceeds or ends.
  void receive() {
    while (true) {
      const Message message = coordination_.receive();
      switch (message.what) {
        case Message::What::proceed:
          return;
        case Message::What::join:
          coordination_.join_and_check_state();
          learner_.divide_state();
          break;
        case Message::What::state:
          coordination_.receive_state(message.treatment);
          step_ = message.step;
          break;
        case Message::What::end:
          over_ = Outcome{
              .how = message.ended,
              .step = message.step,
              .best_step = message.best_step >= 0 ? std::optional(message.best_step) : std::nullopt,
              .signal = message.signal};
          return;
        case Message::What::diverged:
          throw DivergedError("training diverged at step {}", message.step);
      }
    }
  }

  Learner& learner_;
  StepSchedule when_;
  std::function<Scores(int64_t step)> evaluate_;
  TensorBatches batches_;
  Coordination coordination_;
  int64_t step_ = 0;
  std::optional<Outcome> over_;
};

}  // namespace

Outcome follow(Learner& learner, BatchOrder& data, at::Device device, const Config& config,
               const Hooks& hooks, Workers& workers) {
  return Follower(learner, data, device, config, hooks, workers).run();
}

}  // namespace gan
