#include <fmt/core.h>

#include <chrono>
#include <iostream>
#include <memory>
#include <optional>

#include "cli/command.h"
#include "cli/pictures.h"
#include "cli/scoring.h"
#include "gan/core/error.h"
#include "gan/core/stop.h"

namespace gan::cli {
namespace {

struct Options {
  std::string recipe, data, data_dir, out, device;
  std::optional<int64_t> seed, steps, threads;
  std::optional<double> epochs;
  std::vector<std::string> set;
  bool resume = false, quiet = false;
};

std::string absolute_if_file(const std::string& source) {  // so that a resume from another folder finds it
  std::error_code error;
  return std::filesystem::exists(source, error) ? std::filesystem::absolute(source).lexically_normal().string() : source;
}

/// What the command line says, over the recipe.
void apply(const Options& o, Config& config) {
  for (const auto& assignment : o.set) override_config(config, assignment);
  if (!o.data.empty()) config.data.source = absolute_if_file(o.data);
  if (o.seed) config.run.seed = *o.seed;
  if (!o.device.empty()) config.run.device = o.device;
  if (o.threads) config.run.threads = *o.threads;
  if (o.steps) config.training.steps = *o.steps, config.training.epochs = 0;
  if (o.epochs) config.training.epochs = *o.epochs;
}

Config read_recipe(const std::string& name) {
  const Path file = find_recipe(name);
  return parse_config(read_file(file), file.string());
}

/// A resumed run keeps its settings; only the end may move outwards.
void refuse_changes(const Config& stored, const Config& wanted, const Path& run) {
  Config same_end = wanted;
  same_end.training.steps = stored.training.steps;
  if (const auto changed = first_difference(stored, same_end))
    throw UsageError("--resume: {} is {} in {}, and cannot become {}; only --steps and --epochs may change", changed->key,
                     changed->before, run.string(), changed->now);
  if (wanted.training.steps < stored.training.steps)
    throw UsageError("--resume: {} is set to go to step {}, and cannot stop at {} already", run.string(), stored.training.steps, wanted.training.steps);
}

Path fresh_folder(const std::string& name) {
  for (int i = 1;; ++i) {
    const Path path = Path("runs") / (i == 1 ? name : fmt::format("{}-{}", name, i));
    if (!std::filesystem::exists(path)) return path;
  }
}

/// Progress: one line that redraws itself on a terminal, a plain line now and then elsewhere.
class Narrator {
 public:
  explicit Narrator(bool quiet) : quiet_(quiet), terminal_(on_terminal()) {}
  ~Narrator() { finish(); }

  void operator()(const Progress& p) {
    const auto now = Clock::now();
    if (quiet_ || (p.step < p.steps && now - last_ < (terminal_ ? std::chrono::milliseconds(200) : std::chrono::seconds(15)))) return;
    last_ = now;
    std::string line = fmt::format("{}step {}/{}  epoch {:.1f}  {:.0f} examples/s  ETA {}", p.stage.empty() ? "" : p.stage + "  ",
                                   p.step, p.steps, p.epoch, p.examples_per_second, duration(p.seconds_left));
    for (const auto& [name, value] : p.numbers) line += fmt::format("  {} {:.3f}", name, value);
    if (terminal_) fmt::print(stderr, "\r\033[K{}", line);
    else fmt::print(stderr, "{}\n", line);
    open_ = terminal_;
  }
  void say(const std::string& text) {
    if (quiet_) return;
    finish();
    fmt::print(stderr, "{}\n", text);
  }
  void finish() {
    if (open_) fmt::print(stderr, "\n");
    open_ = false;
  }

 private:
  using Clock = std::chrono::steady_clock;
  bool quiet_, terminal_, open_ = false;
  Clock::time_point last_{};
};

Hooks make_hooks(const RunFolder& run, const Problem& problem, const Judge& judge, Learner& learner, Narrator& narrator) {
  Hooks hooks;
  hooks.progress = [&](const Progress& p) { narrator(p); };
  hooks.evaluate = [&](int64_t step) {
    Scores scores = score_while_training(problem, judge, learner, step);
    std::string line = fmt::format("step {}:", step);
    for (const auto& [name, value] : scores.numbers) line += fmt::format("  {} {:.4g}", name, value);
    narrator.say(line);
    return scores;
  };
  hooks.draw = [&](int64_t step) {
    auto* trainer = dynamic_cast<Trainer*>(&learner);
    const at::Tensor samples = own_units(problem, learner.model().sample(problem.data.image ? 100 : 2000, 0));
    const DataCard card = card_of(problem);
    const bool one_dimensional = trainer && problem.data.toy && problem.facts.dim == 1;
    write_file(run.samples(step), encode_png(one_dimensional
        ? figure1(problem, *trainer, fmt::format("{}, step {}", card.name, step))
        : picture(card, samples, rows_of(problem.data.valid, 0, 2000))));
    write_file(run.curves(), encode_png(curves(run)));
  };
  return hooks;
}

std::string ended(const Outcome& outcome, const Config& config) {
  switch (outcome.how) {
    case Ended::patience: return fmt::format("stopped: no better validation score in {} evaluations (best at step {})", config.run.patience, outcome.best_step.value_or(0));
    case Ended::indistinguishable:
      return fmt::format("stopped: a fresh classifier could not tell samples from held-out data, {} checks in a row (accuracy surely under {})",
                         config.run.checks, 0.5 + config.run.epsilon);
    case Ended::interrupted: return "interrupted";
    case Ended::steps: break;
  }
  return config.run.stop == StopRule::indistinguishable ? "all steps are done; the two-sample test was never passed often enough: samples can still be told from data"
                                                        : "all steps are done";
}

/// The scores, where the pictures are, and what to do next.
void close(const Options& o, const RunFolder& run, const Problem& problem, const Outcome& outcome, const Evaluation& evaluation) {
  const std::string folder = run.path().string();
  fmt::print("\n{} after {} steps, {}\n\n{}\n", ended(outcome, problem.config), count(outcome.step), duration(run.trained_seconds()), evaluation.text(problem.data));
  fmt::print("picture   {}\ncurves    {}\n\nnext\n", run.samples(outcome.step).string(), run.curves().string());
  fmt::print("  {} sample {} -n 100 --seed 7 --out samples.png\n", program(), folder);
  const bool adversarial = problem.config.run.model == ModelKind::adversarial;
  if (problem.data.image && adversarial) fmt::print("  {} interpolate {} --out lines.png\n", program(), folder);
  fmt::print("  {} evaluate {}\n", program(), folder);
  const int64_t twice = 2 * problem.config.training.steps;
  const OptimizerSection& rates = problem.config.optimizer;
  if (adversarial && rates.schedule == Schedule::cosine && outcome.step >= rates.schedule_steps)  // more at its last rate would change little
    fmt::print("  {} train {} --steps {} --set optimizer.schedule_steps={}\n", program(), o.recipe.empty() ? "--data " + o.data : o.recipe, twice, twice);
  else
    fmt::print("  {} train --resume --out {} --steps {}\n", program(), folder, twice);
}

void run_train(const Options& o, int& exit_code) {
  catch_stop_signals();
  if (o.resume && o.out.empty()) throw UsageError("--resume needs --out: the folder of the run to go on with");
  const bool started = o.resume && std::filesystem::exists(Path(o.out) / "config.toml");

  Config config;
  if (!o.recipe.empty()) {
    config = read_recipe(o.recipe);
  } else if (started) {
    config = RunFolder::open(o.out).config();
  } else if (o.resume) {
    throw DataError("{}: is not a run (it holds no config.toml); give the recipe to start it there", o.out);
  } else if (!o.data.empty()) {
    config = default_config(open_data(o.data, o.data_dir));
  } else {
    throw UsageError("what shall be trained? Give a recipe, e.g. `{} train fashion-mnist` (`{} info recipes` lists them), or --data", program(), program());
  }
  apply(o, config);
  Problem problem = prepare(config, o.data_dir);
  if (o.recipe.empty() && !started) problem.config.optimizer.schedule_steps = problem.config.training.steps;
  if (problem.config.training.steps == 0) throw UsageError("training.steps is 0: set --steps or --epochs");
  const auto learner = make_learner(problem);

  const std::string name = !o.recipe.empty() ? Path(o.recipe).stem().string() : Path(problem.data.name).stem().string();
  const Path folder = !o.out.empty() ? Path(o.out) : fresh_folder(name);
  const RunFolder run = started ? RunFolder::resume(folder) : RunFolder::create(folder, problem.config);
  if (started) {
    refuse_changes(run.config(), problem.config, folder);
    check_continues(run, problem);
    run.write_config(problem.config);
  }

  Narrator narrator(o.quiet);
  narrator.say(fmt::format("{} {} on {} ({} training examples), into {}", run.last_step() ? "going on with" : "training", name, problem.data.name,
                           count(problem.data.train.size()), folder.string()));
  if (o.recipe.empty() && !started)
    narrator.say(fmt::format("no recipe: {} ({} steps, batch {}); {}/config.toml has all of them", config.about, problem.config.training.steps,
                             problem.config.training.batch_size, folder.string()));
  const Judge judge(problem.data);
  const Hooks hooks = make_hooks(run, problem, judge, *learner, narrator);
  const Outcome outcome = train(run, problem, *learner, hooks);
  narrator.finish();
  release_stop_signals();

  if (outcome.how == Ended::interrupted) {
    fmt::print(stderr, "stopped at step {}, everything is saved; go on with: {} train --resume --out {}\n", outcome.step, program(), folder.string());
    exit_code = 128 + stop_signal();
    return;
  }
  hooks.draw(outcome.step);
  if (o.quiet) return;
  const Evaluation evaluation = evaluate_model(problem, judge, *learner, 0, [&](const std::string& text) { narrator.say(text + " ..."); });
  close(o, run, problem, outcome, evaluation);
}

}  // namespace

void add_train(CLI::App& app, int& exit_code) {
  auto o = std::make_shared<Options>();
  CLI::App* command = app.add_subcommand("train", "train a generator; without a recipe, settings follow from --data");
  command->add_option("RECIPE", o->recipe, "a name (`gan info recipes`) or a .toml file")->check(some_text());
  command->add_option("--data", o->data, "mnist, fashion-mnist, cifar10, a folder of their files, a .npy, a .csv, toy:NAME [the recipe's]")->check(some_text());
  add_data_dir(*command, o->data_dir);
  command->add_option("--out", o->out, "the run's folder [a fresh one under runs/]")->check(some_text());
  command->add_option("--seed", o->seed, "of every random stream [the recipe's; 1]")->check(whole(0));
  CLI::Option* steps = command->add_option("--steps", o->steps, "generator updates [the recipe's]")->check(whole(1, static_cast<int64_t>(kMostSteps)));
  command->add_option("--epochs", o->epochs, "instead: passes over the data")->check(number(1e-6, 1e9))->excludes(steps);
  command->add_option("--set", o->set, "override one setting, e.g. training.batch_size=64")->type_name("SECTION.KEY=VALUE")->allow_extra_args(false);
  add_device(*command, o->device, "auto, cpu, cuda [auto]");
  command->add_option("--threads", o->threads, "[one per core]")->check(whole(1, 1024));
  command->add_flag("--resume", o->resume, "go on with the run in --out");
  command->add_flag("--quiet", o->quiet, "no progress, no closing table");
  command->footer("Examples: " + program() + " train fashion-mnist\n"
                  "          " + program() + " train ring8 --seed 2 --out runs/ring\n"
                  "          " + program() + " train --data photos.npy --steps 20000\n"
                  "          " + program() + " train --resume --out runs/ring --steps 40000");
  command->callback([o, &exit_code] { run_train(*o, exit_code); });
}

}  // namespace gan::cli
