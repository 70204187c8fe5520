#include "gan/run/step_schedule.h"

#include "gan/core/error.h"

namespace gan {

Division checked_division(const Learner& learner, const Config& config, const Workers& workers) {
  const auto possible = learner.division();
  if (!possible && !workers.alone())
    throw UsageError("run.model = '{}' supports only one worker, but {} were started",
                     config.run.model.text, workers.size());
  const Division division = possible.value_or(Division{});
  const int64_t examples = config.training.batch_size / division.parts;
  if (examples / division.block < workers.size() && !workers.alone())
    throw UsageError(
        "training.batch_size = {}: {} workers cannot share {} examples{}; take fewer workers or a "
        "larger batch",
        config.training.batch_size, workers.size(), examples,
        division.block == 1 ? "" : fmt::format(", in blocks of {}", division.block));
  return division;
}

}  // namespace gan
