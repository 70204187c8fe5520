#include "gan/run/loop.h"

#include <ATen/ATen.h>
#include <ATen/Parallel.h>

#include <chrono>
#include <cmath>
#include <stdexcept>

#include "gan/core/duration.h"
#include "gan/core/error.h"
#include "gan/core/stop.h"
#include "gan/model/checkpoint.h"
#include "gan/run/coordination.h"
#include "gan/run/loop_state.h"
#include "gan/run/step_schedule.h"
#include "gan/run/tensor_batches.h"
#include "gan/run/training_doctor.h"

namespace gan {
namespace {

using Clock = std::chrono::steady_clock;

void append(RunFolder::Numbers& to, const RunFolder::Numbers& more) {
  to.insert(to.end(), more.begin(), more.end());
}

/// What chooses the best checkpoint, where no column has that name.
void note_score(RunFolder::Numbers& numbers, double score) {
  for (const auto& [name, value] : numbers)
    if (name == "score") return;
  numbers.emplace_back("score", score);
}

std::string safe(const RunFolder& run) {
  const auto good = run.last_step();
  return good ? fmt::format("the last good checkpoint is {}", run.checkpoint(*good).string())
              : "there is no checkpoint yet";
}

[[noreturn]] void diverged(const RunFolder& run, const Learner& learner, int64_t step,
                           const std::string& what) {
  throw DivergedError("training diverged at step {}: {}; {}. {}", step, what, safe(run),
                      learner.advice_on_divergence());
}

/// What is not finite after a step, for people.
std::string not_finite(const RunFolder::Numbers& numbers) {
  for (const auto& [name, value] : numbers)
    if (!std::isfinite(value)) return fmt::format("{} is {}", name, value);
  return "";
}

/// The first tensor of a learner that holds a number that is not finite.
std::string broken_tensor(Learner& learner) {
  return first_not_finite([&](const StateVisitor& visit) { learner.visit_state(visit); });
}

std::string with_broken_tensor(const std::string& what, Learner& learner) {
  const std::string broken = broken_tensor(learner);
  return broken.empty() ? what : fmt::format("{}, and {} is not finite", what, broken);
}

/// Where the learner and the loop stand, as a checkpoint holds it.
struct Standing {
  Standing(const RunFolder& run, Learner& learner, const Config& config, const Hooks& hooks)
      : learner(learner), loop(config.run), doctor(run, learner, config, hooks.doctor) {}

  Learner& learner;
  LoopState loop;
  TrainingDoctor doctor;
  int64_t step = 0;

  void visit(const StateVisitor& visit) {
    loop.visit(visit);
    doctor.visit(visit);
    learner.visit_state(visit);
  }

  void read(const RunFolder::Checkpoint& from) {
    doctor.expect(from.content, from.file);
    read_checkpoint(
        from.content, [this](const StateVisitor& v) { visit(v); }, from.file);
    step = from.step;
  }

  std::string written(std::map<std::string, std::string> metadata) {
    metadata["step"] = fmt::format("{}", step);
    return write_checkpoint([this](const StateVisitor& v) { visit(v); }, metadata);
  }

  std::optional<Ended> over() const {
    return doctor.ends() ? std::optional(Ended::doctor) : loop.over();
  }
};

/// What train() was asked for.
struct Request {
  const RunFolder& run;
  Learner& learner;
  BatchOrder& data;
  at::Device device;
  const Config& config;
  const std::map<std::string, std::string>& metadata;
  const Hooks& hooks;
  Workers& workers;
};

/// Reads the newest checkpoint. Returns the number of steps that are done, which `step` gets at
/// once.
int64_t resume(const Request& asked, Standing& standing, int64_t& step) {
  const auto last = asked.run.last();
  if (last) standing.read(*last);
  step = standing.step;
  asked.run.tidy(last, asked.config.run.keep_every);
  standing.doctor.begin();
  return step;
}

/// From the newest checkpoint to the end, or to a divergence.
class Attempt {
 public:
  /// step: kept at the number of steps that are done.
  Attempt(const Request& asked, int64_t& step)
      : asked_(asked),
        standing_(asked.run, asked.learner, asked.config, asked.hooks),
        first_(resume(asked, standing_, step)),
        step_(step),
        saved_(first_),
        coordination_(asked.workers, asked.learner),
        stages_(asked.learner.stages()),
        schedule_(asked.config.run, asked.learner, asked.device,
                  static_cast<bool>(asked.hooks.evaluate)),
        steps_(schedule_.steps()),
        batches_(asked.data, asked.device,
                 checked_division(asked.learner, asked.config, asked.workers), asked.workers) {
    coordination_.send_state(step_, doctor().treatment());
  }

  Outcome train();

 private:
  TrainingDoctor& doctor() { return standing_.doctor; }
  bool goes_on() const { return !ended_ && step_ < steps_; }
  double epoch() const;  ///< passes over the data so far

  void take_step();
  /// Reads, logs and scores what the newest step gave. Returns whether its score is the best so
  /// far.
  bool examine(const Scalars& scalars);
  void show_progress(const RunFolder::Numbers& numbers) const;
  void add_watched(RunFolder::Numbers& numbers);
  bool add_scores(RunFolder::Numbers& numbers);
  void save(bool best);
  [[noreturn]] void fail(const RunFolder::Numbers& numbers, const std::string& found,
                         const std::string& what);
  Outcome outcome();

  const Request& asked_;
  Standing standing_;
  const int64_t first_;
  int64_t& step_;
  int64_t saved_;           ///< step of the newest checkpoint
  double saved_after_ = 0;  ///< seconds
  const Coordination coordination_;
  const std::vector<Stage> stages_;
  const StepSchedule schedule_;
  const int64_t steps_;
  TensorBatches batches_;
  const Clock::time_point start_ = Clock::now();
  std::optional<Ended> ended_;
  bool evaluated_ = false;  ///< by this process
  int signal_ = 0;
};

Outcome Attempt::train() {
  ended_ = standing_.over();
  if (step_ == 0 && doctor().can_go_back() && steps_ > 0) save(false);
  if (goes_on()) coordination_.send_proceed();
  while (goes_on()) take_step();
  if (steps_ == 0 && !asked_.run.last_step()) save(false);
  return outcome();
}

void Attempt::take_step() {
  // An evaluation needs more memory than a step. Where it should not survive the first one, a
  // resume goes on from right before it: from the step before, which a resume does again, or the
  // evaluation would be left out.
  const bool evaluates_next = schedule_.evaluates(step_ + 1);
  if (!evaluated_ && step_ > saved_ && evaluates_next) save(false);
  if (evaluates_next) coordination_.send_proceed();
  batches_.seek(step_ * asked_.learner.batches_per_step());
  const Scalars scalars = asked_.learner.step(step_, batches_);
  ++step_;

  const bool best = schedule_.reads_numbers(step_) && examine(scalars);
  if (asked_.hooks.draw && schedule_.draws(step_)) asked_.hooks.draw(step_);
  if (coordination_.alone()) signal_ = stop_signal();
  if (!ended_ && signal_ != 0) ended_ = Ended::interrupted;
  if (doctor().changed_state()) coordination_.send_state(step_, doctor().treatment());
  if (best || schedule_.saves(step_) || ended_) save(best);  // last: it vouches for the rest
  if (schedule_.leader_sends(step_) && goes_on()) coordination_.send_proceed();
}

bool Attempt::examine(const Scalars& scalars) {
  Coordination::StepNumbers found = coordination_.combined(scalars, batches_.share());
  RunFolder::Numbers& numbers = found.numbers;
  signal_ = found.signal;
  if (const std::string what = not_finite(numbers); !what.empty())
    fail(numbers, with_broken_tensor(what, asked_.learner), what);
  if (asked_.hooks.progress) show_progress(numbers);
  const bool logs = schedule_.logs(step_), evaluates = schedule_.evaluates(step_);
  if (logs) add_watched(numbers);
  const bool best = evaluates && add_scores(numbers);
  if (logs || evaluates) asked_.run.log(step_, epoch(), numbers, doctor().note(step_, numbers));
  if (const auto cause = doctor().wants_to_go_back()) throw *cause;
  ended_ = standing_.over();
  return best;
}

double Attempt::epoch() const {
  return static_cast<double>(step_ * asked_.learner.batches_per_step()) /
         static_cast<double>(asked_.data.batches_per_epoch());
}

void Attempt::show_progress(const RunFolder::Numbers& numbers) const {
  const double each = seconds_since(start_) / static_cast<double>(step_ - first_);
  asked_.hooks.progress({step_, steps_, epoch(),
                         stages_[position_of(stages_, step_ - 1).stage].name, numbers,
                         static_cast<double>(asked_.data.batch_size()) / each,
                         each * static_cast<double>(steps_ - step_)});
}

void Attempt::add_watched(RunFolder::Numbers& numbers) {
  Learner& learner = asked_.learner;
  TensorBatches whole(asked_.data, asked_.device);
  whole.seek((step_ - 1) * learner.batches_per_step());
  append(numbers, read(learner.watch(whole.next())));
  if (doctor().examines(step_) && learner.has_model()) append(numbers, doctor().examine(step_));
}

bool Attempt::add_scores(RunFolder::Numbers& numbers) {
  evaluated_ = true;
  const Scores scores = asked_.hooks.evaluate(step_);
  if (!scores.finite) fail(numbers, "samples are not finite", "its samples are not finite");
  append(numbers, scores.numbers);
  if (doctor().on() && scores.score) note_score(numbers, *scores.score);
  return standing_.loop.note(scores, step_);
}

void Attempt::save(bool best) {
  coordination_.join_state();
  if (const std::string broken = broken_tensor(asked_.learner); !broken.empty())
    fail({}, fmt::format("{} is not finite", broken), "a parameter is not finite");
  doctor().write_report();
  standing_.step = step_;
  asked_.run.save(step_, standing_.written(asked_.metadata), best, asked_.config.run.keep_every);
  asked_.learner.divide_state();
  const double seconds = seconds_since(start_);
  asked_.run.note_time(saved_, step_, seconds - saved_after_, at::get_num_threads());
  saved_ = step_;
  saved_after_ = seconds;
}

/// found: for the doctor's report; what: for the error.
void Attempt::fail(const RunFolder::Numbers& numbers, const std::string& found,
                   const std::string& what) {
  doctor().note_failure(step_, epoch(), numbers, found);
  diverged(asked_.run, asked_.learner, step_, what);
}

Outcome Attempt::outcome() {
  const int64_t best_step = standing_.loop.best_step.item<int64_t>();
  const Ended how = ended_.value_or(Ended::steps);
  coordination_.send({.what = Message::What::end,
                      .step = step_,
                      .ended = how,
                      .best_step = best_step,
                      .signal = signal_});
  return {how, step_, best_step >= 0 ? std::optional(best_step) : std::nullopt, signal_};
}

/// After a trouble at `step`: the state of an earlier checkpoint, treated, is the one to go on
/// from. Returns false where there is none, or where run.doctor does not ask for that.
bool go_back(const Request& asked, int64_t step, const Relapse& cause) {
  const RunFolder& run = asked.run;
  const auto last = run.last();
  if (!last) return false;
  Standing standing(run, asked.learner, asked.config, asked.hooks);
  standing.read(*last);
  const auto treatment = standing.doctor.next_treatment(cause);
  if (!treatment) return false;
  const int64_t best_step = standing.loop.best_step.item<int64_t>();
  const int64_t target =
      standing.doctor.target(cause, best_step >= 0 ? std::optional(best_step) : std::nullopt);
  const TrainingDoctor::Memory memory = standing.doctor.memory();
  if (target != last->step) standing.read(run.read_step(target));
  standing.doctor.note_return(memory, cause, step, target, *treatment);
  run.save(target, standing.written(asked.metadata), false, asked.config.run.keep_every);
  run.drop_later(target);
  return true;
}

}  // namespace

Outcome train(const RunFolder& run, Learner& learner, BatchOrder& data, at::Device device,
              const Config& config, const std::map<std::string, std::string>& metadata,
              const Hooks& hooks, Workers& workers) {
  const Request asked{run, learner, data, device, config, metadata, hooks, workers};
  int64_t step = 0;
  try {
    while (true) {
      try {
        return Attempt(asked, step).train();
      } catch (const Relapse& cause) {
        if (!go_back(asked, step, cause)) throw std::logic_error("no checkpoint to go back to");
      } catch (const DivergedError&) {
        if (go_back(asked, step, divergence())) continue;
        Coordination(workers, learner).send({.what = Message::What::diverged, .step = step});
        throw;
      }
    }
  } catch (const WriteError& error) {
    throw WriteError("{}; training stopped at step {}, {}; mend that, then resume the run",
                     error.what(), step, safe(run));
  }
}

std::optional<Ended> ended(const RunFolder& run, const Config& config) {
  const auto step = run.last_step();
  if (step && *step >= config.training.steps) return Ended::steps;  // no need to read it
  const auto last = run.last();
  if (!last) return {};
  if (ended_by_doctor(last->content)) return Ended::doctor;
  LoopState state(config.run);
  read_checkpoint(
      last->content, [&](const StateVisitor& visit) { state.visit(visit); }, last->file);
  return state.over();
}

}  // namespace gan
