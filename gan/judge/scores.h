#pragma once
/// The table of scores. Whatever is printed of a score comes from its row: the text and JSON of
/// `gan evaluate`, the columns of `gan compare`, the metrics of a training and their curves.

#include <array>
#include <cmath>
#include <optional>
#include <span>
#include <string>
#include <string_view>
#include <utility>
#include <vector>

#include "gan/core/table.h"
#include "gan/judge/subject.h"
#include "gan/run/loop.h"

namespace gan {

/// One number, with what it takes to read it.
struct Score {
  std::string name;              ///< "two-sample accuracy"
  std::string unit;              ///< "nats"; "" where it has none
  std::string protocol;          ///< how it was computed, and what `low` and `high` are
  double value = NAN;            ///< NaN where there was too little to compute it from
  double low = NAN, high = NAN;  ///< an interval about it; NaN where none is known
  double deviation = NAN;        ///< over repeated computations, where the field prints it
  bool higher_is_better = true;
  int64_t samples = 0;  ///< that it was computed from
  std::string cell;     ///< the number as a table shows it; empty: value and interval

  /// The same number of something that is known, beside which it must be read.
  struct Control {
    std::string name, cell;
    double value;
    double low = NAN, high = NAN;
  };
  std::vector<Control> controls = {};

  bool compared = true;  ///< it is a column of `gan compare`
  int rank = 0;          ///< its columns stand in this order among those of its kind

  std::string key = {};  ///< in JSON; empty: the name with hyphens
  /// A JSON object of what decides the number beside the samples: scores of one name can be
  /// compared where it is the same. Empty: wherever the data are.
  std::string stamp = {};

  std::string title() const { return unit.empty() ? name : name + ", " + unit; }
  std::string shown() const;  ///< `cell`, or what stands for it
};

/// What one kind of score says of a subject. Where a part is empty, it is made from `scores`.
struct ScoreReport {
  std::vector<Score> scores;
  std::string text = {};   ///< lines for people; without any, nor a table, the scores are rows of
                           ///< one table that all such kinds share
  TableRows table = {};    ///< for people, below all lines
  std::string below = {};  ///< lines under that table
  std::string json = {};   ///< an object, whose keys join those of the whole evaluation
  /// The same of what every subject of these data shares: scores of controls.
  std::string shared_json = {};
  std::string features = {};  ///< what scores on features have in common, for people
  std::string kind = {};      ///< name and line of its row; evaluate() fills them in
  int line = 0;
};

/// A panel of the curves of a run. Kinds that name the same title share it.
struct MetricPanel {
  std::string_view title, y_label;
  std::array<std::string_view, 3> metrics;
  std::optional<double> reference = {};
};

/// A row of the table.
struct ScoreKind {
  std::string_view name;  ///< its key in JSON
  int line = 100;         ///< text of an evaluation and metrics of a training stand in this order
  bool (*applies)(const Subject&);
  ScoreReport (*compute)(const Subject&);
  /// Adds to what a training logs at a step, and chooses by; absent: the score takes too long.
  /// samples: [n, D], judging units; undefined for a model that knows its own log p(x).
  void (*watch)(const Subject&, int64_t step, Scores& out) = nullptr;
  std::span<const MetricPanel> panels = {};
  /// Whether compute() reads Subject::fresh; absent: never.
  bool (*reads_fresh)(const Subject&) = nullptr;
};

std::span<const ScoreKind> score_kinds();

/// Rows by their names ("frechet", "two-sample"), where hyphens and underlines are alike.
/// @throws UsageError for a name that no row has
std::vector<ScoreKind> score_kinds(std::span<const std::string> names);

/// Everything that was said of a subject.
struct Evaluation {
  std::string no_variety;  ///< what the data lack, for people; "" where nothing is
  std::vector<ScoreReport> reports;
  std::string protocol;  ///< a JSON object: data, split, hashes, seed, version
  /// In which scores on features were computed; none where no score asked for it.
  std::shared_ptr<FeatureSpace> space;
  double sampling_seconds = 0;  ///< that a model took for its 10,000 samples; not in json()

  std::vector<Score> scores() const;  ///< of all reports
  std::string json() const;           ///< an object
  std::string shared_json() const;    ///< its part that evaluations on the same data share
  std::string text() const;           ///< for people, in lines of kTextWidth columns
};

/// Every kind of `kinds` that applies. Where the data have no variety at all, none is computed.
Evaluation evaluate(const Subject& subject, std::span<const ScoreKind> kinds = score_kinds());

/// What the loop asks for while it trains. subject.model is given, its samples are not: they are
/// drawn here.
Scores watch(Subject& subject, int64_t step, std::span<const ScoreKind> kinds = score_kinds());

/// Evaluations side by side: a line of titles, one for each, and one for each control of theirs.
/// Columns that none fills are left out. Scores of one title but of different stamps have columns
/// of their own, whose titles say what differs. all: also of scores that are not `compared`.
TableRows score_table(const std::vector<std::pair<std::string, const Evaluation*>>& named,
                      std::span<const ScoreKind> kinds = score_kinds(), bool all = false);
/// From how many samples the scores of that table are, for people: "n = 10,000 samples".
std::string sample_counts(const std::vector<std::pair<std::string, const Evaluation*>>& named,
                          bool all = false);

}  // namespace gan
