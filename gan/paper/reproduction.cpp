#include "gan/paper/reproduction.h"

#include <ATen/ATen.h>
#include <fmt/core.h>
#include <fmt/ranges.h>

#include <algorithm>
#include <chrono>
#include <concepts>
#include <fstream>
#include <nlohmann/json.hpp>
#include <set>

#include "gan/core/duration.h"
#include "gan/core/error.h"
#include "gan/core/paths.h"
#include "gan/core/stop.h"
#include "gan/core/version.h"
#include "gan/judge/kept.h"
#include "gan/judge/parzen_score.h"
#include "gan/paper/cache.h"
#include "gan/units.h"

namespace gan::paper {
namespace {

using Clock = std::chrono::steady_clock;
using Json = nlohmann::ordered_json;

/// Of its run's folder, and of its score's file.
std::string named(const Training& t, const std::string& configuration) {
  return fmt::format("{}-seed{}-{}", t.recipe, t.config.run.seed,
                     fingerprint(configuration).substr(0, 8));
}

/// Some of the steps for each stage of a section that decides about stages.
void shorten(Config&, auto& /*section*/) {}
template <std::derived_from<StackSection> Stack>
void shorten(Config& c, Stack& stack) {
  const bool joint = stack.joint_epochs > 0;
  const int64_t stages = static_cast<int64_t>(stack.hidden.size()) + (joint ? 1 : 0),
                each = c.training.steps / stages;
  const double epochs =
      static_cast<double>(each) / static_cast<double>(c.data.train / c.training.batch_size);
  c.training.steps = each * stages;
  stack.epochs = {{epochs}};
  stack.burn_in = std::min<int64_t>(stack.burn_in, 50);
  if (joint) stack.joint_epochs = epochs;
}

/// Few enough steps to see that all of it works.
void shorten(Config& c) {
  constexpr int64_t kQuickSteps = 600;
  c.training.steps = std::min(c.training.steps, kQuickSteps);
  c.optimizer.schedule_steps = std::min(c.optimizer.schedule_steps, c.training.steps);
  sections(c, [&](std::string_view, auto& section) { shorten(c, section); });
  c.run.evaluate_every = std::max<int64_t>(1, c.training.steps / 2);
  c.run.sample_every = 0;
  c.run.checkpoint_every = 200;
}

}  // namespace

std::string Training::text() const {
  Config c = config;
  c.about.clear();  // may say more without doing other things
  c.run.threads = {};
  return "data " + data_hash + "\n" + format_config(c);
}

std::string Training::question() const {
  Training out = *this;
  RunSection& run = out.config.run;
  run.engine = {};
  run.precision = {};
  run.device = {};
  if (run.doctor == DoctorMode::watch) run.doctor = DoctorMode::off;  // it changes nothing
  return out.text();
}

std::string processor() {
  std::ifstream file("/proc/cpuinfo");
  for (std::string line; std::getline(file, line);)
    if (line.starts_with("model name"))
      return line.substr(std::min(line.find(':') + 2, line.size()));
  return "unknown";
}

std::string made_on(const RunFolder& run) {
  const RunSection section = run.config().run;
  const std::string threads =
      section.threads == 1 ? "1 thread" : fmt::format("{} threads", section.threads);
  return fmt::format("{}, {}, {}, gan {}", processor(), threads,
                     names_of(section.precision)[static_cast<size_t>(section.precision)],
                     version());
}

std::string not_finished(size_t missing, size_t all) {
  return fmt::format("Not finished: {} of {} trainings are missing. The same call goes on.",
                     missing, all);
}

SameBatch::SameBatch(const Problem& problem)
    : x_(encoded(problem.encoding, problem.data.train.slice(0, problem.config.training.batch_size))
             .to(problem.device)) {}

std::string settings_text(const std::vector<Training>& trainings) {
  std::set<std::string> recipes, data, engines;
  std::set<int64_t> seeds;
  for (const Training& t : trainings) {
    recipes.insert(fmt::format("{} ({} steps)", t.recipe, count(t.config.training.steps)));
    data.insert(fmt::format("{} (hash {})", t.config.data.source, t.data_hash));
    seeds.insert(t.config.run.seed);
    for (const auto& [key, value] : flatten(t.config))
      if (key == "run.engine" || key == "run.precision" || key == "run.device")
        engines.insert(key.substr(4) + " " + value);
  }
  return fmt::format("Recipes: {}. Seeds: {}. Data: {}. Run: {}.", fmt::join(recipes, ", "),
                     fmt::join(seeds, ", "), fmt::join(data, ", "), fmt::join(engines, ", "));
}

std::optional<Path> Reproduction::recipe_file(const std::string& name) const {
  if (settings_.recipes.empty())
    throw DataError(
        "there is no folder `recipes` with recipes in it, here or beside the program; call it from a clone of the project, or install it whole");
  for (const Path& file : settings_.recipes)
    if (file.stem() == name) return file;
  return {};
}

/// "paper-mnist" for MNIST is "paper-fashion-mnist" for Fashion-MNIST, where there is one.
std::string Reproduction::counterpart(const std::string& recipe, const std::string& data) const {
  const size_t at = recipe.rfind("mnist");
  if (data != "fashion-mnist" || at == recipe.npos) return recipe;
  const std::string name = std::string(recipe).replace(at, std::string_view("mnist").size(), data);
  return recipe_file(name) ? name : recipe;
}

std::optional<std::string> Reproduction::missing(const std::string& data) {
  if (const auto known = missing_.find(data); known != missing_.end()) return known->second;
  std::optional<std::string> why;
  try {
    open_data(data, settings_.data_dir);
  } catch (const DataError& error) {
    why = error.what();
  }
  return missing_[data] = why;
}

std::string Reproduction::digits() {
  for (const std::string data : {"mnist", "fashion-mnist"})
    if (!missing(data)) return data;
  throw DataError("{}", *missing("mnist"));
}

std::optional<Training> Reproduction::training(const std::string& recipe, const std::string& data,
                                               int64_t seed) {
  const std::string name = counterpart(recipe, data), key = name + " on " + data;
  const auto file = recipe_file(name);
  if (!file) return {};
  if (!resolved_.count(key)) {
    Config config = parse_config(read_file(*file), file->string());
    const std::string label = config.data.source == data ? name : name + "-on-" + data;
    config.data.source = data;
    Problem problem = prepare(config, settings_.data_dir);
    if (settings_.quick) shorten(problem.config);
    resolved_[key] = {label, problem.config, problem.data.hash};
  }
  Training out = resolved_[key];
  out.config.run.seed = seed;
  return out;
}

Path Reproduction::folder(const Training& t) const {
  return settings_.out / "runs" / named(t, t.text());
}

Path Reproduction::score_file(const Training& t) const {
  return settings_.out / "scores" / (named(t, t.question()) + ".json");
}

std::optional<ScoredRun> Reproduction::scored(const Training& t) const {
  const Path file = score_file(t);
  if (std::error_code error; !std::filesystem::exists(file, error)) return {};
  try {
    const Json json = Json::parse(read_file(file));
    if (json.at("question") != t.question()) return {};
    return ScoredRun{json.at("step"),
                     parse_parzen(json.at("published").dump(), file.string()),
                     parse_parzen(json.at("fine").dump(), file.string()),
                     json.at("seconds"),
                     json.at("made_on"),
                     json.value("checkpoint", "")};
  } catch (const Json::exception&) {
    return {};  // damaged: scored again
  } catch (const DataError&) {
    return {};  // the same, in a score
  }
}

ScoredRun Reproduction::keep_score(const Training& t, const Model& model,
                                   const ParzenScore& published, const ParzenScore& fine) {
  const RunFolder folder_of_run = RunFolder::open(folder(t));
  const RunSection run = folder_of_run.config().run;
  const ScoredRun out{model.step(),           published,   fine, folder_of_run.trained_seconds(),
                      made_on(folder_of_run), best_hash(t)};
  const Json json = {{"recipe", t.recipe},
                     {"seed", run.seed},
                     {"step", out.step},
                     {"published", Json::parse(parzen_json(published))},
                     {"fine", Json::parse(parzen_json(fine))},
                     {"seconds", out.seconds},
                     {"made_on", out.made_on},
                     {"checkpoint", out.checkpoint},
                     {"question", t.question()}};
  const Path file = score_file(t);
  std::error_code error;  // write_file says what is wrong
  std::filesystem::create_directories(file.parent_path(), error);
  write_file(file, json.dump(1) + "\n");
  return out;
}

int64_t Reproduction::left(const Training& t) const {
  const Path path = folder(t);
  if (!is_there(path / "config.toml")) return t.config.training.steps;
  const RunFolder run = RunFolder::open(path);
  return ended(run, t.config) ? 0 : t.config.training.steps - run.last_step().value_or(0);
}

RunFolder Reproduction::train(const Training& t) {
  const Path path = folder(t);
  if (left(t) == 0) return RunFolder::open(path);
  const auto start = Clock::now();
  const Problem problem = prepare(t.config, settings_.data_dir);
  const auto learner = make_learner(problem);
  const RunFolder run = is_there(path / "config.toml") ? RunFolder::resume(path)
                                                       : RunFolder::create(path, problem.config);
  say(fmt::format("{} {}, seed {}, into {}", run.last_step() ? "going on with" : "training",
                  t.recipe, t.config.run.seed, path.string()));
  const Judge judge(problem.data);
  const Outcome outcome =
      gan::train(run, problem, *learner, settings_.hooks(run, problem, judge, *learner));
  training_now_ += seconds_since(start);
  if (outcome.how == Ended::interrupted) throw Interrupted();
  return run;
}

Path Reproduction::best_checkpoint(const Training& t) const {
  const RunFolder run = RunFolder::open(folder(t));
  return run.find_checkpoint(is_there(run.path() / "checkpoints" / "best") ? "best" : "last");
}

std::string Reproduction::best_hash(const Training& t) const {
  return bytes_hash(read_file(best_checkpoint(t)));
}

Model Reproduction::best(const Training& t) {
  const Path run = train(t).path();
  Model model = load(best_checkpoint(t));
  if (model.data().hash != t.data_hash)
    throw DataError("{}: was trained on other data than {}; put the same files back", run.string(),
                    t.config.data.source);
  return model;
}

Reproduction::Speed Reproduction::measure(const Training& t) {
  constexpr int64_t kSteps = 10;
  constexpr double kEnough = 3;  // seconds
  const Problem problem = prepare(t.config, settings_.data_dir);
  const auto learner = make_learner(problem);
  SameBatch batch(problem);
  learner->step(0, batch).at(0).second.item<double>();  // the first one allocates
  auto start = Clock::now();
  int64_t steps = 0;
  while (steps < kSteps && (steps == 0 || seconds_since(start) < kEnough))
    learner->step(++steps, batch).at(0).second.item<double>();
  const double step = seconds_since(start) / static_cast<double>(steps);
  if (t.config.run.evaluate_every == 0) return {step, 0};
  const Judge judge(problem.data);
  start = Clock::now();
  TrainingScores(problem, judge).at(*learner, 0);
  return {step, seconds_since(start)};
}

double Reproduction::estimate(const std::vector<Training>& trainings) {
  std::map<std::string, Speed> speeds;
  double total = 0;
  for (const Training& t : trainings) {
    stop_if_asked();
    const int64_t left = this->left(t);
    if (left == 0) continue;
    if (!speeds.count(t.recipe)) speeds[t.recipe] = measure(t);
    const Speed speed = speeds[t.recipe];
    const int64_t evaluations =
        t.config.run.evaluate_every > 0 ? left / t.config.run.evaluate_every : 0;
    const double seconds = static_cast<double>(left) * speed.step +
                           static_cast<double>(evaluations) * speed.evaluation;
    say(fmt::format("  {}, seed {}: {} steps of {:.1f} ms, {} evaluations of {:.1f} s: about {}",
                    t.recipe, t.config.run.seed, count(left), 1000 * speed.step, count(evaluations),
                    speed.evaluation, duration(seconds)));
    total += seconds;
  }
  return total;
}

}  // namespace gan::paper
