#include "gan/judge/parzen_score.h"

#include <ATen/ATen.h>
#include <fmt/core.h>

#include <algorithm>
#include <optional>

#include "gan/baselines/controls.h"
#include "gan/core/duration.h"
#include "gan/core/error.h"
#include "gan/core/paths.h"
#include "gan/judge/kinds.h"
#include "gan/judge/sampling.h"
#include "gan/judge/score_json.h"
#include "gan/judge/summary.h"
#include "gan/spec/memory.h"

namespace gan {
namespace {

constexpr int64_t kSamples = kScoredSamples;  // of the paper's protocol
constexpr uint64_t kDraws = 3;                // sets of samples of a model whose samples are chains

std::vector<double> grid_of(const DataSet& data) {
  if (data.image) return sigma_grid(1);
  return sigma_grid(data.toy ? (data.high - data.low) / 4 : 1);
}

/// samples [N, D], judging units.
ParzenScore parzen_of(const Judge& judge, const Tensor& samples) {
  const DataSet& data = judge.data();
  return parzen(samples, judge.valid(), judge.test(), grid_of(data), !data.image);
}

Json to_json(const ParzenScore& s) {
  return {{"log_likelihood", s.log_likelihood},
          {"standard_error", s.standard_error},
          {"sigma", s.sigma},
          {"samples", s.samples},
          {"test_images", s.test_images}};
}

ParzenScore from_json(const Json& json) {
  return {json.at("log_likelihood"), json.at("standard_error"), json.at("sigma"),
          json.at("samples"), json.at("test_images")};
}

Path controls_file(const DataSet& data, const Path& cache) {
  return cache.empty() ? Path() : cache / fmt::format("controls-3-{}.json", data.hash);
}

std::vector<ParzenControl> read_controls(const Path& file) {
  std::vector<ParzenControl> out;
  try {
    if (file.empty() || !is_there(file)) return out;
    const Json json = Json::parse(read_file(file), nullptr, false);
    for (const Json& row : json) out.push_back({row.at("name"), from_json(row)});
  } catch (const Json::exception&) {
    out.clear();  // an older program's: made again
  } catch (const DataError&) {
    // One that cannot be read: made again, too.
  }
  return out;
}

Json controls_json(const std::vector<ParzenControl>& controls) {
  Json out = Json::array();
  for (const ParzenControl& control : controls) {
    out.push_back(to_json(control.score));
    out.back()["name"] = control.name;
  }
  return out;
}

void write_controls(const Path& file, const std::vector<ParzenControl>& controls) {
  if (file.empty()) return;
  try {
    std::error_code error;
    std::filesystem::create_directories(file.parent_path(), error);
    write_file(file, controls_json(controls).dump(1));
  } catch (const DataError&) {
    // No cache, then: the next call computes them again.
  }
}

/// samples: [N, D] in the judge's units. Windows estimate a density of real values: beside binary
/// data, samples are means and are scored against the data before they were binarised.
ParzenScore score_of(const Subject& s, const Tensor& samples) {
  if (!s.judge.binary()) return parzen_of(s.judge, samples);
  const DataSet& grey = *s.judge.data().grey;
  const Judge before(grey);
  return parzen_of(before, before.units_in_place(samples * (grey.high - grey.low) + grey.low));
}

std::vector<ParzenControl> controls_beside(const Subject& s) {
  if (!s.judge.binary()) return parzen_controls(s.judge, s.cache, s.say);
  return parzen_controls(Judge(*s.judge.data().grey), s.cache, s.say);
}

/// Of a model whose samples are chains: the scores of several sets of samples, the first of which
/// is known. Empty for other models.
std::vector<double> scores_of_draws(const Subject& s, const ParzenScore& first) {
  if (s.model == nullptr || s.states_per_chain == 1) return {};
  std::vector<double> out = {first.log_likelihood};
  for (uint64_t i = 1; i < kDraws; ++i) {
    s.say(fmt::format("drawing another {} samples ({} of {})", count(kSamples), i + 1, kDraws));
    const Tensor own = draw_samples(*s.model, kSamples, s.seed + i).values;
    s.say("Parzen windows");
    out.push_back(score_of(s, s.judge.units_in_place(own)).log_likelihood);
  }
  return out;
}

std::string text_of_draws(const std::vector<double>& draws) {
  std::string out = fmt::format("{} sets of samples of this model's chains score", draws.size());
  for (const double score : draws) out += fmt::format(" {:.1f}", score);
  out += fmt::format(
      ": a deviation of {:.1f}, which the error beside the score, over test examples, leaves out",
      spread_of(draws).deviation);
  return "\n" + wrapped(out, "  ");
}

/// A longer name of the data would make the table wider than a terminal.
std::string title_of(const DataSet& data) {
  constexpr size_t kLongest = 15;
  if (width_of(data.name) > kLongest) return "Parzen log-likelihood, test examples";
  return fmt::format("Parzen log-likelihood, {} test", data.name);
}

}  // namespace

std::string plus_minus(const ParzenScore& s) {
  return fmt::format("{:.1f} ± {:.1f}", s.log_likelihood, s.standard_error);
}

std::vector<std::string> parzen_row(const std::string& name, const ParzenScore& score) {
  return {name, plus_minus(score), fmt::format("{:.4f}", score.sigma), count(score.samples)};
}

std::vector<std::string> parzen_titles(const std::string& above_names) {
  return {above_names, "nats", "sigma", "samples"};
}

std::string parzen_json(const ParzenScore& score) {
  return compact(to_json(score));
}

ParzenScore parse_parzen(const std::string& json, const std::string& who) {
  try {
    return from_json(Json::parse(json));
  } catch (const Json::exception&) {
    throw DataError("{}: is not a Parzen score", who);
  }
}

/// Pictures may be more than memory holds: then the controls are fitted to the first of them, whose
/// order is that of their hashes.
static int64_t examples_of_controls(const DataSet& data) {
  constexpr int64_t kMostBytes = int64_t{1} << 30;
  if (!data.pictures) return data.train.size();
  const int64_t bytes = data.train.dim() * static_cast<int64_t>(sizeof(float));
  return std::min(data.train.size(), std::max<int64_t>(kMostBytes / bytes, 1));
}

std::vector<ParzenControl> known_parzen_controls(const DataSet& data, const Path& cache) {
  return read_controls(controls_file(data, cache));
}

std::vector<ParzenControl> parzen_controls(const Judge& judge, const Path& cache, const Say& say) {
  const DataSet& data = judge.data();
  const Path file = controls_file(data, cache);
  std::vector<ParzenControl> out = read_controls(file);
  if (!out.empty()) return out;

  say(fmt::format("scoring the controls on {} (once; kept in {})", data.name,
                  file.empty() ? "nothing" : file.parent_path().string()));
  const Tensor train = rows_of(data.train, 0, examples_of_controls(data));
  const auto add = [&](const std::string& name, GenerativeModel& model, int64_t n) {
    out.push_back({name, parzen_of(judge, judge.units(model.sample(n, 0)))});
  };
  const int64_t n = std::min(kSamples, train.size(0));
  TrainingImages images(train.narrow(0, 0, n));  // the first ones: anybody can take the same
  add(fmt::format("the first {} training examples", count(n)), images, n);
  if (train.size(0) >= 20000 && data.image) {
    KMeans few(train, {.centres = 1000});
    add("1,000 k-means centres", few, 1000);
    KMeans many(train, {.centres = kSamples, .iterations = 10});
    add("10,000 k-means centres", many, kSamples);
  } else {
    const int64_t centres = std::max<int64_t>(1, std::min<int64_t>(1000, train.size(0) / 10));
    KMeans few(train, {.centres = centres});
    add(fmt::format("{} k-means centres", count(centres)), few, centres);
  }
  MeanImage mean(train);
  add("the mean alone", mean, 1);
  write_controls(file, out);
  return out;
}

/// Beside binary data, only means have windows. Data of few distinct examples have none.
bool parzen_applies(const Subject& s) {
  if (stacked_modes_apply(s)) return false;  // which counts what windows on three digits cannot see
  if (!s.judge.binary()) return !s.judge.variety().few();
  const auto& grey = s.judge.data().grey;
  return grey && s.means.defined() && !variety_of(*grey).few();
}

ScoreReport score_parzen(const Subject& s) {
  const std::vector<ParzenControl> controls = controls_beside(s);
  s.say("Parzen windows");
  const ParzenScore result = score_of(s, s.means.defined() ? s.means : s.samples);
  const std::vector<double> draws = scores_of_draws(s, result);

  Score score{.name = s.judge.data().grey ? "Parzen of means" : "Parzen",
              .unit = "nats",
              .protocol =
                  "mean log-likelihood of the test examples under Gaussian windows on the "
                  "samples, whose width validation examples chose; the interval is one "
                  "standard error over test examples",
              .value = result.log_likelihood,
              .low = result.log_likelihood - result.standard_error,
              .high = result.log_likelihood + result.standard_error,
              .samples = result.samples,
              .cell = plus_minus(result)};
  if (!draws.empty())
    score.cell += fmt::format(" (± {:.1f} over draws)", spread_of(draws).deviation);
  ScoreReport out;
  out.table = {parzen_titles(title_of(s.judge.data())), parzen_row("this model", result)};
  for (const ParzenControl& c : controls) {
    const double value = c.score.log_likelihood, error = c.score.standard_error;
    score.controls.push_back({c.name, plus_minus(c.score), value, value - error, value + error});
    out.table.push_back(parzen_row("control: " + c.name, c.score));
  }
  Json json = {{"parzen", to_json(result)}};
  if (!draws.empty()) {
    out.below = text_of_draws(draws);
    json["parzen"].update({{"draws", draws}, {"deviation_over_draws", spread_of(draws).deviation}});
  }
  if (draws.empty() && s.states_per_chain > 1)
    out.below = "\n" + wrapped(
                           "the samples are chains; the error beside the score, over test "
                           "examples, leaves out how far other chains would differ",
                           "  ");
  out.json = compact(json);
  out.shared_json = compact({{"controls", controls_json(controls)}});
  out.scores = {std::move(score)};
  return out;
}

/// The first half of the protocol chooses `best`: on the first 1,000 of the validation split.
void watch_parzen(const Subject& s, int64_t, Scores& out) {
  const DataSet& data = s.judge.data();
  const bool has_modes = coverage_applies(s) || stacked_modes_apply(s);
  if (knows_log_probability(s) || has_modes || s.judge.variety().few()) return;
  const ParzenChoice choice = parzen_choice(s.samples, s.judge.valid(), grid_of(data), !data.image,
                                            s.model ? *s.model->workers : alone());
  out.score = choice.log_likelihood;
  out.standard_error = choice.standard_error;
  out.numbers.emplace_back("parzen_valid", choice.log_likelihood);
}

}  // namespace gan
