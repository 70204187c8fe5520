#include "gan/judge/log_probability.h"

#include <ATen/ATen.h>

#include "gan/judge/summary.h"

namespace gan {

Interval LogProbability::test_interval() const {
  if (!log_z) return {test, test};
  return {.low = test + log_z->value - log_z->high, .high = test + log_z->value - log_z->low};
}

LogProbability log_probability(Likelihood& likelihood, const Tensor& test, const Tensor& train) {
  const MeanError of_test = mean_error(likelihood.log_probability(test));
  return {.test = of_test.mean,
          .standard_error = of_test.standard_error,
          .train = likelihood.log_probability(train).mean().item<double>(),
          .train_examples = train.size(0),
          .kind = likelihood.kind()};
}

}  // namespace gan
