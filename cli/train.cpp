#include <fmt/core.h>

#include <chrono>

#include "cli/command.h"
#include "cli/picture_input.h"
#include "cli/plan.h"
#include "cli/scoring.h"
#include "cli/training.h"
#include "cli/worker_group.h"
#include "gan/core/activity.h"
#include "gan/core/cache_folder.h"
#include "gan/core/error.h"
#include "gan/core/paths.h"
#include "gan/core/printable.h"
#include "gan/core/stop.h"
#include "gan/data/variety.h"
#include "gan/doctor/report.h"
#include "gan/judge/two_sample_score.h"
#include "gan/run/step_schedule.h"
#include "gan/spec/family.h"

namespace gan::cli {
namespace {

/// A resumed run keeps its settings; only the end may move outwards, and the processor may be
/// another one.
void refuse_changes(const Config& stored, const Config& wanted, const Path& run) {
  Config same_end = wanted;
  same_end.training.steps = stored.training.steps;
  same_end.run.threads = stored.run.threads;
  same_end.run.doctor = stored.run.doctor;
  if (resolved_source(stored.data.source) == wanted.data.source)
    same_end.data.source = stored.data.source;
  if (const auto changed = first_difference(stored, same_end))
    throw UsageError(
        "--resume: {} is {} in {}, and cannot become {}; only --steps, --epochs, --threads and run.doctor may change",
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
    case Ended::doctor:
      return fmt::format("stopped by the doctor: the validation score has fallen since step {}",
                         outcome.best_step.value_or(0));
    case Ended::steps:
      break;
  }
  if (config.run.stop != StopRule::indistinguishable) return "all steps are done";
  return fmt::format(
      "all steps are done, and it was not reached that {}, {} in a row; the last check: {};",
      equivalence(config.run), checks(config.run), last_two_sample_test(run));
}

/// A longer training of the same settings.
std::string longer(const TrainOptions& o, const Config& config) {
  const std::string what = o.recipe.empty() ? "--data " + shell_word(o.data) : shell_word(o.recipe);
  if (o.seconds) return fmt::format("train {} --for {:.0f}s", what, 2 * *o.seconds);
  const int64_t twice = 2 * config.training.steps;
  return fmt::format("train {} --steps {} --set optimizer.schedule_steps={}", what, twice, twice);
}

/// Of the closing screen: what was found, a line each.
void print_findings(const RunFolder& run) {
  const char* label = "findings";
  for (const Finding& f : run.findings()) {
    const std::string done = f.done.empty() ? "" : fmt::format("; done: {}", f.done);
    fmt::print("{:8}  {}, {}: {}{}\n", label, printable(f.name), time_of(f), printable(f.text),
               printable(done));
    label = "";
  }
}

/// The scores, where the pictures are, and what to do next. interpolates: samples are a function of
/// a latent point
void close(const TrainOptions& o, const RunFolder& run, const Problem& problem,
           const Outcome& outcome, const std::string& scores, bool interpolates) {
  const std::string folder = shell_word(run.path().string());
  const std::string end = fmt::format("{} after {} steps, {}", ended(outcome, problem.config, run),
                                      count(outcome.step), duration(run.trained_seconds()));
  fmt::print("\n{}\n{}\n", wrapped(end), scores);
  fmt::print("picture   {}\ncurves    {}\n", printable(run.samples(outcome.step).string()),
             printable(run.curves().string()));
  print_findings(run);
  if (outcome.best_step.value_or(outcome.step) != outcome.step)
    fmt::print("{}", wrapped(fmt::format("step {} had the best validation score; sample and "
                                         "evaluate take it with --checkpoint best",
                                         count(*outcome.best_step)),
                             "best      "));
  fmt::print("\nnext\n");
  fmt::print("  {} sample {} -n 100 --seed 7 --out samples.png\n", program(), folder);
  if (problem.data.image && interpolates)
    fmt::print("  {} interpolate {} --out lines.png\n", program(), folder);
  if (problem.data.image && has_section(problem.config, "generator"))
    fmt::print("  {} export {} --to html --out page.html\n", program(), folder);
  fmt::print("  {} evaluate {}\n", program(), folder);
  if (spec_of(problem.config).length_is_fixed) return;
  const OptimizerSection& rates = problem.config.optimizer;
  if (has_section(problem.config, "optimizer") && rates.schedule == Schedule::cosine &&
      outcome.step >= rates.schedule_steps)  // more at its last rate would change little
    fmt::print("  {} {}\n", program(), longer(o, problem.config));
  else
    fmt::print("  {} train --resume --out {} --steps {}\n", program(), folder,
               2 * problem.config.training.steps);
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

/// So that the run can be gone on with from another working directory.
void note_data_folder(const RunFolder& run, const std::string& source, const Path& data_dir) {
  const Path looked_in = data_dir.empty() ? run.data_folder() : data_dir;
  if (const Path found = folder_of_named_data(source, looked_in); !found.empty())
    run.note_data_folder(found);
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
void announce(const TrainOptions& o, const RunFolder& run, const TrainingPlan& plan, bool started,
              Narrator& narrator) {
  const Problem& problem = plan.problem;
  narrator.say(fmt::format("{} {} on {} ({} training examples), into {}",
                           run.last_step() ? "going on with" : "training", name_of(o, problem),
                           problem.data.name, count(problem.data.train.size()),
                           run.path().string()));
  narrator.say(fmt::format("to see it in a browser meanwhile: {} watch {}", program(),
                           shell_word(run.path().string())));
  if (const auto step = run.last_step(); step && !run.last_is_link())
    note(fmt::format(
        "{} is no link to a checkpoint, as it is in a run that was not copied; going on from step {}, the newest that is whole",
        printable((run.path() / "checkpoints" / "last").string()), *step));
  if (o.recipe.empty() && !started)
    narrator.say(fmt::format("no recipe: {} ({} steps, batch {}); {}/config.toml has all of them",
                             problem.config.about, problem.config.training.steps,
                             problem.config.training.batch_size, run.path().string()));
  for (const std::string& reason : plan.reasons) narrator.say("  " + reason);
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
  return 128 + outcome.signal;
}

int end_without_model(const Outcome& outcome, const RunFolder& run) {
  fmt::print("\n{}  {} train --resume --out {} --steps N\n",
             wrapped(fmt::format("all {} steps are done; the layers are still trained one by one, "
                                 "and do not form a model yet; go on with a later --steps:",
                                 count(outcome.step))),
             program(), shell_word(run.path().string()));
  return 0;
}

/// For people.
std::string closing_scores(const TrainingPlan& plan, const Judge& judge, Learner& learner,
                           Narrator& narrator) {
  if (!plan.no_scores.empty()) return wrapped("none: " + plan.no_scores, "scores    ");
  now_doing(Activity::scoring);
  const Say say = [&](const std::string& text) { narrator.say(text + " ..."); };
  return evaluate(plan.problem, judge, learner, with_cache(0, say)).text();
}

/// By a worker that is not the leader: it owns no folder, and says nothing but what went wrong.
int follow(const TrainingPlan& plan, Learner& learner, WorkerGroup& group) {
  const Judge judge(plan.problem.data);
  TrainingScores scores(plan.problem, judge, cache_folder());
  const Hooks hooks{.evaluate = [&](int64_t step) { return scores.at(learner, step); }};
  const Outcome outcome = gan::follow(plan.problem, learner, hooks);
  group.finish();
  return outcome.how == Ended::interrupted ? 128 + outcome.signal : 0;
}

int train_in_group(const TrainOptions& given, std::chrono::steady_clock::time_point began,
                   WorkerGroup& group) {
  group.compare(given);
  TrainOptions o = given;
  const bool is_there_already = is_there(Path(o.out) / "config.toml");
  o.resume = o.resume || (group.restarts() && is_there_already);
  const bool started = o.resume && is_there_already;
  Narrator narrator(o.quiet || !group.is_leader());
  const ImportNarrator importing(o.quiet || !group.is_leader());
  const TrainingPlan plan = group.plan(o, [&](std::optional<int64_t> threads) {
    TrainOptions mine = o;
    mine.threads = threads;
    return plan_training(mine, started, began, narrator);
  });
  const Problem& problem = plan.problem;
  const auto learner = make_learner(problem);
  checked_division(*learner, problem.config, group.workers());  // refused before there is a folder
  if (!group.is_leader()) return follow(plan, *learner, group);
  const Path folder = o.out.empty() ? fresh_folder(name_of(o, problem)) : Path(o.out);
  const RunFolder run = open_run(folder, problem, started);
  note_data_folder(run, problem.config.data.source, o.data_dir);

  announce(o, run, plan, started, narrator);
  const Judge judge(problem.data);
  const Hooks hooks = make_hooks(run, problem, judge, *learner, narrator);
  const Outcome outcome = train(run, problem, *learner, hooks);
  group.finish();
  narrator.finish();
  release_stop_signals();

  if (outcome.how == Ended::interrupted) return end_interrupted(outcome, run);
  if (!learner->has_model()) return end_without_model(outcome, run);
  hooks.draw(outcome.step);
  if (o.quiet) return 0;
  const std::string scores = closing_scores(plan, judge, *learner, narrator);
  const bool interpolates = dynamic_cast<Latent*>(&learner->model()) != nullptr;
  close(o, run, problem, outcome, scores, interpolates);
  return 0;
}

}  // namespace

int carry_out(const TrainOptions& o) {
  const auto began = std::chrono::steady_clock::now();
  ignore_broken_pipes();
  WorkerGroup group(o);  // while it waits for the others there is nothing to save
  catch_stop_signals(!group.workers().alone());
  return group.carry_out([&] { return train_in_group(o, began, group); });
}

}  // namespace gan::cli
