#include <ATen/ATen.h>
#include <fmt/core.h>

#include <algorithm>
#include <cmath>
#include <iostream>

#include "cli/command.h"
#include "cli/json.h"
#include "cli/output.h"
#include "cli/scoring.h"
#include "gan/core/activity.h"
#include "gan/core/error.h"
#include "gan/core/paths.h"
#include "gan/core/printable.h"
#include "gan/figures/plot.h"
#include "gan/io/png.h"
#include "gan/judge/mixing.h"
#include "gan/model/chain.h"
#include "gan/pictures.h"
#include "gan/units.h"

namespace gan::cli {
namespace {

using Json = nlohmann::ordered_json;

constexpr int64_t kImages = 12, kPoints = 2000;  // of each run in the picture

// How chains are watched: from training examples, so far apart from each other (Gelman & Rubin
// 1992), in so many steps.
constexpr int64_t kChains = 50, kFewestChains = 4, kBurnIn = 500, kSteps = 1000,
                  kMostNumbers = 40'000'000;

/// A run that can be read, on data that are here.
struct Entry {
  std::string name;
  RunFolder run;
  Path checkpoint;
  int64_t step;
  Problem problem;
};

/// What the tables show of it.
struct Row {
  const Entry& entry;
  int64_t parameters;
  Evaluation evaluation;
  std::optional<Mixing> mixing;  ///< of a chain
};

std::string model_of(const Entry& entry) {
  return entry.problem.config.run.model.text;
}

std::string data_of(const Entry& entry) {
  const DataSection& data = entry.problem.config.data;
  return entry.problem.data.name + (data.binarise ? ", binarised" : "") +
         (data.scale == Scale::gcn ? ", contrast-normalised" : "");
}

// --- Measuring ---

Entry open_entry(const std::string& folder, const CompareOptions& o) {
  RunFolder run = RunFolder::open(folder);
  const Path checkpoint = run.find_checkpoint(o.checkpoint);
  const int64_t step = load(checkpoint).step();
  Config config = run.config();
  config.run.threads = 0;  // the same for all, whatever they were trained with
  Problem problem = prepare_trained(run, checkpoint, config, o.data_dir);
  return {Path(folder).filename(), std::move(run), checkpoint, step, std::move(problem)};
}

/// Each named by its folder, or, where two folders are called the same, by the path that was given.
std::vector<Entry> open_entries(const CompareOptions& o) {
  std::vector<Entry> out;
  std::vector<Path> places;
  for (const std::string& given : o.runs) {
    std::error_code error;
    places.push_back(std::filesystem::canonical(given, error));
    if (error) throw DataError("{}: no such run{}", given, obstacle(given));
    if (std::find(places.begin(), places.end() - 1, places.back()) != places.end() - 1)
      throw UsageError("{}: the same run twice; give each once", given);
  }
  for (const std::string& given : o.runs) {
    const Path& place = places[out.size()];
    const bool unique = std::count_if(places.begin(), places.end(), [&](const Path& other) {
                          return other.filename() == place.filename();
                        }) == 1;
    out.push_back(open_entry(given, o));
    out.back().name = unique ? place.filename().string() : given;
  }
  return out;
}

int64_t parameters_of(GenerativeModel& model) {
  int64_t numbers = 0;
  model.visit_state([&](const std::string&, Tensor& value) { numbers += value.numel(); });
  return numbers;
}

Mixing mixing_of(Chain& chain, const Problem& problem, uint64_t seed) {
  const Examples& train = problem.data.train;
  const int64_t chains = std::min(
      train.size(), std::clamp(kMostNumbers / (kSteps * train.dim()), kFewestChains, kChains));
  const Tensor start = chain.start_at(starting_points(problem, chains, seed), seed);
  return mixing(follow(chain, start, {.burn_in = kBurnIn, .taken = kSteps}, seed));
}

Row measure(const Entry& entry, const Judge& judge, Learner& learner,
            const EvaluateSettings& settings) {
  GenerativeModel& model = learner.model();
  Row out{.entry = entry,
          .parameters = parameters_of(model),
          .evaluation = evaluate(entry.problem, judge, learner, settings)};
  if (auto* chain = dynamic_cast<Chain*>(&model)) {
    settings.say(fmt::format("following its chain, {} steps", count(kBurnIn + kSteps)));
    out.mixing = mixing_of(*chain, entry.problem, settings.seed);
  }
  return out;
}

// --- Tables ---

struct Column {
  std::string title;
  std::function<std::string(const Row&)> cell;
};

std::string seconds_text(double seconds) {
  return seconds < 9.5 ? fmt::format("{:.2g} s", seconds) : duration(seconds);
}

const std::vector<Column>& costs() {
  static const std::vector<Column> columns = {
      {"model", [](const Row& r) { return model_of(r.entry); }},
      {"parameters", [](const Row& r) { return count(r.parameters); }},
      {"step", [](const Row& r) { return count(r.entry.step); }},
      {"trained for", [](const Row& r) { return duration(r.entry.run.trained_seconds()); }},
      {"10,000 samples", [](const Row& r) { return seconds_text(r.evaluation.sampling_seconds); }},
      {"autocorrelation",
       [](const Row& r) -> std::string {
         if (!r.mixing) return "independent";
         const auto& rho = r.mixing->autocorrelation;
         return fmt::format("{:.2f}, {:.2f}, {:.2f}", rho[1], rho[10], rho[100]);
       }},
      {"an independent sample",
       [](const Row& r) -> std::string {
         if (!r.mixing) return "one pass";
         return fmt::format("{}{:.3g} steps", r.mixing->resolved() ? "" : "at least ",
                            r.mixing->time);
       }},
  };
  return columns;
}

/// What a model costs. Its scores come from the table of scores.
TableRows cost_table(const std::vector<Row>& rows) {
  TableRows out = {{"run"}};
  for (const Column& column : costs()) out[0].push_back(column.title);
  for (const Row& row : rows) {
    out.push_back({row.entry.name});
    for (const Column& column : costs()) out.back().push_back(column.cell(row));
  }
  return out;
}

/// all: each score that was asked for by its name, also such as the table usually leaves out.
std::string scores_text(const std::vector<Row>& rows, bool all) {
  std::vector<std::pair<std::string, const Evaluation*>> named;
  for (const Row& row : rows) named.emplace_back(row.entry.name, &row.evaluation);
  const std::string counts = sample_counts(named, all);
  return table(score_table(named, score_kinds(), all)) +
         (counts.empty() ? "" : "\n" + wrapped(counts, "  "));
}

std::string text(const std::vector<Row>& rows, bool all_scores) {
  const DataSet& data = rows[0].entry.problem.data;
  std::string out =
      fmt::format("\n{}: {} test examples ({} to train on, {} to choose with; hash {})\n\n",
                  printable(data_of(rows[0].entry)), count(data.test.size()),
                  count(data.train.size()), count(data.valid.size()), data.hash);
  if (const std::string missing = without_variety(data); !missing.empty())
    out += fmt::format("  {}\n\n", missing);
  out += table(cost_table(rows)) + "\n" + scores_text(rows, all_scores);
  const auto chain =
      std::find_if(rows.begin(), rows.end(), [](const Row& r) { return r.mixing.has_value(); });
  if (chain != rows.end())
    out += fmt::format(
        "\n  autocorrelation of consecutive states at lags 1, 10 and 100, over {} chains of {} steps from training examples, the first {} left out\n",
        chain->mixing->chains, count(chain->mixing->steps), count(kBurnIn));
  return out;
}

Json json(const Row& row) {
  Json out = {{"run", row.entry.name},
              {"model", model_of(row.entry)},
              {"step", row.entry.step},
              {"parameters", row.parameters},
              {"trained_seconds", row.entry.run.trained_seconds()},
              {"sampling_seconds", row.evaluation.sampling_seconds}};
  if (const auto& m = row.mixing)
    out["mixing"] = {{"autocorrelation",
                      {{"1", m->autocorrelation[1]},
                       {"10", m->autocorrelation[10]},
                       {"100", m->autocorrelation[100]}}},
                     {"steps_per_effective_sample", m->time},
                     {"resolved", m->resolved()},
                     {"effective_samples", m->effective},
                     {"chains", m->chains},
                     {"steps", m->steps},
                     {"burn_in", kBurnIn}};
  else
    out["mixing"] = "independent";
  out.update(Json::parse(row.evaluation.json()));
  return out;
}

/// Protocol and controls are the same for all of a table.
Json json(const std::vector<Row>& rows) {
  Json out = {{"data", data_of(rows[0].entry)}, {"runs", Json::array()}};
  Json shared;
  for (const Row& row : rows) {
    Json one = json(row);
    const Json of_data = Json::parse(row.evaluation.shared_json());
    for (const auto& [key, value] : of_data.items()) {
      shared[key] = value;
      one.erase(key);
    }
    out["runs"].push_back(one);
  }
  out.update(shared);
  return out;
}

// --- The picture ---

/// Images of this shape in a row of the picture.
int64_t images_beside(const Shape& shape) {
  constexpr int64_t kWidth = 1200, kNarrowest = 56;  // pixels
  return std::clamp<int64_t>(kWidth / std::max(shape.back(), kNarrowest), 1, kImages);
}

void add_pictures(std::vector<Captioned>& pictures, const Entry& entry, GenerativeModel& model,
                  uint64_t seed, bool first) {
  const DataSet& data = entry.problem.data;
  const DataCard card = card_of(entry.problem);
  const int64_t images = data.image ? images_beside(card.shape) : 0,
                n = data.image ? images : kPoints;
  const Tensor real = rows_of(data.test, 0, n);
  if (first && data.image) {
    Shape shape{real.size(0)};
    shape.insert(shape.end(), card.shape.begin(), card.shape.end());
    pictures.push_back(
        {"test examples", data_of(entry), picture(card, real.view(shape), {}, images)});
  }
  pictures.push_back(
      {entry.name, fmt::format("{}, step {}", model_of(entry), count(entry.step)),
       picture(card, own_units(entry.problem, model.sample(n, seed)), real, images)});
}

void without_picture(const std::string& of, const std::string& why) {
  if (!why.empty()) std::cerr << "gan: " << printable(of) << ": no picture: " << why << "\n";
}

}  // namespace

int carry_out(const CompareOptions& o) {
  if (const Path folder = Path(o.out).parent_path(); !folder.empty() && !is_folder(folder))
    throw DataError("--out {}: there is no folder {} to write it into", o.out, folder.string());
  for (const std::string& run : o.runs) check_is_not_training_data(o.out, run);
  check_picture_output(o.out, o.force);
  check_can_write(o.out);
  const std::vector<Entry> entries = open_entries(o);
  now_doing(Activity::scoring);
  std::vector<Captioned> pictures;
  Json document;
  std::vector<ScoreKind> kinds;
  for (auto first = entries.begin(); first != entries.end(); ++first) {
    const auto beside = [&](const Entry& other) {
      return other.problem.data.hash == first->problem.data.hash;
    };
    if (std::any_of(entries.begin(), first, beside)) continue;  // is in a table already
    const Judge judge(first->problem.data);
    std::vector<Row> rows;
    for (const Entry& entry : entries) {
      if (!beside(entry)) continue;
      const auto learner = make_learner(entry.problem);
      restore(*learner, entry.checkpoint);
      const Say say = [&](const std::string& what) {
        std::cerr << "gan: " << printable(entry.name + ": " + what) << " ...\n";
      };
      rows.push_back(measure(entry, judge, *learner, with_cache(o.seed, say, o.scoring, kinds)));
      without_picture(entry.name, draw_if_possible([&] {
                        add_pictures(pictures, entry, learner->model(), o.seed, rows.size() == 1);
                      }));
    }
    if (o.json)
      document["tables"].push_back(json(rows));
    else
      std::cout << text(rows, !o.scoring.scores.empty()) << std::flush;
  }
  if (o.json) std::cout << json_text(document) << "\n";
  const std::string why = pictures.empty() ? "" : draw_if_possible([&] {
    write_file(o.out, encode_png(draw_captioned(pictures)));
  });
  without_picture(o.out, why);
  if (!o.json && !pictures.empty() && why.empty())
    std::cout << "\nsamples of each: " << printable(o.out) << "\n";
  return 0;
}

}  // namespace gan::cli
