#include "gan/judge/scores.h"

#include <ATen/ATen.h>
#include <fmt/core.h>
#include <fmt/ranges.h>

#include <algorithm>

#include "gan/core/error.h"
#include "gan/core/version.h"
#include "gan/judge/feature_score.h"
#include "gan/judge/kinds.h"
#include "gan/judge/sampling.h"
#include "gan/judge/score_json.h"
#include "gan/spec/memory.h"

namespace gan {
namespace {

constexpr std::string_view kValidation = "Validation";  // a panel of the scores that choose `best`

constexpr MetricPanel kParzenPanels[] = {{kValidation, "score", {"parzen_valid"}}};
constexpr MetricPanel kLogProbabilityPanels[] = {
    {kValidation, "score", {"log_probability_valid", "log_bound_valid"}}};
constexpr MetricPanel kTwoSamplePanels[] = {
    {"A fresh classifier separates samples from held-out data (0.5: guessing)",
     "accuracy",
     {"two_sample_accuracy", "two_sample_low", "two_sample_high"},
     0.5}};
constexpr MetricPanel kFeaturePanels[] = {
    {"Fréchet distance from the validation split", "distance", {"frechet_valid"}},
    {"Kernel distance from the validation split", "distance", {"kernel_valid"}},
    {"Precision and recall", "share", {"precision_valid", "recall_valid"}},
    {"Density and coverage", "share", {"density_valid", "coverage_valid"}}};
constexpr MetricPanel kCoveragePanels[] = {
    {"Modes found", "modes", {"modes"}},
    {"Samples within 3 deviations of a mode", "share", {"within"}},
    {"Spread of samples inside their modes over the truth's", "ratio", {"spread_within"}, 1}};

constexpr MetricPanel kStackedPanels[] = {
    {"Modes of stacked MNIST found", "modes", {"stacked_modes"}},
    {"Divergence of the modes' shares from equal ones", "nats", {"stacked_kl"}}};

bool always(const Subject&) {
  return true;
}

bool are_chains(const Subject& s) {
  return s.states_per_chain > 1;
}

template <const FeatureScore& row>
ScoreKind of_features(int line) {
  return {.name = row.key,
          .line = line,
          .applies = applies_of<row>,
          .compute = compute_of<row>,
          .watch = watch_of<row>,
          .panels = kFeaturePanels,
          .reads_fresh = are_chains};
}

/// In the order of JSON and of columns.
const ScoreKind kKinds[] = {
    {.name = "parzen",
     .line = 0,
     .applies = parzen_applies,
     .compute = score_parzen,
     .watch = watch_parzen,
     .panels = kParzenPanels},
    {.name = "log_probability",
     .line = 3,
     .applies = log_probability_applies,
     .compute = score_log_probability,
     .watch = watch_log_probability,
     .panels = kLogProbabilityPanels},
    {.name = "two_sample",
     .line = 4,
     .applies = two_sample_applies,
     .compute = score_two_sample,
     .watch = watch_two_sample,
     .panels = kTwoSamplePanels,
     .reads_fresh = always},
    {.name = "class_accuracy",
     .line = 6,
     .applies = class_accuracy_applies,
     .compute = score_class_accuracy},
    {.name = "modes",
     .line = 1,
     .applies = coverage_applies,
     .compute = score_coverage,
     .watch = watch_coverage,
     .panels = kCoveragePanels},
    {.name = "stacked_modes",
     .line = 1,
     .applies = stacked_modes_apply,
     .compute = score_stacked_modes,
     .watch = watch_stacked_modes,
     .panels = kStackedPanels},
    {.name = "closed_form",
     .line = 2,
     .applies = closed_form_applies,
     .compute = score_closed_form},
    of_features<kFrechet>(10),
    of_features<kFrechetInfinity>(11),
    of_features<kClassFrechet>(12),
    of_features<kKernel>(13),
    of_features<kPrecision>(14),
    of_features<kRecall>(15),
    of_features<kDensity>(16),
    of_features<kCoverage>(17),
    of_features<kClassifierScore>(18),
    of_features<kFeatureTwoSample>(19),
    of_features<kNearestFeatures>(20),
    of_features<kAuthenticity>(21),
    of_features<kDuplicates>(22),
    {.name = "nearest_training_example",
     .line = 5,
     .applies = nearest_applies,
     .compute = score_nearest,
     .reads_fresh = are_chains},
};

/// "two-sample accuracy" -> "two-sample-accuracy".
std::string hyphenated(std::string text) {
  std::replace_if(
      text.begin(), text.end(), [](char c) { return c == ' ' || c == '_'; }, '-');
  return text;
}

Json default_json(const ScoreKind& kind, const ScoreReport& report) {
  Json out;
  for (const Score& score : report.scores) {
    Json& one = out[std::string(kind.name)][score.name];
    one = {{"value", score.value}};
    if (!std::isnan(score.low)) one["interval"] = {score.low, score.high};
    for (const Score::Control& control : score.controls)
      one["controls"].push_back({{"name", control.name}, {"value", control.value}});
  }
  return out;
}

/// The same keys for every score. What could not be computed, or means nothing for it, is null.
/// of_all: the protocol of the whole evaluation
Json json_of(const Score& score, const Json& of_all) {
  Json out = {{"name", score.key.empty() ? hyphenated(score.name) : score.key},
              {"title", score.name},
              {"value", score.value},
              {"low", score.low},
              {"high", score.high},
              {"deviation", score.deviation},
              {"unit", score.unit},
              {"samples", score.samples},
              {"higher_is_better", score.higher_is_better},
              {"control", nullptr}};
  if (!score.controls.empty()) {
    const Score::Control& control = score.controls.front();
    out["control"] = {{"name", control.name},
                      {"value", control.value},
                      {"low", control.low},
                      {"high", control.high}};
  }
  out["protocol"] = {{"text", score.protocol}};
  out["protocol"].update(of_all);
  if (!score.stamp.empty()) out["protocol"].update(Json::parse(score.stamp));
  return out;
}

void join(Json& out, const std::string& object) {
  if (!object.empty()) out.update(Json::parse(object));
}

/// Adds what the kind left out: which row it is, and what can be made from its numbers.
void complete(const ScoreKind& kind, ScoreReport& report) {
  report.kind = kind.name;
  report.line = kind.line;
  if (report.json.empty()) report.json = compact(default_json(kind, report));
}

std::string protocol_of(const Subject& s) {
  const DataSet& data = s.judge.data();
  Json out = {
      {"data", data.name},
      {"split",
       {{"train", data.train.size()}, {"valid", data.valid.size()}, {"test", data.test.size()}}},
      {"hashes", {{"data", data.hash}}},
      {"seed", s.seed},
      {"version", version()}};
  if (data.grey) out["binarised"] = {{"seed", kBinarisationSeed}, {"from", data.grey->hash}};
  if (s.means.defined())
    out["draws"] =
        "means: Parzen windows are on them, against the data before they were binarised; the other "
        "scores on one binary draw of each";
  return compact(out);
}

}  // namespace

std::span<const ScoreKind> score_kinds() {
  return kKinds;
}

std::vector<ScoreKind> score_kinds(std::span<const std::string> names) {
  std::vector<std::string> known;
  for (const ScoreKind& kind : kKinds) known.push_back(hyphenated(std::string(kind.name)));
  std::vector<ScoreKind> out;
  for (const std::string& name : names) {
    const auto found = std::find(known.begin(), known.end(), hyphenated(name));
    if (found == known.end())
      throw UsageError("no score is called {}{}; there are {}", name, did_you_mean(name, known),
                       fmt::join(known, ", "));
    out.push_back(kKinds[found - known.begin()]);
  }
  return out;
}

std::string Score::shown() const {
  if (!cell.empty()) return cell;
  if (std::isnan(low)) return fmt::format("{:.4g}", value);
  return fmt::format("{:.4g} [{:.4g}, {:.4g}]", value, low, high);
}

Evaluation evaluate(const Subject& subject, std::span<const ScoreKind> kinds) {
  Evaluation out;
  out.protocol = protocol_of(subject);
  out.no_variety = without_variety(subject.judge.data());
  if (subject.judge.variety().none()) return out;
  for (const ScoreKind& kind : kinds) {
    if (!kind.applies(subject)) continue;
    ScoreReport report = kind.compute(subject);
    complete(kind, report);
    out.reports.push_back(std::move(report));
  }
  out.space = subject.space;
  return out;
}

Scores watch(Subject& subject, int64_t step, std::span<const ScoreKind> kinds) {
  Scores out;
  if (subject.judge.variety().none()) return out;
  const auto& watched = subject.model->setup.config.run.scores.values;
  const bool only_own = watched.size() == 1 && watched[0] == WatchedScore::own;
  if (!knows_log_probability(subject) || !only_own) {
    Samples own = draw_samples(*subject.model, kScoredSamples, 0);
    out.finite = at::isfinite(own.values).all().item<bool>();
    if (!out.finite) return out;
    subject.samples = subject.judge.units_in_place(std::move(own.values));
    subject.states_per_chain = own.states_per_chain;
    if (own.states_per_chain > 1 && !only_own) {  // scores on features need more chains
      Samples many = draw_for_test(*subject.model, kScoredSamples, kFresh);
      subject.fresh = subject.judge.units_in_place(std::move(many.values));
      subject.fresh_states_per_chain = many.states_per_chain;
    }
  }
  std::vector<ScoreKind> by_line(kinds.begin(), kinds.end());
  std::stable_sort(by_line.begin(), by_line.end(),
                   [](const ScoreKind& a, const ScoreKind& b) { return a.line < b.line; });
  for (const ScoreKind& kind : by_line)
    if (kind.watch != nullptr) kind.watch(subject, step, out);
  return out;
}

std::vector<Score> Evaluation::scores() const {
  std::vector<Score> out;
  for (const ScoreReport& report : reports)
    out.insert(out.end(), report.scores.begin(), report.scores.end());
  return out;
}

std::string Evaluation::json() const {
  Json out = Json::object();
  if (!no_variety.empty()) out["no_variety"] = no_variety;
  for (const ScoreReport& report : reports) join(out, report.json);
  const Json of_all = Json::parse(protocol);
  out["scores"] = Json::array();
  for (const Score& score : scores()) out["scores"].push_back(json_of(score, of_all));
  join(out, shared_json());
  return compact(out);
}

std::string Evaluation::shared_json() const {
  Json out = Json::object();
  for (const ScoreReport& report : reports) join(out, report.shared_json);
  out["protocol"] = Json::parse(protocol);
  return compact(out);
}

}  // namespace gan
