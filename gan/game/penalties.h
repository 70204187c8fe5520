#pragma once
/// Penalties on D's slopes. A penalty and a value function are independent choices.

#include <ATen/core/Tensor.h>

#include "gan/spec/config.h"

namespace gan {

using at::Tensor;

/// w_1 R1 + w_2 R2, where R1 = 1/2 E |d D(x) / d x|^2 on data and R2 is the same on samples
/// (Mescheder et al. 2018, equation 9; Roth et al. 2017).
struct PenaltyWeights {
  double r1 = 0, r2 = 0;
};

/// Weights of the penalties at step t of training.
PenaltyWeights penalty_weights(const Config& config, int64_t t);

/// As a Tape takes it: what each example weighs, data first, [data + samples]; undefined for none.
Tensor penalty_of_each(PenaltyWeights weights, int64_t data, int64_t samples);

}  // namespace gan
