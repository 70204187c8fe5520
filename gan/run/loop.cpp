#include "gan/run/loop.h"

#include <ATen/ATen.h>
#include <ATen/Parallel.h>

#include <chrono>
#include <cmath>
#include <limits>

#include "gan/core/error.h"
#include "gan/core/stop.h"
#include "gan/model/checkpoint.h"
#include "gan/run/coordination.h"
#include "gan/run/step_schedule.h"
#include "gan/run/tensor_batches.h"
#include "gan/run/training_doctor.h"

namespace gan {
namespace {

using Clock = std::chrono::steady_clock;

double seconds_since(Clock::time_point start) {
  return std::chrono::duration<double>(Clock::now() - start).count();
}

/// What the loop itself must remember across a restart.
struct LoopState {
  explicit LoopState(const RunSection& run) : rule(run) {}

  const RunSection& rule;
  Tensor best_score = at::full({}, -std::numeric_limits<double>::infinity(), at::kDouble);
  Tensor best_step = at::full({}, -1, at::kLong);
  Tensor last_rise =
      best_score
          .clone();  ///< the score that `margin` is added to; the best one where there is no margin
  Tensor since_best = at::zeros(
      {}, at::kLong);  ///< evaluations without a score better than last_rise by the margin
  Tensor passed = at::zeros({}, at::kLong);  ///< two-sample checks passed in a row

  void visit(const StateVisitor& visit) {
    visit("loop.best_score", best_score);
    visit("loop.best_step", best_step);
    visit("loop.since_best", since_best);
    visit("loop.passed", passed);
    if (rule.margin > 0) visit("loop.last_rise", last_rise);
  }

  bool note(const Scores& scores, int64_t step) {  ///< true for a new best
    if (scores.indistinguishable)
      passed.fill_(*scores.indistinguishable ? passed.item<int64_t>() + 1 : 0);
    if (!scores.score) return false;
    const bool better = *scores.score > best_score.item<double>();
    const double before = (rule.margin > 0 ? last_rise : best_score).item<double>();
    const bool risen = *scores.score > before + rule.margin * scores.standard_error;
    since_best.fill_(risen ? 0 : since_best.item<int64_t>() + 1);
    if (risen) last_rise.fill_(*scores.score);
    if (better) {
      best_score.fill_(*scores.score);
      best_step.fill_(step);
    }
    return better;
  }

  std::optional<Ended> over() const {
    if (rule.stop == StopRule::best && since_best.item<int64_t>() >= rule.patience)
      return Ended::patience;
    if (rule.stop == StopRule::indistinguishable && passed.item<int64_t>() >= rule.checks)
      return Ended::indistinguishable;
    return {};
  }
};

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
    doctor.expect(from.content);
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

Outcome go_on(const RunFolder& run, Learner& learner, BatchOrder& data, at::Device device,
              const Config& config, const std::map<std::string, std::string>& metadata,
              const Hooks& hooks, Workers& workers, int64_t& step) {
  Standing standing(run, learner, config, hooks);
  LoopState& state = standing.loop;
  TrainingDoctor& doctor = standing.doctor;
  {
    const auto last = run.last();
    if (last) standing.read(*last);
    step = standing.step;
    run.tidy(last, config.run.keep_every);
  }
  doctor.begin();
  const Coordination coordination(workers, learner);
  coordination.send_state(step, doctor.rate());

  const std::vector<Stage> stages = learner.stages();
  const StepSchedule when(config.run, learner, device, static_cast<bool>(hooks.evaluate));
  const int64_t steps = when.steps();
  TensorBatches batches(data, device, checked_division(learner, config, workers), workers);
  const auto epoch_at = [&](int64_t s) {
    return static_cast<double>(s * learner.batches_per_step()) /
           static_cast<double>(data.batches_per_epoch());
  };

  const int64_t first = step;
  const auto start = Clock::now();
  int64_t saved = step;
  double noted = 0;  // seconds
  const auto save = [&](bool best) {
    coordination.join_state();
    if (const std::string broken = broken_tensor(learner); !broken.empty()) {
      doctor.note_failure(step, epoch_at(step), {}, fmt::format("{} is not finite", broken));
      diverged(run, learner, step, "a parameter is not finite");
    }
    doctor.write_report();
    standing.step = step;
    run.save(step, standing.written(metadata), best, config.run.keep_every);
    learner.divide_state();
    const double seconds = seconds_since(start);
    run.note_time(saved, step, seconds - noted, at::get_num_threads());
    saved = step;
    noted = seconds;
  };

  std::optional<Ended> ended = standing.over();
  if (step == 0 && doctor.can_go_back() && steps > 0) save(false);
  bool evaluated = false;  // by this process
  int signal = 0;
  if (!ended && step < steps) coordination.send_proceed();
  while (!ended && step < steps) {
    // An evaluation needs more memory than a step. Where it should not survive the first one, a
    // resume goes on from right before it: from the step before, which a resume does again, or the
    // evaluation would be left out.
    const bool evaluates_next = when.evaluates(step + 1);
    if (!evaluated && step > saved && evaluates_next) save(false);
    if (evaluates_next) coordination.send_proceed();
    batches.seek(step * learner.batches_per_step());
    const Scalars scalars = learner.step(step, batches);
    ++step;

    bool best = false;
    const bool log = when.logs(step), evaluate = when.evaluates(step);
    if (when.reads_numbers(step)) {
      Coordination::StepNumbers found = coordination.combined(scalars, batches.share());
      RunFolder::Numbers& numbers = found.numbers;
      signal = found.signal;
      if (const std::string what = not_finite(numbers); !what.empty()) {
        doctor.note_failure(step, epoch_at(step), numbers, with_broken_tensor(what, learner));
        diverged(run, learner, step, what);
      }
      if (hooks.progress) {
        const double each = seconds_since(start) / static_cast<double>(step - first);
        hooks.progress({step, steps, epoch_at(step),
                        stages[position_of(stages, step - 1).stage].name, numbers,
                        static_cast<double>(data.batch_size()) / each,
                        each * static_cast<double>(steps - step)});
      }
      if (log) {
        TensorBatches whole(data, device);
        whole.seek((step - 1) * learner.batches_per_step());
        append(numbers, read(learner.watch(whole.next())));
        if (doctor.examines(step) && learner.has_model()) append(numbers, doctor.examine(step));
      }
      if (evaluate) {
        evaluated = true;
        const Scores scores = hooks.evaluate(step);
        if (!scores.finite) {
          doctor.note_failure(step, epoch_at(step), numbers, "samples are not finite");
          diverged(run, learner, step, "its samples are not finite");
        }
        append(numbers, scores.numbers);
        if (doctor.on() && scores.score) note_score(numbers, *scores.score);
        best = state.note(scores, step);
      }
      if (log || evaluate) run.log(step, epoch_at(step), numbers, doctor.note(step, numbers));
      if (doctor.wants_to_go_back() && doctor.can_go_back())
        diverged(run, learner, step, "the doctor found that it diverges");
      ended = standing.over();
    }
    if (hooks.draw && when.draws(step)) hooks.draw(step);
    if (coordination.alone()) signal = stop_signal();
    if (!ended && signal != 0) ended = Ended::interrupted;
    if (doctor.changed_state()) coordination.send_state(step, doctor.rate());
    if (best || when.saves(step) || ended) save(best);  // last: it vouches for the rest
    if (when.leader_sends(step) && !ended && step < steps) coordination.send_proceed();
  }
  if (steps == 0 && !run.last_step()) save(false);

  const int64_t best_step = state.best_step.item<int64_t>();
  const Ended how = ended.value_or(Ended::steps);
  coordination.send({.what = Message::What::end,
                     .step = step,
                     .ended = how,
                     .best_step = best_step,
                     .signal = signal});
  return {how, step, best_step >= 0 ? std::optional(best_step) : std::nullopt, signal};
}

/// After a training diverged at `step`: the state of an earlier checkpoint, with lower rates, is
/// the one to go on from. Returns false where there is none, or where run.doctor does not ask for
/// that.
bool go_back(const RunFolder& run, Learner& learner, const Config& config,
             const std::map<std::string, std::string>& metadata, const Hooks& hooks, int64_t step) {
  const auto last = run.last();
  if (!last) return false;
  Standing standing(run, learner, config, hooks);
  standing.read(*last);
  if (!standing.doctor.can_go_back()) return false;
  const int64_t best_step = standing.loop.best_step.item<int64_t>();
  const int64_t target =
      standing.doctor.target(best_step >= 0 ? std::optional(best_step) : std::nullopt);
  if (target != last->step) standing.read(run.read_step(target));
  standing.doctor.note_return(step, target);
  run.save(target, standing.written(metadata), false, config.run.keep_every);
  run.drop_later(target);
  return true;
}

}  // namespace

Outcome train(const RunFolder& run, Learner& learner, BatchOrder& data, at::Device device,
              const Config& config, const std::map<std::string, std::string>& metadata,
              const Hooks& hooks, Workers& workers) {
  int64_t step = 0;
  try {
    while (true) {
      try {
        return go_on(run, learner, data, device, config, metadata, hooks, workers, step);
      } catch (const DivergedError&) {
        if (go_back(run, learner, config, metadata, hooks, step)) continue;
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
