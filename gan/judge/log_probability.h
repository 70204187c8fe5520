#pragma once
/// log p of held-out and of training examples.

#include <optional>

#include "gan/judge/ais.h"
#include "gan/judge/binomial.h"
#include "gan/model/generative_model.h"

namespace gan {

struct LogProbability {
  double test;            ///< mean over the test examples, nats
  double standard_error;  ///< of `test`, over those examples
  double train;           ///< mean over training examples
  int64_t train_examples;
  Likelihood::Kind kind = Likelihood::Kind::exact;
  std::optional<LogZ> log_z;  ///< where the model itself does not know it

  /// Of `test`, where log Z is anywhere in its own interval: where log Z is high, log p is low.
  Interval test_interval() const;
};

/// test [T, D], train [N, D], scaled.
LogProbability log_probability(Likelihood& likelihood, const Tensor& test, const Tensor& train);

}  // namespace gan
