/// Signs of trouble inside the networks: units that never fire, numbers that grow without end.

#include <fmt/core.h>

#include <algorithm>
#include <cmath>

#include "gan/doctor/detectors.h"

namespace gan {
namespace {

constexpr size_t kDeadLines = 5;         // of metrics in a row
constexpr double kDead = 0.2;            // share of a layer's units
constexpr double kStillDead = 0.1;       // below which the finding is over
constexpr int64_t kEnoughExamples = 64;  // in a batch, to call a unit of D dead

constexpr size_t kGrownLines = 5, kUsualLines = 10, kMostLines = 1000;
constexpr double kGrowth = 30;       // times the usual loss
constexpr double kSteep = 100;       // times the usual gradient
constexpr double kVerySteep = 1000;  // the same, of a game whose losses have no bounds
constexpr double kHeavy = 10;        // times the usual weights
constexpr double kLargeLoss = 50;    // of a game whose losses are a few nats
constexpr double kWide = 5;          // spread of samples, in spreads of the data
constexpr size_t kStepLines = 5;
constexpr double kLong = 0.04;  // a step, in norms of the weights

}  // namespace

double long_steps(const History& history) {
  double longest = 0;
  for (const char* name : {"d_step", "g_step"}) {
    const std::vector<double> shares = history.newest(name, kStepLines);
    if (least(shares) > kLong) longest = std::max(longest, greatest(shares));
  }
  return longest;
}

/// Columns G.dead.N and D.dead.N: the share of a layer's units that answer alike to every example,
/// as ReLU units do that never fire; G.dead_bias.N and D.dead_bias.N: the mean of their biases.
MaybeSign look_for_dead_units(const History& history, const TrainingFacts& facts, bool open) {
  bool any = false;
  double worst = 0;
  std::string where, bias;
  for (const auto& [name, value] : history.line()) {
    const bool of_g = name.starts_with("G.dead."), of_d = name.starts_with("D.dead.");
    if (!of_g && !(of_d && facts.batch_size >= kEnoughExamples)) continue;
    any = true;
    const double always = least(history.newest(name, kDeadLines));
    if (always <= worst) continue;
    worst = always;
    const std::string player = of_g ? "G" : "D", layer = name.substr(name.rfind('.') + 1);
    where = fmt::format("{}'s layer {}", player, layer);
    const auto biases = history.newest(fmt::format("{}.dead_bias.{}", player, layer), 1);
    bias = biases.empty() ? "" : fmt::format(", with a mean bias of {:.2g}", biases[0]);
  }
  if (!any) return {};
  if (worst < (open ? kStillDead : kDead)) return Sign{};
  return Sign{
      true, fmt::format("{:.0f}% of the units of {} gave the same output for all examples at {} "
                        "checks in a row{}: they pass nothing on and hardly learn; use leaky-relu, "
                        "other initial weights or a lower training.learning_rate, or let "
                        "run.doctor = \"act\" draw them anew",
                        100 * worst, where, kDeadLines, bias)};
}

/// The least size in the newest lines.
double size_now(const History& history, const char* name) {
  std::vector<double> values = history.newest(name, kGrownLines);
  for (double& value : values) value = std::abs(value);
  return least(values);
}

/// A number whose newest lines are all `factor` times as large as the median of those before, which
/// counts as at least `floor`.
MaybeSign look_for_growth(const History& history, const char* name, const char* what, double factor,
                          double floor) {
  if (!history.has_new(name)) return {};
  const Readings& all = history.series(name);
  if (all.size() < kGrownLines + kUsualLines) return Sign{};
  std::vector<double> before;
  const size_t first = all.size() > kMostLines ? all.size() - kMostLines : 0;
  for (size_t i = first; i + kGrownLines < all.size(); ++i)
    before.push_back(std::abs(all[i].value));
  const double usual = std::max(floor, median(std::move(before))), now = size_now(history, name);
  if (usual <= 0 || now <= factor * usual) return Sign{};
  return Sign{true, fmt::format("{} grew from {:.3g} (the median so far) to {:.3g}: training "
                                "diverges; use a lower training.learning_rate, or a penalty "
                                "(game.r1, game.r2)",
                                what, usual, now)};
}

/// Columns d_step and g_step: by which share of their norm a step moves the weights. Networks that
/// learn move by some percent at first, and by less later.
MaybeSign look_for_long_steps(const History& history) {
  if (!history.has_new("d_step") && !history.has_new("g_step")) return {};
  const double share = long_steps(history);
  if (share == 0) return Sign{};
  return Sign{true, fmt::format("steps move the weights of a player by up to {:.0f}% of their norm "
                                "({} checks): they forget what was learned; use a lower "
                                "training.learning_rate",
                                100 * share, kStepLines)};
}

/// Losses, gradients, weights, steps, and the spread of samples.
MaybeSign look_for_divergence(const History& history, const TrainingFacts& facts, bool) {
  bool any = false;
  for (const char* name : {"d_loss", "g_loss", "nce_loss", "cross_entropy"}) {
    if (!history.has_new(name)) continue;
    any = true;
    const double now = size_now(history, name);
    if (facts.bounded && now > kLargeLoss)
      return Sign{true, fmt::format("{} was at least {:.3g} in size at {} checks in a row, where a "
                                    "few nats are usual: a player has lost control; use a lower "
                                    "training.learning_rate, or a penalty (game.r1, game.r2)",
                                    name, now, kGrownLines)};
    const MaybeSign growth = look_for_growth(history, name, name, kGrowth, 1);
    if (growth->present) return growth;
  }
  if (history.has_new("spread")) {
    any = true;
    const double wide = least(history.newest("spread", kGrownLines));
    if (wide > kWide)
      return Sign{true, fmt::format("samples spread {:.3g} times as wide as the data at {} checks "
                                    "in a row: G has run away; use a lower "
                                    "training.learning_rate, or a penalty (game.r1, game.r2)",
                                    wide, kGrownLines)};
  }
  struct Norm {
    const char *name, *what;
    double factor;
  };
  const double steep = facts.bounded ? kSteep : kVerySteep;
  for (const auto& [name, what, factor] : {Norm{"d_gradient", "the gradient of D", steep},
                                           Norm{"g_gradient", "the gradient of G", steep},
                                           Norm{"d_weights", "the norm of D's weights", kHeavy},
                                           Norm{"g_weights", "the norm of G's weights", kHeavy}}) {
    const MaybeSign growth = look_for_growth(history, name, what, factor, 0);
    if (growth && growth->present) return growth;
    any = any || growth;
  }
  if (const MaybeSign steps = look_for_long_steps(history); steps) return steps;
  return any ? MaybeSign(Sign{}) : std::nullopt;
}

MaybeSign look_for_not_finite(const History& history, const TrainingFacts&, bool) {
  for (const auto& [name, value] : history.line())
    if (!std::isfinite(value))
      return Sign{true, fmt::format("{} is not a finite number at step {}; use a lower "
                                    "training.learning_rate, or a penalty (game.r1, game.r2)",
                                    name, history.step())};
  return Sign{};
}

}  // namespace gan
