#include "cli/plan.h"

#include <fmt/core.h>

#include <algorithm>

#include "cli/picture_input.h"
#include "cli/scoring.h"
#include "gan/core/cache_folder.h"
#include "gan/core/error.h"
#include "gan/core/memory.h"
#include "gan/core/paths.h"
#include "gan/judge/two_sample.h"
#include "gan/pace.h"
#include "gan/spec/family.h"
#include "gan/spec/memory.h"

namespace gan::cli {

std::string resolved_source(const std::string& source, const Path& beside) {
  const std::vector<std::string> names = data_names();
  const bool is_name =
      std::find(names.begin(), names.end(), source) != names.end() || source.starts_with("toy:");
  if (is_name || source.empty()) return source;
  if (is_there(source)) return absolute_path(source).string();
  if (!beside.empty() && is_there(beside / source)) return absolute_path(beside / source).string();
  return source;
}

namespace {

/// What the command line says, over the recipe.
void apply(const TrainOptions& o, Config& config) {
  for (const auto& assignment : o.set) override_config(config, assignment);
  set_pictures(o.pictures, config);
  if (!o.data.empty()) config.data.source = o.data;
  const bool is_of_recipe = o.data.empty() && !o.recipe.empty();
  config.data.source = resolved_source(
      config.data.source, is_of_recipe ? absolute_path(o.recipe_file).parent_path() : Path());
  if (o.seed) config.run.seed = *o.seed;
  if (!o.device.empty()) config.run.device = o.device;
  if (o.threads) config.run.threads = *o.threads;
  if (o.steps) {
    config.training.steps = *o.steps;
    config.training.epochs = 0;
  }
  if (o.epochs) config.training.epochs = *o.epochs;
}

/// Settings that are there already, without what the command line changes.
Config given_config(const TrainOptions& o, bool started) {
  if (!o.recipe.empty()) return parse_config(read_file(o.recipe_file), o.recipe_file.string());
  if (started) return RunFolder::open(o.out).config();
  throw DataError("{}: is not a run (it holds no config.toml); give the recipe to start it there",
                  o.out);
}

Problem checked(const Config& config, Problem problem) {
  if (problem.config.run.threads < config.run.threads)
    note(
        fmt::format("run.threads = {}: there are {} processors to run them on; {} threads are used",
                    config.run.threads, problem.config.run.threads, problem.config.run.threads));
  if (problem.config.training.steps == 0)
    throw UsageError("training.steps is 0: set --steps or --epochs");
  const int64_t valid = problem.data.valid.size();
  const bool tests = problem.config.run.stop == StopRule::indistinguishable;
  if (const std::string why = too_few_for_two_samples(valid, 1); tests && !why.empty())
    throw UsageError(
        "run.stop = \"indistinguishable\": its test of the validation examples {}; give more data, or another rule",
        why);
  return problem;
}

/// What --set and the options of pictures say of the data.
DataSection data_asked_for(const TrainOptions& o) {
  Config asked;
  for (const auto& assignment : o.set)
    if (assignment.starts_with("data.")) override_config(asked, assignment);
  set_pictures(o.pictures, asked);
  return asked.data;
}

// --- The length that --for asks for ---

using Clock = std::chrono::steady_clock;

/// What --for counts from, and to.
struct TimeGiven {
  double seconds;
  std::string text;  ///< as the user wrote it
  Clock::time_point began;

  double spent() const {
    constexpr double kStart = 0.5;  // seconds before this program's first line
    return kStart + std::chrono::duration<double>(Clock::now() - began).count();
  }
};

std::string brief(double seconds) {
  return seconds < 1 ? fmt::format("{:.3g} ms", 1000 * seconds) : fmt::format("{:.3g} s", seconds);
}

Pace measured_pace(const TrainOptions& o, const Problem& problem, const TimeGiven& time,
                   Narrator& narrator) {
  const Judge judge(problem.data);
  const Pace pace =
      measure_pace(problem, judge,
                   {.seconds = time.seconds, .closing_scores = !o.quiet, .cache = cache_folder()});
  narrator.say(fmt::format(
      "measured: a step takes {}, scores on the way {}, a picture {}, a checkpoint {}; scores at the end take about {}",
      brief(pace.step), brief(pace.evaluation), brief(pace.picture), brief(pace.checkpoint),
      brief(pace.closing)));
  return pace;
}

/// Before the run is made. @throws UsageError where there is no time for a step
void take_length(TrainingPlan& plan, const Length& length, const Pace& pace,
                 const TimeGiven& time) {
  if (length.steps < 1)
    throw UsageError(
        "--for {}: the start, a picture and a checkpoint alone take about {} here, a step {}; give more time",
        time.text, brief(time.spent() + 2 * pace.picture + pace.checkpoint), brief(pace.step));
  if (!length.closing_scores)
    plan.no_scores = fmt::format("they take about {}, more than {:g}% of the time",
                                 duration(pace.closing), 100 * kMostClosing);
}

/// The recipe's own settings, but for its length and its schedules.
void fit_recipe(const TrainOptions& o, const TimeGiven& time, TrainingPlan& plan,
                Narrator& narrator) {
  Config& c = plan.problem.config;
  if (spec_of(c).length_is_fixed)
    throw UsageError(
        "--for: the sections of run.model = '{}' say how long it is trained; use --set to change them",
        c.run.model.text);
  const Pace pace = measured_pace(o, plan.problem, time, narrator);
  const Length length = length_for(time.seconds, time.spent(), pace, c.run);
  take_length(plan, length, pace, time);
  set_steps(c, length.steps);
}

TrainingPlan given_plan(const TrainOptions& o, bool started, const TimeGiven* time,
                        Narrator& narrator) {
  Config config = given_config(o, started);
  apply(o, config);
  constexpr int64_t kAnySteps = 1000;  // of a recipe without a length, until it is known
  if (time && config.training.steps == 0 && config.training.epochs == 0)
    config.training.steps = kAnySteps;
  const Path data_dir =
      o.data_dir.empty() && started ? RunFolder::open(o.out).data_folder() : Path(o.data_dir);
  TrainingPlan plan{.problem = checked(config, prepare(config, data_dir))};
  if (time) fit_recipe(o, *time, plan, narrator);
  return plan;
}

/// The settings of `from` that follow the length.
void copy_length(const Config& from, Config& to) {
  to.training.steps = from.training.steps;
  to.optimizer.schedule_steps = from.training.steps;
  to.game.averaging = from.game.averaging;
  to.run.evaluate_every = from.run.evaluate_every;
  to.run.sample_every = from.run.sample_every;
  to.run.checkpoint_every = from.run.checkpoint_every;
}

TrainingPlan derived_plan(const TrainOptions& o, const TimeGiven* time, Narrator& narrator) {
  const DataSection asked = data_asked_for(o);
  const DataSet opened = open_data(o.data, o.data_dir, {asked.train, asked.valid}, asked.pictures);
  const DataFacts facts = facts_of(opened);
  const Machine machine = this_machine(o.device.empty() ? "auto" : o.device, o.threads.value_or(0));
  Wishes wishes{.steps = o.steps, .epochs = o.epochs};
  Derived derived;
  const auto derive_again = [&] {
    derived = derive(facts, machine, wishes);
    apply(o, derived.config);
    if (has_end(derived.config.optimizer.schedule)) return;
    derived.config.game.final_r1 = derived.config.game.final_r2 = {};
    apply(o, derived.config);  // where the user asks for them, that is refused
  };
  TrainingPlan plan;
  const auto prepare_again = [&] {
    plan.problem = checked(derived.config, prepare(derived.config, opened));
    plan.reasons = derived.reasons;
  };
  derive_again();
  prepare_again();
  plan.problem.config.optimizer.schedule_steps = plan.problem.config.training.steps;
  if (!time) return plan;

  Pace pace = measured_pace(o, plan.problem, *time, narrator);
  if (derived.size) {
    const double steps = (time->seconds - time->spent()) / pace.step;
    const size_t size = size_for(*derived.size, steps, step_estimates(facts, machine));
    if (size != *derived.size) {
      narrator.say(fmt::format("there is time for about {} such steps: networks of another size",
                               count(static_cast<int64_t>(std::max(0.0, steps)))));
      wishes.size = size;
      derive_again();
      prepare_again();
      pace = measured_pace(o, plan.problem, *time, narrator);
    }
  }
  wishes.length = length_for(time->seconds, time->spent(), pace);
  take_length(plan, *wishes.length, pace, *time);
  derive_again();
  plan.reasons = derived.reasons;
  copy_length(derived.config, plan.problem.config);
  return plan;
}

/// Scores keep 10,000 samples and all test examples.
std::string too_large_to_score(const Problem& p) {
  Config scored = p.config;
  scored.run.evaluate_every = 1;
  const double need =
      scoring_need(scored, p.data.train.dim(), p.data.valid.size(), p.data.test.size());
  const double free = available_memory();
  if (need <= free) return "";
  return fmt::format("they need about {} of memory, {} are free", bytes_text(need),
                     bytes_text(free));
}

}  // namespace

TrainingPlan plan_training(const TrainOptions& o, bool started, Clock::time_point began,
                           Narrator& narrator) {
  const TimeGiven given{.seconds = o.seconds.value_or(0), .text = o.time, .began = began};
  const TimeGiven* time = o.seconds ? &given : nullptr;
  const bool is_given = !o.recipe.empty() || o.resume;
  TrainingPlan plan =
      is_given ? given_plan(o, started, time, narrator) : derived_plan(o, time, narrator);
  if (const std::string why = too_large_to_score(plan.problem); !why.empty()) plan.no_scores = why;
  return plan;
}

}  // namespace gan::cli
