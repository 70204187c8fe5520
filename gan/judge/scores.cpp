#include "gan/judge/scores.h"

#include <ATen/ATen.h>
#include <fmt/core.h>

#include <algorithm>

#include "gan/core/version.h"
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
constexpr MetricPanel kCoveragePanels[] = {
    {"Modes found", "modes", {"modes"}},
    {"Samples within 3 deviations of a mode", "share", {"within"}},
    {"Spread of samples inside their modes over the truth's", "ratio", {"spread_within"}, 1}};

/// In the order of JSON and of columns.
constexpr ScoreKind kKinds[] = {
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
     .panels = kTwoSamplePanels},
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
    {.name = "closed_form",
     .line = 2,
     .applies = closed_form_applies,
     .compute = score_closed_form},
    {.name = "nearest_training_example",
     .line = 5,
     .applies = nearest_applies,
     .compute = score_nearest},
};

std::string default_text(const ScoreReport& report) {
  std::string out;
  for (const Score& score : report.scores) {
    out += fmt::format("  {:<18} {}{}\n", score.name, score.shown(),
                       score.unit.empty() ? "" : " " + score.unit);
    for (const Score::Control& control : score.controls)
      out += fmt::format("                     control: {}, {}\n", control.name, control.cell);
  }
  return out;
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

void join(Json& out, const std::string& object) {
  if (!object.empty()) out.update(Json::parse(object));
}

/// Adds what the kind left out: which row it is, and what can be made from its numbers.
void complete(const ScoreKind& kind, ScoreReport& report) {
  report.kind = kind.name;
  report.line = kind.line;
  if (report.text.empty() && report.table.empty()) report.text = default_text(report);
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
    out["samples"] =
        "means: Parzen windows are on them, against the data before they were binarised; the other "
        "scores on one binary draw of each";
  return compact(out);
}

/// The scores of an evaluation that are of this kind and have a column.
std::vector<const Score*> compared(const Evaluation& evaluation, const ScoreKind& kind) {
  std::vector<const Score*> out;
  for (const ScoreReport& report : evaluation.reports) {
    if (report.kind != kind.name) continue;
    for (const Score& score : report.scores)
      if (score.compared) out.push_back(&score);
  }
  return out;
}

using Named = std::vector<std::pair<std::string, const Evaluation*>>;

/// Titles of columns, each once: the kinds in the order of their rows, within a kind by rank.
std::vector<std::string> titles_of(const Named& named, std::span<const ScoreKind> kinds) {
  std::vector<std::string> out;
  for (const ScoreKind& kind : kinds) {
    std::vector<const Score*> scores;
    for (const auto& [name, evaluation] : named)
      for (const Score* score : compared(*evaluation, kind)) scores.push_back(score);
    std::stable_sort(scores.begin(), scores.end(),
                     [](const Score* a, const Score* b) { return a->rank < b->rank; });
    for (const Score* score : scores)
      if (std::find(out.begin(), out.end(), score->title()) == out.end())
        out.push_back(score->title());
  }
  return out;
}

/// The row that begins with this name; a new one of empty cells where there is none.
std::vector<std::string>& row_of(TableRows& rows, const std::string& name, size_t cells) {
  for (auto& row : rows)
    if (row[0] == name) return row;
  rows.emplace_back(cells);
  rows.back()[0] = name;
  return rows.back();
}

}  // namespace

std::span<const ScoreKind> score_kinds() {
  return kKinds;
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
  return out;
}

Scores watch(Subject& subject, int64_t step, std::span<const ScoreKind> kinds) {
  Scores out;
  if (subject.judge.variety().none()) return out;
  if (!knows_log_probability(subject)) {
    Tensor own = draw_samples(*subject.model, kScoredSamples, 0).values;
    out.finite = at::isfinite(own).all().item<bool>();
    if (!out.finite) return out;
    subject.samples = subject.judge.units_in_place(std::move(own));
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
  join(out, shared_json());
  return compact(out);
}

std::string Evaluation::shared_json() const {
  Json out = Json::object();
  for (const ScoreReport& report : reports) join(out, report.shared_json);
  out["protocol"] = Json::parse(protocol);
  return compact(out);
}

std::string Evaluation::text() const {
  std::string out;
  if (!no_variety.empty()) out += fmt::format("  {}\n", no_variety);
  auto by_line = reports;
  std::stable_sort(by_line.begin(), by_line.end(),
                   [](const ScoreReport& a, const ScoreReport& b) { return a.line < b.line; });
  for (const ScoreReport& report : by_line) out += report.text;
  out += "\n";
  for (const ScoreReport& report : by_line) out += table(report.table) + report.below;
  return out;
}

TableRows score_table(const Named& named, std::span<const ScoreKind> kinds) {
  const std::vector<std::string> titles = titles_of(named, kinds);
  const auto column_of = [&](const Score& score) {
    const auto at = std::find(titles.begin(), titles.end(), score.title());
    return static_cast<size_t>(1 + (at - titles.begin()));
  };
  TableRows runs;
  TableRows controls;
  for (const auto& [name, evaluation] : named) {
    runs.emplace_back(1 + titles.size(), "-");
    runs.back()[0] = name;
  }
  for (const ScoreKind& kind : kinds)
    for (size_t i = 0; i < named.size(); ++i)
      for (const Score* score : compared(*named[i].second, kind)) {
        runs[i][column_of(*score)] = score->shown();
        for (const Score::Control& control : score->controls) {
          std::string& cell =
              row_of(controls, "control: " + control.name, 1 + titles.size())[column_of(*score)];
          if (cell.empty()) cell = control.cell;  // it is the same beside every run
        }
      }
  TableRows out = {{"run"}};
  out[0].insert(out[0].end(), titles.begin(), titles.end());
  out.insert(out.end(), runs.begin(), runs.end());
  out.insert(out.end(), controls.begin(), controls.end());
  return out;
}

}  // namespace gan
