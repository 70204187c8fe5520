#pragma once
/// Penalties on D, exact through second derivatives. A penalty and a value function are independent choices.

#include <ATen/core/Tensor.h>

#include <functional>

namespace gan {

using at::Tensor;

/// 1/2 E |d D(x) / d x|^2: R1 on data, R2 on samples (Mescheder et al. 2018, equation 9).
/// `x` must require gradients and `logits` [B] be D's answer to it, graph kept. -> []
Tensor gradient_penalty(const Tensor& logits, const Tensor& x);

}  // namespace gan
