#include <ATen/ATen.h>
#include <fmt/core.h>
#include <fmt/ranges.h>

#include <chrono>

#include "gan/core/duration.h"
#include "gan/core/stop.h"
#include "gan/paper/reproduction.h"
#include "gan/spec/family.h"

namespace gan::paper {
namespace {

const Table kPublished = {
    "As published",
    {"Operation", "Deep directed graphical models", "Deep undirected graphical models",
     "Generative autoencoders", "Adversarial models"},
    {{"Training", "Inference needed during training.",
      "Inference needed during training. MCMC needed to approximate partition function gradient.",
      "Enforced tradeoff between mixing and power of reconstruction generation",
      "Synchronizing the discriminator with the generator. Helvetica."},
     {"Inference", "Learned approximate inference", "Variational inference", "MCMC-based inference",
      "Learned approximate inference"},
     {"Sampling", "No difficulties", "Requires Markov chain", "Requires Markov chain",
      "No difficulties"},
     {"Evaluating p(x)", "Intractable, may be approximated with AIS",
      "Intractable, may be approximated with AIS",
      "Not explicitly represented, may be approximated with Parzen density estimation",
      "Not explicitly represented, may be approximated with Parzen density estimation"},
     {"Model design", "Nearly all models incur extreme difficulty",
      "Careful design needed to ensure multiple properties",
      "Any differentiable function is theoretically permitted",
      "Any differentiable function is theoretically permitted"}}};

/// It takes the first step of the last stage: before that, some learners have no model.
std::string training_of(Learner& learner, const Problem& problem) {
  std::vector<std::string> stages, numbers;
  int64_t first = 0, steps = 0;
  for (const Stage& stage : learner.stages()) {
    stages.push_back(stage.name);
    first = steps;
    steps += stage.steps;
  }
  SameBatch batch(problem);
  for (const auto& [name, value] : learner.step(first, batch)) numbers.push_back(name);
  return fmt::format("{}; a step takes {} minibatch{} and reports {}",
                     stages.size() == 1
                         ? "one stage"
                         : fmt::format("{} stages: {}", stages.size(), fmt::join(stages, ", ")),
                     learner.batches_per_step(), learner.batches_per_step() == 1 ? "" : "es",
                     fmt::join(numbers, ", "));
}

std::string inference_of(GenerativeModel& model) {
  if (auto* latent = dynamic_cast<Latent*>(&model))
    return fmt::format(
        "x is a function of z ({} numbers), which is drawn, never inferred: no way from x back to z",
        latent->noise(1, 0).size(1));
  auto* path = dynamic_cast<AnnealedPath*>(&model);
  if (path && path->bounded())
    return "approximate: an approximate posterior gives a lower bound on log p(x)";
  if (path || dynamic_cast<Likelihood*>(&model))
    return "exact: what is hidden is summed out of p(x)";
  return "nothing to infer: the model is a step from one x to the next";
}

std::string sampling_of(GenerativeModel& model) {
  constexpr int64_t kMany = 1000;
  const auto start = std::chrono::steady_clock::now();
  model.sample(kMany, 1);
  const double seconds = seconds_since(start);
  const char* how = "a sample depends on those before it";
  if (dynamic_cast<Chain*>(&model))
    how = "from a Markov chain";
  else if (at::allclose(model.sample(8, 1).narrow(0, 3, 4), model.sample(4, 1, 3), 1e-3, 1e-4))
    how = "each sample by itself, without those before it (tried): no Markov chain";
  return fmt::format("{}; {} in {}", how, count(kMany),
                     seconds < 1 ? fmt::format("{:.0f} ms", 1000 * seconds) : duration(seconds));
}

std::string density_of(GenerativeModel& model) {
  if (dynamic_cast<Likelihood*>(&model)) return "log p(x) in closed form, exact";
  if (auto* path = dynamic_cast<AnnealedPath*>(&model))
    return fmt::format("{} up to log Z, which annealed importance sampling (AIS) estimates",
                       path->bounded() ? "a lower bound of log p(x)" : "log p(x)");
  return "not represented; Parzen windows over samples";
}

/// The first recipe of this kind of model for these data.
std::optional<std::string> recipe_of(const std::vector<Path>& recipes, const FamilyName& kind,
                                     const std::string& data) {
  for (const Path& file : recipes) {
    const Config config = parse_config(read_file(file), file.string());
    if (config.run.model == kind && config.data.source == data) return file.stem();
  }
  return {};
}

}  // namespace

/// One recipe of each kind of model, all on the same data.
std::vector<Training> table2_trainings(Reproduction& r) {
  std::vector<Training> out;
  for (const FamilySpec* family : family_specs()) {
    auto recipe = recipe_of(r.settings().recipes, family->name, r.digits());
    if (!recipe) recipe = recipe_of(r.settings().recipes, family->name, "mnist");
    if (recipe) out.push_back(*r.training(*recipe, r.digits()));
  }
  return out;
}

Piece table2(Reproduction& r) {
  Piece piece{.name = "table2", .title = "Table 2: challenges in generative modeling"};
  Table ours{.caption = "The kinds of models in this program, as their own interfaces answer",
             .columns = {"Operation"},
             .rows = {{"Training"}, {"Inference"}, {"Sampling"}, {"Evaluating p(x)"}}};
  const std::vector<Training> trainings = table2_trainings(r);
  for (const Training& training : trainings) {
    const Problem problem = prepare(training.config, r.settings().data_dir);
    const auto learner = make_learner(problem);
    ours.columns.push_back(training.config.run.model.text);
    const std::string cells[] = {training_of(*learner, problem), inference_of(learner->model()),
                                 sampling_of(learner->model()), density_of(learner->model())};
    for (size_t i = 0; i < ours.rows.size(); ++i) ours.rows[i].push_back(cells[i]);
    stop_if_asked();
  }
  piece.tables = {ours, kPublished};
  piece.text.emplace_back(
      "The paper's table is a judgement in words. Ours is what can be asked of the program: how many stages a training has and what a step follows, whether samples are a function of a latent point, "
      "whether one can be drawn without those before it, whether log p(x) can be computed and how.");
  std::vector<std::string> recipes;
  for (const Training& training : trainings) recipes.push_back(training.recipe);
  piece.settings =
      fmt::format("Asked of the models of these recipes, untrained: {}.", fmt::join(recipes, ", "));
  return piece;
}

}  // namespace gan::paper
