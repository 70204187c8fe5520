/// Signs that training no longer leads anywhere.

#include <fmt/core.h>

#include <algorithm>
#include <cmath>

#include "gan/doctor/detectors.h"

namespace gan {
namespace {

constexpr size_t kEvaluations = 8;           // before anything is said of the score
constexpr size_t kNewest = 5;                // of them, whose median counts as the score of now
constexpr double kNoise = 4;                 // times the usual change between evaluations
constexpr double kSince = 0.1;               // of all steps, since the best
constexpr double kEarly = 0.7, kLate = 1.5;  // schedule_steps over steps
constexpr double kMuchLower = 0.1;           // last rate over first
constexpr double kMuch = 0.6;                // of the steps
constexpr double kFew = 0.1;  // share of samples among the data over that of held-out examples,
                              // after kMuch of the steps; the limit rises with the steps
constexpr double kVeryFew = 0.03;    // the same, where even good samples may lie far from the data
constexpr int64_t kSmallBatch = 16;  // examples
constexpr int64_t kShort = 1000;     // steps: a shorter training is a trial, whatever its schedule

/// The score that chooses the best checkpoint; in runs that did not note it, the one that it
/// usually is. Higher is better.
struct ScoreColumn {
  const char* name;
  double sign;
};
constexpr ScoreColumn kScores[] = {{"score", 1},
                                   {"parzen_valid", 1},
                                   {"log_probability_valid", 1},
                                   {"modes", 1},
                                   {"frechet_valid", -1}};

/// The share of held-out examples that lie among the data.
const Readings& held_out_inside(const History& history) {
  const Readings& of_few = history.series("inside_data");
  return of_few.empty() ? history.series("inside_data_of_many") : of_few;
}

}  // namespace

bool leads_nowhere(const History& history, const TrainingFacts& facts) {
  const Readings &inside = history.series("inside"), &of_data = held_out_inside(history);
  if (inside.empty() || of_data.empty() || facts.steps < kShort) return false;
  const double over = static_cast<double>(history.step()) / static_cast<double>(facts.steps);
  const double few = history.series("inside_data").empty() ? kVeryFew : kFew + over - kMuch;
  return over >= kMuch && history.step() > facts.noise_steps &&
         inside.back().value < few * of_data.back().value;
}

/// Few samples lie among the data; or the score has fallen from its best by more than it usually
/// changes, and long ago.
MaybeSign look_for_no_progress(const History& history, const TrainingFacts& facts, bool) {
  if (leads_nowhere(history, facts)) {
    if (!history.has_new("inside")) return {};  // said at measurements only
    return Sign{
        true, fmt::format("{} of {} steps are over, and only {:.1f}% of the samples lie among the "
                          "data, where {:.0f}% of held-out examples do: training leads nowhere; "
                          "use {}a lower training.learning_rate, or a penalty (game.r1, game.r2)",
                          history.step(), facts.steps, 100 * history.series("inside").back().value,
                          100 * held_out_inside(history).back().value,
                          facts.batch_size < kSmallBatch
                              ? fmt::format("a larger training.batch_size (of {} examples, each "
                                            "gradient says little), ",
                                            facts.batch_size)
                              : "")};
  }
  for (const ScoreColumn& column : kScores) {
    if (!history.has_new(column.name)) continue;
    const Readings& all = history.series(column.name);
    if (all.size() < kEvaluations) return Sign{};
    size_t best = 0;
    std::vector<double> changes, newest;
    for (size_t i = 1; i < all.size(); ++i) {
      if (column.sign * all[i].value > column.sign * all[best].value) best = i;
      changes.push_back(std::abs(all[i].value - all[i - 1].value));
    }
    for (size_t i = all.size() - kNewest; i < all.size(); ++i)
      newest.push_back(column.sign * all[i].value);
    const double top = column.sign * all[best].value;
    const double noise = kNoise * median(changes);
    const double since = static_cast<double>(history.step() - all[best].step);
    const bool long_ago =
        all.size() - 1 - best >= kNewest && since >= kSince * static_cast<double>(facts.steps);
    if (!long_ago || top - median(newest) <= noise) return Sign{};
    return Sign{true,
                fmt::format("the validation score ({}) was best at step {} ({:.4g}) and has been "
                            "{:.4g} since (median of {} evaluations): more steps make it no "
                            "better; take --checkpoint best, or end with run.stop = \"best\"",
                            column.name, all[best].step, all[best].value,
                            column.sign * median(newest), kNewest)};
  }
  return {};
}

/// A matter of the settings alone, said once.
MaybeSign look_for_schedule(const History&, const TrainingFacts& facts, bool) {
  if (facts.schedule_steps == 0 || facts.steps < kShort) return {};
  const double ratio = static_cast<double>(facts.schedule_steps) / static_cast<double>(facts.steps);
  const bool falls = facts.last_rate < kMuchLower * facts.rate;
  if (!falls) return Sign{};
  if (ratio < kEarly)
    return Sign{true, fmt::format("the learning rate reaches its lowest value, {:.2g}, at step {} "
                                  "of {}: the last {:.0f}% of the steps change little; set "
                                  "optimizer.schedule_steps = {}",
                                  facts.last_rate, facts.schedule_steps, facts.steps,
                                  100 * (1 - ratio), facts.steps)};
  if (ratio > kLate)
    return Sign{true, fmt::format("training ends at step {}, after {:.0f}% of the schedule of the "
                                  "learning rate: it never gets to the low rates that settle it; "
                                  "set optimizer.schedule_steps = {}",
                                  facts.steps, 100 / ratio, facts.steps)};
  return Sign{};
}

}  // namespace gan
