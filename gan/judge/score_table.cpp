#include <fmt/core.h>
#include <fmt/ranges.h>

#include <algorithm>
#include <map>
#include <set>

#include "gan/core/duration.h"
#include "gan/judge/score_json.h"
#include "gan/judge/scores.h"

namespace gan {
namespace {

/// The scores of an evaluation that are of this kind and have a column.
std::vector<const Score*> compared(const Evaluation& evaluation, const ScoreKind& kind, bool all) {
  std::vector<const Score*> out;
  for (const ScoreReport& report : evaluation.reports) {
    if (report.kind != kind.name) continue;
    for (const Score& score : report.scores)
      if (score.compared || all) out.push_back(&score);
  }
  return out;
}

using Named = std::vector<std::pair<std::string, const Evaluation*>>;

/// Where two stamps differ, by what the second has: "samples 5090, no chains".
std::string difference(const std::string& first, const std::string& second) {
  const Json a = first.empty() ? Json::object() : Json::parse(first);
  const Json b = second.empty() ? Json::object() : Json::parse(second);
  std::vector<std::string> out;
  for (const auto& [key, value] : b.items())
    if (!a.contains(key) || a[key] != value) out.push_back(fmt::format("{} {}", key, value.dump()));
  for (const auto& [key, value] : a.items())
    if (!b.contains(key)) out.push_back("no " + key);
  return fmt::format("{}", fmt::join(out, ", "));
}

/// Scores that can be compared: of one title and one stamp.
struct Column {
  std::string title, stamp, shown;
};

bool belongs(const Score& score, const Column& column) {
  return column.title == score.title() && column.stamp == score.stamp;
}

/// Each once: the kinds in the order of their rows, within a kind by rank. A column whose title an
/// earlier one has, too, says in what it differs.
std::vector<Column> columns_of(const Named& named, std::span<const ScoreKind> kinds, bool all) {
  std::vector<Column> out;
  for (const ScoreKind& kind : kinds) {
    std::vector<const Score*> scores;
    for (const auto& [name, evaluation] : named)
      for (const Score* score : compared(*evaluation, kind, all)) scores.push_back(score);
    std::stable_sort(scores.begin(), scores.end(),
                     [](const Score* a, const Score* b) { return a->rank < b->rank; });
    for (const Score* score : scores) {
      if (std::any_of(out.begin(), out.end(), [&](const Column& c) { return belongs(*score, c); }))
        continue;
      Column column{score->title(), score->stamp, score->title()};
      const auto first = std::find_if(out.begin(), out.end(),
                                      [&](const Column& c) { return c.title == column.title; });
      if (first != out.end())
        column.shown += fmt::format(" ({})", difference(first->stamp, column.stamp));
      out.push_back(column);
    }
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

TableRows score_table(const Named& named, std::span<const ScoreKind> kinds, bool all) {
  const std::vector<Column> columns = columns_of(named, kinds, all);
  const auto column_of = [&](const Score& score) {
    const auto at = std::find_if(columns.begin(), columns.end(),
                                 [&](const Column& c) { return belongs(score, c); });
    return static_cast<size_t>(1 + (at - columns.begin()));
  };
  TableRows runs;
  TableRows controls;
  for (const auto& [name, evaluation] : named) {
    runs.emplace_back(1 + columns.size(), "-");
    runs.back()[0] = name;
  }
  for (const ScoreKind& kind : kinds)
    for (size_t i = 0; i < named.size(); ++i)
      for (const Score* score : compared(*named[i].second, kind, all)) {
        runs[i][column_of(*score)] = score->shown();
        for (const Score::Control& control : score->controls) {
          std::string& cell =
              row_of(controls, "control: " + control.name, 1 + columns.size())[column_of(*score)];
          if (cell.empty()) cell = control.cell;  // it is the same beside every run
        }
      }
  TableRows out = {{"run"}};
  for (const Column& column : columns) out[0].push_back(column.shown);
  out.insert(out.end(), runs.begin(), runs.end());
  out.insert(out.end(), controls.begin(), controls.end());
  return out;
}

std::string sample_counts(const Named& named, bool all) {
  std::map<int64_t, std::set<std::string>> titles;  // by the number of samples
  for (const auto& [name, evaluation] : named)
    for (const Score& score : evaluation->scores())
      if ((score.compared || all) && score.samples > 0) titles[score.samples].insert(score.name);
  std::vector<std::string> out;
  for (const auto& [n, of] : titles)
    out.push_back(titles.size() == 1 ? fmt::format("n = {} samples", count(n))
                                     : fmt::format("n = {}: {}", count(n), fmt::join(of, ", ")));
  return fmt::format("{}", fmt::join(out, "; "));
}

}  // namespace gan
