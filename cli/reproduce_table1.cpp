#include <ATen/ATen.h>
#include <fmt/core.h>

#include <algorithm>
#include <cmath>

#include "cli/command.h"
#include "cli/reproduction.h"

namespace gan::cli {
namespace {

constexpr int64_t kSamples = 10000;
constexpr uint64_t kSampleSeed = 0;
constexpr const char* kNotPublic = "not computed: the data are not public";

/// A row of the paper's table 1, and how its model is called here.
struct Row {
  const char* model;
  const char* mnist;                 ///< as published, nats
  const char* faces;                 ///< the same on the Toronto Face Database
  const char* recipe;
  int64_t seeds;                     ///< unless --seeds says how many
};
const std::vector<Row> kRows = {
    {"DBN", "138 ± 2", "1909 ± 66", "dbn-mnist", 1},
    {"Stacked CAE", "121 ± 1.6", "2110 ± 50", "cae-mnist", 1},
    {"Deep GSN", "214 ± 1.1", "1890 ± 29", "gsn-mnist", 1},
    {"Adversarial nets, the published settings", "225 ± 2", "2057 ± 26", "paper-mnist", 3},
    {"The same networks by Algorithm 1, and an average of G", "225 ± 2", "", "paper-mnist-averaged", 3},
    {"Adversarial nets, our settings", "", "", "mnist", 3},
};

std::vector<Training> trainings_of(Reproduction& r, const Row& row) {
  std::vector<Training> out;
  for (int64_t seed = 1; seed <= r.options().seeds.value_or(r.options().quick ? 1 : row.seeds); ++seed)
    if (auto training = r.training(row.recipe, r.digits(), seed)) out.push_back(std::move(*training));
  return out;
}

/// The protocol's 10 bandwidths and four between each two.
std::vector<double> fine_grid() {
  std::vector<double> out;
  for (int i = 0; i <= 45; ++i) out.push_back(std::pow(10, -1 + i / 45.0));
  return out;
}

ScoredRun score(Reproduction& r, const Judge& judge, const Training& training) {
  if (const auto before = r.scored(training)) return *before;
  Model model = r.best(training);
  const DataCard& card = model.data();
  r.say(fmt::format("Parzen windows of {}, seed {} ...", training.recipe, training.config.run.seed));
  const at::Tensor samples = (model.sample(kSamples, kSampleSeed).flatten(1) - card.low) / (card.high - card.low);  // [n, D] in [0, 1]
  const auto on = [&](const std::vector<double>& grid) { return parzen(samples, judge.valid(), judge.test(), grid, false); };
  const ScoredRun out = r.keep_score(training, model, on(sigma_grid(1)), on(fine_grid()));
  stop_if_asked();
  return out;
}

struct Summary { double mean = 0, spread = 0; };

Summary summary(const std::vector<double>& values) {
  Summary out;
  const auto n = static_cast<double>(values.size());
  for (const double v : values) out.mean += v / n;
  for (const double v : values) out.spread += (v - out.mean) * (v - out.mean);
  out.spread = values.size() > 1 ? std::sqrt(out.spread / (n - 1)) : 0;
  return out;
}

std::string plus_minus(const ParzenScore& s) { return fmt::format("{:.1f} ± {:.1f}", s.log_likelihood, s.standard_error); }

paper::Table controls_table(const std::vector<Control>& controls) {
  paper::Table out{.caption = "Controls, which nobody would call models, by the same protocol", .columns = {"\"Samples\"", "nats", "sigma", "how many"}};
  for (const Control& c : controls)
    out.rows.push_back({c.name, plus_minus(c.score), fmt::format("{:.4f}", c.score.sigma), count(c.score.samples)});
  return out;
}

/// Of what `scored` gives; it gives nothing for what is not trained yet.
paper::Piece table_of(Reproduction& r, const std::function<std::optional<ScoredRun>(const Training&)>& scored, const DataSet& data, const std::vector<Control>& controls) {
  const bool real = data.name == "mnist";
  paper::Piece piece{.name = "table1", .title = "Table 1: Parzen window-based log-likelihood estimates"};
  paper::Table table{.caption = "Mean log-likelihood of the test examples, nats. Published: ± standard error; ours: mean over seeds",
                     .columns = {"Model", "MNIST, published", "Ours, " + data.name, "Seeds", "Spread over seeds", "Standard error of a run", "Ours, fine grid of sigma", "TFD, published", "Ours, TFD"}};
  paper::Table runs{.caption = "Each run, at the checkpoint with the best validation score", .columns = {"Recipe", "Seed", "Best step", "of", "nats", "sigma", "nats, fine grid", "sigma", "Training", "On"}};
  size_t missing = 0;
  for (const Row& row : kRows) {
    const std::vector<Training> trainings = trainings_of(r, row);
    std::vector<double> scores, errors, fine;
    for (const Training& t : trainings) {
      const auto s = scored(t);
      if (!s) continue;
      scores.push_back(s->published.log_likelihood), errors.push_back(s->published.standard_error), fine.push_back(s->fine.log_likelihood);
      runs.rows.push_back({t.recipe, fmt::format("{}", t.config.run.seed), count(s->step), count(t.config.training.steps), plus_minus(s->published), fmt::format("{:.4f}", s->published.sigma),
                           plus_minus(s->fine), fmt::format("{:.4f}", s->fine.sigma), duration(s->seconds), s->made_on});
    }
    const std::string not_public = *row.faces ? kNotPublic : "";
    missing += trainings.size() - scores.size();
    if (scores.empty()) {
      table.rows.push_back({row.model, row.mnist, trainings.empty() ? "no such model in this program yet" : "not trained yet", "", "", "", "", row.faces, not_public});
      continue;
    }
    const Summary ours = summary(scores);
    const bool all = scores.size() == trainings.size();
    table.rows.push_back({row.model, row.mnist, fmt::format("{:.1f}", ours.mean), all ? fmt::format("{}", scores.size()) : fmt::format("{} of {}", scores.size(), trainings.size()),
                          scores.size() > 1 ? fmt::format("{:.1f}", ours.spread) : "one seed", fmt::format("{:.1f}", summary(errors).mean), fmt::format("{:.1f}", summary(fine).mean), row.faces, not_public});
    double published = 0, error = 0;
    if (all && real && !r.options().quick && std::sscanf(row.mnist, "%lf ± %lf", &published, &error) == 2)
      piece.checks.push_back({fmt::format("{}: MNIST, nats, {}", row.model, scores.size() > 1 ? fmt::format("mean over {} seeds", scores.size()) : "one seed"), ours.mean, published, error, true});
  }
  piece.tables = {table, runs};
  if (!controls.empty()) piece.tables.push_back(controls_table(controls));

  if (missing > 0) piece.text.push_back(not_finished(missing, missing + runs.rows.size()));
  if (!real) piece.text.push_back(fmt::format("MNIST is not on this machine ({}), so this was computed on {}: other data, of the same shape. Its numbers stand beside the published ones of MNIST, and cannot be compared with them.", *r.missing("mnist"), data.name));
  if (r.options().quick) piece.text.push_back("Made with --quick: far too few steps for a good generator. These numbers show that all of it works, and nothing about the methods.");
  piece.text.push_back(fmt::format("The protocol of the paper's authors: {} samples, a Gaussian window on each, its width sigma the best of 10 (logspace(-1, 0)) on the first 1,000 validation images; "
                                   "mean over all {} test images, and its standard error. The fine grid has 46 widths over the same range. The checkpoint of each run is the one with the best score on validation examples; the test examples chose nothing.",
                                   count(kSamples), count(data.test.size())));
  piece.text.push_back("What such a number can tell: whether samples lie near unseen images, all over the data, at the distance that the window allows. What it cannot: whether they look right, or whether anything was learned. "
                       "The controls below were not learned: on MNIST the first 10,000 training images score about 241, little more than the best of the published models, and 10,000 cluster centres about 335. A number above the training images' is no sign of a better model than the data. "
                       "The standard error is over test images and leaves out what training again would change; that is the spread over seeds. Where the paper stopped training is not published.");
  piece.settings = settings_text(table1_trainings(r));
  return piece;
}

}  // namespace

std::vector<Training> table1_trainings(Reproduction& r) {
  std::vector<Training> out;
  for (const Row& row : kRows)
    for (Training& training : trainings_of(r, row)) out.push_back(std::move(training));
  return out;
}

paper::Piece table1(Reproduction& r) {
  const DataSet data = open_data(r.digits(), r.options().data_dir);
  const Judge judge(data);
  const std::vector<Control> beside = controls(judge, [&](const std::string& text) { r.say(text + " ..."); });
  stop_if_asked();
  return table_of(r, [&](const Training& t) { return score(r, judge, t); }, data, beside);
}

std::optional<paper::Piece> table1_so_far(Reproduction& r) {
  const auto known = [&](const Training& t) { return r.scored(t); };
  const std::vector<Training> all = table1_trainings(r);
  if (std::none_of(all.begin(), all.end(), known)) return {};
  const DataSet data = open_data(r.digits(), r.options().data_dir);
  return table_of(r, known, data, known_controls(data));
}

}  // namespace gan::cli
