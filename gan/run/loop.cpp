#include "gan/run/loop.h"

#include <ATen/ATen.h>
#include <ATen/Parallel.h>

#include <chrono>
#include <cmath>
#include <limits>

#include "gan/core/error.h"
#include "gan/core/stop.h"
#include "gan/model/checkpoint.h"
#include "gan/run/tensor_batches.h"

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

bool due(int64_t step, int64_t every) {
  return every > 0 && step % every == 0;
}

RunFolder::Numbers read(const Scalars& scalars) {
  RunFolder::Numbers out;
  for (const auto& [name, value] : scalars) out.emplace_back(name, value.item<double>());
  return out;
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

Outcome go_on(const RunFolder& run, Learner& learner, BatchOrder& data, at::Device device,
              const Config& config, const std::map<std::string, std::string>& metadata,
              const Hooks& hooks, int64_t& step) {
  LoopState state(config.run);
  const StateVisit everything = [&](const StateVisitor& visit) {
    state.visit(visit);
    learner.visit_state(visit);
  };

  {
    const auto last = run.last();
    if (last) {
      read_checkpoint(last->content, everything, last->file);
      step = last->step;
    }
    run.tidy(last, config.run.keep_every);
  }

  const std::vector<Stage> stages = learner.stages();
  int64_t steps = 0;
  for (const Stage& stage : stages) steps += stage.steps;
  TensorBatches batches(data, device);
  const auto epoch_at = [&](int64_t s) {
    return static_cast<double>(s * learner.batches_per_step()) /
           static_cast<double>(data.batches_per_epoch());
  };

  const int64_t first = step;
  const auto start = Clock::now();
  int64_t saved = step;
  double noted = 0;  // seconds
  const auto save = [&](bool best) {
    if (!all_finite([&](const StateVisitor& visit) { learner.visit_state(visit); }))
      diverged(run, learner, step, "a parameter is not finite");
    std::map<std::string, std::string> about = metadata;
    about["step"] = fmt::format("{}", step);
    run.save(step, write_checkpoint(everything, about), best, config.run.keep_every);
    const double seconds = seconds_since(start);
    run.note_time(saved, step, seconds - noted, at::get_num_threads());
    saved = step;
    noted = seconds;
  };

  std::optional<Ended> ended = state.over();
  bool evaluated = false;  // by this process
  while (!ended && step < steps) {
    // An evaluation needs more memory than a step. Where it should not survive the first one, a
    // resume goes on from right before it: from the step before, which a resume does again, or the
    // evaluation would be left out.
    if (!evaluated && step > saved && due(step + 1, config.run.evaluate_every) && hooks.evaluate &&
        learner.has_model())
      save(false);
    batches.seek(step * learner.batches_per_step());
    const Scalars scalars = learner.step(step, batches);
    ++step;

    bool best = false;
    const bool log = due(step, config.run.log_every),
               evaluate =
                   due(step, config.run.evaluate_every) && hooks.evaluate && learner.has_model();
    if (device.is_cpu() || log || evaluate) {  // reading a number makes a GPU wait
      RunFolder::Numbers numbers = read(scalars);
      for (const auto& [name, value] : numbers)
        if (!std::isfinite(value))
          diverged(run, learner, step, fmt::format("{} is {}", name, value));
      if (hooks.progress) {
        const double each = seconds_since(start) / static_cast<double>(step - first);
        hooks.progress({step, steps, epoch_at(step),
                        stages[position_of(stages, step - 1).stage].name, numbers,
                        static_cast<double>(data.batch_size()) / each,
                        each * static_cast<double>(steps - step)});
      }
      if (log) {
        batches.seek((step - 1) * learner.batches_per_step());
        for (auto& number : read(learner.watch(batches.next())))
          numbers.push_back(std::move(number));
      }
      if (evaluate) {
        evaluated = true;
        const Scores scores = hooks.evaluate(step);
        if (!scores.finite) diverged(run, learner, step, "its samples are not finite");
        numbers.insert(numbers.end(), scores.numbers.begin(), scores.numbers.end());
        best = state.note(scores, step);
        ended = state.over();
      }
      if (log || evaluate) run.log(step, epoch_at(step), numbers);
    }
    if (hooks.draw && due(step, config.run.sample_every) && learner.has_model()) hooks.draw(step);
    if (!ended && stop_signal() != 0) ended = Ended::interrupted;
    if (best || due(step, config.run.checkpoint_every) || ended || step == steps)
      save(best);  // last: it vouches for the rest
  }
  if (steps == 0 && !run.last_step()) save(false);

  const int64_t best_step = state.best_step.item<int64_t>();
  return {ended.value_or(Ended::steps), step,
          best_step >= 0 ? std::optional(best_step) : std::nullopt};
}

}  // namespace

Outcome train(const RunFolder& run, Learner& learner, BatchOrder& data, at::Device device,
              const Config& config, const std::map<std::string, std::string>& metadata,
              const Hooks& hooks) {
  int64_t step = 0;
  try {
    return go_on(run, learner, data, device, config, metadata, hooks, step);
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
  LoopState state(config.run);
  read_checkpoint(
      last->content, [&](const StateVisitor& visit) { state.visit(visit); }, last->file);
  return state.over();
}

}  // namespace gan
