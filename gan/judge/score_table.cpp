#include <fmt/core.h>
#include <fmt/ranges.h>

#include <algorithm>
#include <map>

#include "gan/core/error.h"
#include "gan/judge/score_json.h"
#include "gan/judge/scores.h"

namespace gan {
namespace {

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

/// The keys of two stamps whose values differ.
std::vector<std::string> differences(const std::string& a, const std::string& b) {
  const Json first = a.empty() ? Json::object() : Json::parse(a);
  const Json second = b.empty() ? Json::object() : Json::parse(b);
  std::vector<std::string> out;
  for (const auto& [key, value] : first.items())
    if (!second.contains(key) || second[key] != value)
      out.push_back(fmt::format("{} {} and {}", key, value.dump(),
                                second.contains(key) ? second[key].dump() : "none"));
  return out;
}

/// @throws UsageError that names what differs between two scores of one title
void check_one_stamp_a_column(const Named& named, std::span<const ScoreKind> kinds) {
  for (const ScoreKind& kind : kinds) {
    std::map<std::string, std::pair<std::string, std::string>> known;  // title: run, stamp
    for (const auto& [name, evaluation] : named)
      for (const Score* score : compared(*evaluation, kind)) {
        const auto [it, is_new] = known.try_emplace(score->title(), name, score->stamp);
        const auto& [first, stamp] = it->second;
        if (is_new || stamp == score->stamp) continue;
        throw UsageError("{} of {} and of {} cannot stand in one column: they differ in {}",
                         score->name, first, name,
                         fmt::join(differences(stamp, score->stamp), "; "));
      }
  }
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

TableRows score_table(const Named& named, std::span<const ScoreKind> kinds) {
  const std::vector<std::string> titles = titles_of(named, kinds);
  const auto column_of = [&](const Score& score) {
    const auto at = std::find(titles.begin(), titles.end(), score.title());
    return static_cast<size_t>(1 + (at - titles.begin()));
  };
  check_one_stamp_a_column(named, kinds);
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
