#pragma once
/// Findings of a training, line by line of its metrics. The findings are a function of these lines
/// and of the settings: after a restart they are found anew from metrics.jsonl, and `gan doctor`
/// finds them in any run.

#include <string_view>
#include <vector>

#include "gan/doctor/detectors.h"

namespace gan {

/// Into a list in the order of their beginnings; one of the same name and beginning is replaced.
void put(std::vector<Finding>& findings, const Finding& finding);

class Doctor {
 public:
  /// at_once: one look suffices for a finding, where there is but one.
  explicit Doctor(const TrainingFacts& facts, bool at_once = false);

  /// Notes the next line of metrics. Returns what begins with it, and what is over with it, which
  /// has `to`.
  std::vector<Finding> note(int64_t step, const NamedNumbers& numbers);

  /// Training has gone back to the newest line, and goes on with other settings: signs from before
  /// no longer count.
  void begin_anew();

  /// Adds what was found elsewhere, or replaces the finding of the same name and beginning.
  void add(const Finding& finding);

  /// What was done about the newest finding of that name.
  void note_done(std::string_view name, const std::string& what);

  const History& history() const { return history_; }
  const std::vector<Finding>& findings() const { return findings_; }  ///< in order of `from`
  bool leads_nowhere() const { return gan::leads_nowhere(history_, facts_); }
  const Finding* open(std::string_view name) const;  ///< the one that is not over, or nullptr
  int64_t first_sign(std::string_view name) const;   ///< of the newest one: step of that line

 private:
  struct Row {
    int seen = 0, unseen = 0, begun = 0;
    int64_t first_sign = 0;  ///< step of the first of the lines `seen`
    bool open = false;
  };
  Finding* newest(std::string_view name);

  TrainingFacts facts_;
  bool at_once_;
  History history_;
  std::vector<Row> rows_;  ///< one for each detector
  std::vector<Finding> findings_;
};

}  // namespace gan
