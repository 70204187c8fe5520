#pragma once
/// Penalties on D, exact through second derivatives. A penalty and a value function are independent choices.

#include <ATen/core/Tensor.h>

#include <functional>

namespace gan {

using at::Tensor;

/// w_1 R1 + w_2 R2 -> [], where R1 = 1/2 E |d D(x) / d x|^2 on data and R2 is the same on samples
/// (Mescheder et al. 2018, equation 9; Roth et al. 2017). `x` and `s` must require gradients, and `on_data` and
/// `on_samples` [B] be D's logits of them, graph kept.
struct PenaltyWeights {
  double r1 = 0, r2 = 0;
};
Tensor gradient_penalty(PenaltyWeights weights, const Tensor& on_data, const Tensor& x, const Tensor& on_samples, const Tensor& s);

}  // namespace gan
