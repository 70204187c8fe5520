#pragma once
/// What a training will cost here, so that it can be as long as its user has time.

#include <filesystem>

#include "gan/gan.h"
#include "gan/judge/judge.h"
#include "gan/spec/length.h"

namespace gan {

struct PaceSettings {
  double seconds = 0;  ///< that the training will have: measuring takes about a fiftieth of them
  bool closing_scores = true;        ///< it ends with all scores
  std::filesystem::path cache = {};  ///< the folder that keeps the scores of controls
};

/// Measured on a learner of its own, which is thrown away: what is trained afterwards does not
/// depend on it. Scores that take long are estimated. judge: of problem.data. @throws UsageError
/// for models that are no functions of a latent point: how long they take depends on the stage of
/// their training, or their scores take as long as they do
Pace measure_pace(const Problem& problem, const Judge& judge, const PaceSettings& settings);

}  // namespace gan
