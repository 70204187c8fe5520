/// An evaluation in lines for a terminal.

#include <fmt/core.h>
#include <fmt/ranges.h>

#include <algorithm>
#include <iterator>
#include <utility>

#include "gan/judge/scores.h"

namespace gan {
namespace {

using Reports = std::vector<ScoreReport>;

bool has_text_of_its_own(const ScoreReport& report) {
  return !report.text.empty() || !report.table.empty();
}

/// The first control of each score, in the table's last column.
enum class Controls { with_intervals, without_intervals };

std::string control_of(const Score& score, Controls controls) {
  if (score.controls.empty()) return "";
  const std::string& cell = score.controls.front().cell;
  return controls == Controls::with_intervals ? cell : cell.substr(0, cell.find(" ["));
}

std::string table_of(const std::vector<Score>& scores, Controls controls) {
  TableRows rows = {{"score", "samples", "control"}};
  for (const Score& score : scores)
    rows.push_back({score.title(), score.shown(), control_of(score, controls)});
  return table(rows);
}

/// "training examples as samples; of authenticity: test examples as samples". The first one is that
/// of all scores that are not named.
std::string names_of_controls(const std::vector<Score>& scores) {
  std::vector<std::pair<std::string, std::vector<std::string>>> known;  // control, its scores
  for (const Score& score : scores) {
    if (score.controls.empty()) continue;
    const std::string& name = score.controls.front().name;
    auto at = std::find_if(known.begin(), known.end(),
                           [&](const auto& control) { return control.first == name; });
    if (at == known.end()) {
      known.push_back({name, {}});
      at = std::prev(known.end());
    }
    at->second.push_back(score.name);
  }
  std::string out;
  for (const auto& [name, of] : known)
    out += out.empty() ? name : fmt::format("; of {}: {}", fmt::join(of, " and "), name);
  return out;
}

/// One table of all scores whose kinds have no text of their own, and what they have in common.
std::string shared_table(const Reports& reports) {
  std::vector<Score> scores;
  std::string features;
  for (const ScoreReport& report : reports) {
    if (has_text_of_its_own(report)) continue;
    scores.insert(scores.end(), report.scores.begin(), report.scores.end());
    if (features.empty()) features = report.features;
  }
  if (scores.empty()) return "";
  std::string out = table_of(scores, Controls::with_intervals);
  const bool fits = width_of(out) <= kTextWidth;
  if (!fits) out = table_of(scores, Controls::without_intervals);
  const std::string controls = names_of_controls(scores);
  out += "\n";
  if (!features.empty()) out += labelled("features", features);
  if (!controls.empty())
    out += labelled("control", controls + (fits ? "" : "; its intervals: --json"));
  return "\n" + out;
}

}  // namespace

std::string Evaluation::text() const {
  std::string out;
  if (!no_variety.empty()) out += wrapped(no_variety, "  ");
  Reports by_line = reports;
  std::stable_sort(by_line.begin(), by_line.end(),
                   [](const ScoreReport& a, const ScoreReport& b) { return a.line < b.line; });
  for (const ScoreReport& report : by_line) out += report.text;
  out += shared_table(by_line);
  for (const ScoreReport& report : by_line)
    if (!report.table.empty()) out += "\n" + table(report.table) + report.below;
  return out.starts_with('\n') ? out.substr(1) : out;
}

}  // namespace gan
