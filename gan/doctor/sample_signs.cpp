/// Signs of trouble in the samples, from the measurements of gan/checkup.h.

#include <fmt/core.h>

#include <algorithm>

#include "gan/doctor/detectors.h"

namespace gan {
namespace {

constexpr double kNarrow = 0.2;       // spread of samples over spread of data
constexpr double kFlat = 0.1;         // the same along one direction
constexpr double kPoint = 0.2;        // spread inside modes over the true one
constexpr int64_t kWarmUp = 1000;     // steps
constexpr double kCrowded = 0.05;     // distances to the nearest sample over those within the data
constexpr double kInside = 0.6;       // share of samples that have data near
constexpr double kCovered = 0.6;      // share of data that have a sample near, over that share
constexpr double kRise = 1.1;         // times the greatest share so far: above, it still grows
constexpr double kEasier = 1.15;      // a finding is over once the measure is so much better
constexpr double kClassNarrow = 0.2;  // spread of a class's samples over that of its data
constexpr double kIgnored = 0.05;     // share of the spread of samples that comes from z
constexpr double kCopies = 0.5;       // share of samples that lie very near to a training example

/// G of an untrained network makes nearly one example, too. It has collapsed where it once made
/// more, or where enough steps have passed.
bool trained(const History& history, const std::string& width) {
  if (history.step() >= kWarmUp) return true;
  for (const Reading& reading : history.series(width))
    if (reading.value >= 2 * kNarrow) return true;
  return false;
}

/// Whether the newest value is hardly greater than all before it.
bool has_stalled(const History& history, const std::string& name) {
  const Readings& all = history.series(name);
  double before = 0;
  for (size_t i = 0; i + 1 < all.size(); ++i) before = std::max(before, all[i].value);
  return all.size() > 1 && all.back().value <= kRise * before;
}

/// The newest value of a column, where this line has it.
std::optional<double> now(const History& history, const std::string& name) {
  if (!history.has_new(name)) return {};
  return history.newest(name, 1)[0];
}

}  // namespace

MaybeSign look_for_collapse(const History& history, const TrainingFacts&, bool open) {
  const auto covered = now(history, "covered"), inside = now(history, "inside"),
             width = now(history, "width"), crowd = now(history, "crowd");
  if (!width) return {};
  const double easier = open ? kEasier : 1;
  if (*width < kNarrow * easier && trained(history, "width"))
    return Sign{true, fmt::format("samples spread only {:.2g} times as wide as the data: G makes "
                                  "nearly one example; use a penalty (game.r1, game.r2), a lower "
                                  "training.learning_rate, or the relativistic game",
                                  *width)};
  if (const auto flat = now(history, "narrowest");
      flat && *flat < kFlat * easier && trained(history, "width"))
    return Sign{true,
                fmt::format("along one of the directions in which the data vary most, samples "
                            "spread only {:.2g} times as wide as the data: G leaves out a "
                            "direction; use a penalty (game.r1, game.r2), or a lower "
                            "training.learning_rate",
                            *flat)};
  if (const Readings& within = history.series("spread_within");
      !within.empty() && within.back().value < kPoint * easier && inside && *inside > kInside)
    return Sign{true,
                fmt::format("inside their modes, samples spread only {:.2g} times as wide as "
                            "the data: each mode is nearly one example; use a weaker penalty, "
                            "or a lower rate at the end",
                            within.back().value)};
  if (crowd && *crowd < kCrowded * easier)
    return Sign{true, fmt::format("samples lie {:.2g} times as far from each other as data do "
                                  "(median distance to the nearest): G makes few different "
                                  "examples; use a penalty (game.r1, game.r2) or a lower "
                                  "training.learning_rate",
                                  *crowd)};
  if (inside && covered && *inside >= kInside / easier && *covered < kCovered * easier * *inside &&
      has_stalled(history, "covered"))
    return Sign{true, fmt::format("{:.0f}% of the samples lie among the data, but only {:.0f}% of "
                                  "the data have a sample near: G leaves out modes; use a penalty "
                                  "(game.r1, game.r2), the relativistic game, or a lower "
                                  "training.learning_rate",
                                  100 * *inside, 100 * *covered)};
  return Sign{};
}

MaybeSign look_for_class_collapse(const History& history, const TrainingFacts&, bool open) {
  const auto width = now(history, "class_width"), which = now(history, "class_narrowest");
  if (!width || !which || !trained(history, "class_width")) return {};
  if (*width >= kClassNarrow * (open ? kEasier : 1)) return Sign{};
  return Sign{true, fmt::format("samples of class {:.0f} spread only {:.2g} times as wide as its "
                                "data: G makes nearly one example of it; use a penalty (game.r1, "
                                "game.r2), or more examples of that class",
                                *which, *width)};
}

MaybeSign look_for_ignored_z(const History& history, const TrainingFacts&, bool open) {
  const auto effect = now(history, "z_effect");
  if (!effect || !trained(history, "z_effect")) return {};
  if (*effect >= kIgnored * (open ? kEasier : 1)) return Sign{};
  return Sign{true, fmt::format("samples of different z lie {:.2g} times as far from each other as "
                                "data do (root mean square): G ignores z; look for dead or "
                                "saturated layers in G, and use a lower training.learning_rate",
                                *effect)};
}

MaybeSign look_for_memorising(const History& history, const TrainingFacts&, bool open) {
  const auto copies = now(history, "copies");
  if (!copies) return {};
  if (*copies < (open ? 0.8 : 1) * kCopies) return Sign{};
  return Sign{true, fmt::format("{:.0f}% of the samples lie nearer to a training example than 95% "
                                "of held-out examples do: G makes copies; use more data, a smaller "
                                "G, or fewer steps",
                                100 * *copies)};
}

}  // namespace gan
