#pragma once
/// The best score so far, and the rules that end a training by its scores.

#include <ATen/ATen.h>

#include <limits>
#include <optional>

#include "gan/run/loop.h"

namespace gan {

/// What the loop itself must remember across a restart.
struct LoopState {
  explicit LoopState(const RunSection& run) : rule(run) {}

  const RunSection& rule;
  Tensor best_score = at::full({}, -std::numeric_limits<double>::infinity(), at::kDouble);
  Tensor best_step = at::full({}, -1, at::kLong);
  /// The score that `margin` is added to; the best one where there is no margin.
  Tensor last_rise = best_score.clone();
  /// Evaluations without a score that exceeds last_rise by the margin.
  Tensor since_best = at::zeros({}, at::kLong);
  Tensor passed = at::zeros({}, at::kLong);  ///< two-sample checks passed in a row

  void visit(const StateVisitor& visit) {
    visit("loop.best_score", best_score);
    visit("loop.best_step", best_step);
    visit("loop.since_best", since_best);
    visit("loop.passed", passed);
    if (rule.margin > 0) visit("loop.last_rise", last_rise);
  }

  bool note(const Scores& scores, int64_t step) {  ///< true for a new best
    if (scores.indistinguishable)
      passed.fill_(*scores.indistinguishable ? passed.item<int64_t>() + 1 : 0);
    if (!scores.score) return false;
    const bool better = *scores.score > best_score.item<double>();
    const double before = (rule.margin > 0 ? last_rise : best_score).item<double>();
    const bool risen = *scores.score > before + rule.margin * scores.standard_error;
    since_best.fill_(risen ? 0 : since_best.item<int64_t>() + 1);
    if (risen) last_rise.fill_(*scores.score);
    if (better) {
      best_score.fill_(*scores.score);
      best_step.fill_(step);
    }
    return better;
  }

  std::optional<Ended> over() const {
    if (rule.stop == StopRule::best && since_best.item<int64_t>() >= rule.patience)
      return Ended::patience;
    if (rule.stop == StopRule::indistinguishable && passed.item<int64_t>() >= rule.checks)
      return Ended::indistinguishable;
    return {};
  }
};

}  // namespace gan
