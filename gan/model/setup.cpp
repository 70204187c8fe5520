#include "gan/model/setup.h"

#include <cmath>

#include "gan/core/error.h"

namespace gan {

int64_t steps_asked_for(const Config& config, double steps_per_epoch) {
  const TrainingSection& training = config.training;
  if (training.epochs == 0) return training.steps;
  const double asked = training.epochs * steps_per_epoch;
  if (!(asked <= kMostSteps))
    throw UsageError("training.epochs = {}: that is more than {} steps", training.epochs,
                     kMostSteps);
  const int64_t steps = std::llround(asked);
  if (steps == 0)
    throw UsageError("training.epochs = {}: that is not one step; an epoch of {} has {:g} steps",
                     training.epochs, config.data.source, steps_per_epoch);
  return steps;
}

}  // namespace gan
