#pragma once
/// What a training is to do, before it starts: the settings of the recipe, of the run that goes on,
/// or derived from the data and the machine; and the length that --for asks for.

#include <chrono>

#include "cli/command.h"
#include "cli/training.h"
#include "gan/gan.h"

namespace gan::cli {

struct TrainingPlan {
  Problem problem;
  std::vector<std::string> reasons = {};  ///< of settings that were derived, a line each
  std::string no_scores = {};  ///< why there will be no scores at the end; "" where there will
};

/// A data source by its whole path, so that a resume from any folder finds it; names of data sets
/// as they are. It is looked for in the working directory, then in `beside`, where that is given.
std::string resolved_source(const std::string& source, const Path& beside = {});

/// started: the run goes on. began: when the command did, from which --for counts. @throws
/// UsageError, DataError
TrainingPlan plan_training(const TrainOptions& o, bool started,
                           std::chrono::steady_clock::time_point began, Narrator& narrator);

}  // namespace gan::cli
