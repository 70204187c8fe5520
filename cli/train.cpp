#include <fmt/core.h>

#include "cli/command.h"
#include "cli/picture_input.h"
#include "cli/scoring.h"
#include "cli/training.h"
#include "gan/core/activity.h"
#include "gan/core/error.h"
#include "gan/core/paths.h"
#include "gan/core/printable.h"
#include "gan/core/stop.h"
#include "gan/data/variety.h"
#include "gan/judge/two_sample_score.h"
#include "gan/spec/family.h"

namespace gan::cli {
namespace {

/// A file or folder by its whole path, so that a resume from any folder finds it; names of data
/// sets as they are. It is looked for in the working directory, then in `beside`, where that is
/// given.
std::string resolved_source(const std::string& source, const Path& beside = {}) {
  const std::vector<std::string> names = data_names();
  const bool is_name =
      std::find(names.begin(), names.end(), source) != names.end() || source.starts_with("toy:");
  if (is_name || source.empty()) return source;
  if (is_there(source)) return absolute_path(source).string();
  if (!beside.empty() && is_there(beside / source)) return absolute_path(beside / source).string();
  return source;
}

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

/// A resumed run keeps its settings; only the end may move outwards, and the processor may be
/// another one.
void refuse_changes(const Config& stored, const Config& wanted, const Path& run) {
  Config same_end = wanted;
  same_end.training.steps = stored.training.steps;
  same_end.run.threads = stored.run.threads;
  if (resolved_source(stored.data.source) == wanted.data.source)
    same_end.data.source = stored.data.source;
  if (const auto changed = first_difference(stored, same_end))
    throw UsageError(
        "--resume: {} is {} in {}, and cannot become {}; only --steps, --epochs and --threads may change",
        changed->key, changed->before, run.string(), changed->now);
  if (wanted.training.steps < stored.training.steps)
    throw UsageError("--resume: {} is set to go to step {}, and cannot stop at {} already",
                     run.string(), stored.training.steps, wanted.training.steps);
}

Path fresh_folder(const std::string& name) {
  for (int i = 1;; ++i) {
    const Path path = Path("runs") / (i == 1 ? name : fmt::format("{}-{}", name, i));
    if (!is_there(path) && !is_link(path)) return path;
  }
}

/// What stop = "indistinguishable" asks for.
std::string equivalence(const RunSection& run) {
  return fmt::format(
      "a fresh classifier separates samples from held-out data with surely less than {:g}% "
      "accuracy (50% + run.epsilon = {:g})",
      100 * (0.5 + run.epsilon), run.epsilon);
}

std::string checks(const RunSection& run) {
  return run.checks == 1 ? "1 check" : fmt::format("{} checks", run.checks);
}

/// " by 2 standard errors", or nothing where any better score counts.
std::string by_margin(double margin) {
  if (margin <= 0) return "";
  return fmt::format(" by {:g} standard error{}", margin, margin == 1 ? "" : "s");
}

std::string ended(const Outcome& outcome, const Config& config, const RunFolder& run) {
  switch (outcome.how) {
    case Ended::patience:
      return fmt::format(
          "stopped: no better validation score{} in {} evaluations (best at step {})",
          by_margin(config.run.margin), config.run.patience, outcome.best_step.value_or(0));
    case Ended::indistinguishable:
      return fmt::format("stopped: {}, {} in a row; the last check: {};", equivalence(config.run),
                         checks(config.run), last_two_sample_test(run));
    case Ended::interrupted:
      return "interrupted";
    case Ended::steps:
      break;
  }
  if (config.run.stop != StopRule::indistinguishable) return "all steps are done";
  return fmt::format(
      "all steps are done, and it was not reached that {}, {} in a row; the last check: {};",
      equivalence(config.run), checks(config.run), last_two_sample_test(run));
}

/// The scores, where the pictures are, and what to do next. interpolates: samples are a function of
/// a latent point
void close(const TrainOptions& o, const RunFolder& run, const Problem& problem,
           const Outcome& outcome, const Evaluation& evaluation, bool interpolates) {
  const std::string folder = shell_word(run.path().string());
  fmt::print("\n{} after {} steps, {}\n\n{}\n", ended(outcome, problem.config, run),
             count(outcome.step), duration(run.trained_seconds()), evaluation.text());
  fmt::print("picture   {}\ncurves    {}\n", printable(run.samples(outcome.step).string()),
             printable(run.curves().string()));
  if (outcome.best_step.value_or(outcome.step) != outcome.step)
    fmt::print(
        "best      step {} had the best validation score: sample and evaluate take it with --checkpoint best\n",
        count(*outcome.best_step));
  fmt::print("\nnext\n");
  fmt::print("  {} sample {} -n 100 --seed 7 --out samples.png\n", program(), folder);
  if (problem.data.image && interpolates)
    fmt::print("  {} interpolate {} --out lines.png\n", program(), folder);
  fmt::print("  {} evaluate {}\n", program(), folder);
  if (spec_of(problem.config).length_is_fixed) return;
  const int64_t twice = 2 * problem.config.training.steps;
  const OptimizerSection& rates = problem.config.optimizer;
  if (has_section(problem.config, "optimizer") && rates.schedule == Schedule::cosine &&
      outcome.step >= rates.schedule_steps)  // more at its last rate would change little
    fmt::print("  {} train {} --steps {} --set optimizer.schedule_steps={}\n", program(),
               o.recipe.empty() ? "--data " + shell_word(o.data) : shell_word(o.recipe), twice,
               twice);
  else
    fmt::print("  {} train --resume --out {} --steps {}\n", program(), folder, twice);
}

/// The settings, without what the command line changes.
Config base_config(const TrainOptions& o, bool started) {
  if (!o.recipe.empty()) return parse_config(read_file(o.recipe_file), o.recipe_file.string());
  if (started) return RunFolder::open(o.out).config();
  if (o.resume)
    throw DataError("{}: is not a run (it holds no config.toml); give the recipe to start it there",
                    o.out);
  Config asked;
  for (const auto& assignment : o.set)
    if (assignment.starts_with("data.")) override_config(asked, assignment);
  set_pictures(o.pictures, asked);
  return default_config(open_data(o.data, o.data_dir, {}, asked.data.pictures));
}

/// `started`: the run goes on.
Problem problem_of(const TrainOptions& o, const Config& config, bool started) {
  Problem problem = prepare(config, o.data_dir);
  if (problem.config.run.threads < config.run.threads)
    note(
        fmt::format("run.threads = {}: there are {} processors to run them on; {} threads are used",
                    config.run.threads, problem.config.run.threads, problem.config.run.threads));
  if (o.recipe.empty() && !started)
    problem.config.optimizer.schedule_steps = problem.config.training.steps;
  if (problem.config.training.steps == 0)
    throw UsageError("training.steps is 0: set --steps or --epochs");
  return problem;
}

std::string name_of(const TrainOptions& o, const Problem& problem) {
  return Path(o.recipe.empty() ? problem.data.name : o.recipe).stem().string();
}

RunFolder open_run(const Path& folder, const Problem& problem, bool started) {
  if (!started) return RunFolder::create(folder, problem.config);
  RunFolder run = RunFolder::resume(folder);
  refuse_changes(run.config(), problem.config, folder);
  check_continues(run, problem);
  run.write_config(problem.config);
  return run;
}

/// Labels of pictures are found without being asked for.
void say_unused_labels(const Problem& problem, Narrator& narrator) {
  const Config& config = problem.config;
  const bool used =
      sees_labels(config.generator.layers) || sees_labels(config.discriminator.layers);
  if (!problem.data.pictures || problem.data.classes.empty() || used) return;
  narrator.say(
      fmt::format("{}: its labels of {} classes are known, and this training does not use "
                  "them",
                  problem.data.name, problem.data.classes.size()));
}

/// Says what is trained on what data, and what the user should know beforehand.
void announce(const TrainOptions& o, const RunFolder& run, const Problem& problem, bool started,
              Narrator& narrator) {
  narrator.say(fmt::format("{} {} on {} ({} training examples), into {}",
                           run.last_step() ? "going on with" : "training", name_of(o, problem),
                           problem.data.name, count(problem.data.train.size()),
                           run.path().string()));
  if (const auto step = run.last_step(); step && !run.last_is_link())
    note(fmt::format(
        "{} is no link to a checkpoint, as it is in a run that was not copied; going on from step {}, the newest that is whole",
        (run.path() / "checkpoints" / "last").string(), *step));
  if (o.recipe.empty() && !started)
    narrator.say(fmt::format("no recipe: {} ({} steps, batch {}); {}/config.toml has all of them",
                             problem.config.about, problem.config.training.steps,
                             problem.config.training.batch_size, run.path().string()));
  for (const std::string& note : problem.data.notes) narrator.say(note);
  say_unused_labels(problem, narrator);
  if (const std::string missing = without_variety(problem.data); !missing.empty())
    narrator.say(missing);
}

/// Says how to go on. Returns the exit code.
int end_interrupted(const Outcome& outcome, const RunFolder& run) {
  note(
      fmt::format("stopped at step {}, everything is saved; go on with: {} train --resume --out {}",
                  outcome.step, program(), shell_word(run.path().string())));
  return 128 + stop_signal();
}

int end_without_model(const Outcome& outcome, const RunFolder& run) {
  fmt::print(
      "\nall {} steps are done; the layers are still trained one by one, and are no model together yet; go on with a later --steps:\n  {} train --resume --out {} --steps N\n",
      count(outcome.step), program(), shell_word(run.path().string()));
  return 0;
}

}  // namespace

int carry_out(const TrainOptions& o) {
  catch_stop_signals();
  ignore_broken_pipes();
  const bool started = o.resume && is_there(Path(o.out) / "config.toml");
  const ImportNarrator importing(o.quiet);
  Config config = base_config(o, started);
  apply(o, config);
  const Problem problem = problem_of(o, config, started);
  const auto learner = make_learner(problem);
  const Path folder = o.out.empty() ? fresh_folder(name_of(o, problem)) : Path(o.out);
  const RunFolder run = open_run(folder, problem, started);

  Narrator narrator(o.quiet);
  announce(o, run, problem, started, narrator);
  const Judge judge(problem.data);
  const Hooks hooks = make_hooks(run, problem, judge, *learner, narrator);
  const Outcome outcome = train(run, problem, *learner, hooks);
  narrator.finish();
  release_stop_signals();

  if (outcome.how == Ended::interrupted) return end_interrupted(outcome, run);
  if (!learner->has_model()) return end_without_model(outcome, run);
  hooks.draw(outcome.step);
  if (o.quiet) return 0;
  now_doing(Activity::scoring);
  const Say say = [&](const std::string& text) { narrator.say(text + " ..."); };
  const Evaluation evaluation = evaluate(problem, judge, *learner, with_cache(0, say));
  const bool interpolates = dynamic_cast<Latent*>(&learner->model()) != nullptr;
  close(o, run, problem, outcome, evaluation, interpolates);
  return 0;
}

}  // namespace gan::cli
