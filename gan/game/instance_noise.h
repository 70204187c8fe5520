#pragma once
/// Noise on D's inputs, data and samples alike. Where the two lie apart, D tells them apart by any
/// of many boundaries, and says nothing of the way from one to the other; under noise they overlap
/// (Sønderby et al. 2017, Amortised MAP inference; Arjovsky & Bottou 2017).

#include <ATen/core/Tensor.h>

#include "gan/core/random.h"

namespace gan {

using at::Tensor;

/// x + N(0, deviation^2). x: [B, ...]; example i draws as number `first` + i of the step.
Tensor with_noise(const Tensor& x, double deviation, const Stream& stream, uint64_t step,
                  int64_t first);

}  // namespace gan
