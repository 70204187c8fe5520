#include <ATen/ATen.h>
#include <fmt/core.h>

#include <algorithm>
#include <cmath>
#include <optional>

#include "gan/core/stop.h"
#include "gan/judge/parzen_score.h"
#include "gan/paper/reproduction.h"
#include "gan/paper/table1.h"

namespace gan::paper {
namespace {

constexpr int64_t kSamples = 10000;
constexpr uint64_t kSampleSeed = 0;

/// A row of the paper's table 1, and how its model is called here.
struct Row {
  const char* model;
  std::optional<Published> mnist;  ///< nats
  const char* faces;               ///< the same on the Toronto Face Database
  const char* recipe;
  int64_t seeds;  ///< unless --seeds says how many
};
const std::vector<Row> kRows = {
    {"DBN", {{138, 2}}, "1909 ± 66", "dbn-mnist", 1},
    {"Stacked CAE", {{121, 1.6}}, "2110 ± 50", "cae-mnist", 1},
    {"Deep GSN", {{214, 1.1}}, "1890 ± 29", "gsn-mnist", 1},
    {"Adversarial nets, the published settings", {{225, 2}}, "2057 ± 26", "paper-mnist", 3},
    {"The same networks by Algorithm 1, and an average of G",
     {{225, 2}},
     "",
     "paper-mnist-averaged",
     3},
    {"Adversarial nets, our settings", {}, "", "mnist-dense", 3},
};

std::vector<Training> trainings_of(Reproduction& r, const Row& row) {
  std::vector<Training> out;
  for (int64_t seed = 1; seed <= r.settings().seeds.value_or(r.settings().quick ? 1 : row.seeds);
       ++seed)
    if (auto training = r.training(row.recipe, r.digits(), seed))
      out.push_back(std::move(*training));
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
  r.say(
      fmt::format("Parzen windows of {}, seed {} ...", training.recipe, training.config.run.seed));
  const at::Tensor samples = (model.sample(kSamples, kSampleSeed).flatten(1) - card.low) /
                             (card.high - card.low);  // [n, D] in [0, 1]
  const auto on = [&](const std::vector<double>& grid) {
    return parzen(samples, judge.valid(), judge.test(), grid, false);
  };
  const ScoredRun out = r.keep_score(training, model, on(sigma_grid(1)), on(fine_grid()));
  stop_if_asked();
  return out;
}

/// Of what `scored` gives; it gives nothing for what is not trained yet.
Piece table_of(Reproduction& r,
               const std::function<std::optional<ScoredRun>(const Training&)>& scored,
               const DataSet& data, const std::vector<ParzenControl>& controls) {
  Table1Scores scores{.data = data.name,
                      .quick = r.settings().quick,
                      .samples = kSamples,
                      .test_examples = data.test.size()};
  if (data.name != "mnist") scores.why_not_mnist = *r.missing("mnist");
  size_t missing = 0;
  size_t all = 0;
  for (const Row& row : kRows) {
    const std::vector<Training> trainings = trainings_of(r, row);
    ModelRow out{.model = row.model,
                 .mnist = row.mnist,
                 .faces = row.faces,
                 .recipe = row.recipe,
                 .trainings = trainings.size()};
    for (const Training& t : trainings) {
      const auto s = scored(t);
      out.recipe = t.recipe;
      out.ends = end_rule(t.config.run, t.config.training.steps);
      if (s)
        out.runs.push_back(
            {t.config.run.seed, s->step, s->published, s->fine, s->seconds, s->made_on});
    }
    all += trainings.size();
    missing += trainings.size() - out.runs.size();
    scores.rows.push_back(std::move(out));
  }
  for (const ParzenControl& c : controls) scores.controls.emplace_back(c.name, c.score);

  Piece piece = table1(scores);
  if (missing > 0) piece.text.insert(piece.text.begin(), not_finished(missing, all));
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

Piece table1(Reproduction& r) {
  const DataSet data = open_data(r.digits(), r.settings().data_dir);
  const Judge judge(data);
  const std::vector<ParzenControl> beside = parzen_controls(
      judge, r.settings().cache, [&](const std::string& text) { r.say(text + " ..."); });
  stop_if_asked();
  return table_of(
      r, [&](const Training& t) { return score(r, judge, t); }, data, beside);
}

std::optional<Piece> table1_so_far(Reproduction& r) {
  const auto known = [&](const Training& t) { return r.scored(t); };
  const std::vector<Training> all = table1_trainings(r);
  if (std::none_of(all.begin(), all.end(), known)) return {};
  const DataSet data = open_data(r.digits(), r.settings().data_dir);
  return table_of(r, known, data, known_parzen_controls(data, r.settings().cache));
}

}  // namespace gan::paper
