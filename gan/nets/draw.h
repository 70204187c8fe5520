#pragma once
/// Random tensors from the counter-based streams, never from ATen's global generator.

#include <ATen/core/Tensor.h>

#include "gan/core/random.h"

namespace gan {

using at::Tensor;

/// [n, size] float32 on the CPU; row i is sample number `first + i` of `step`.
Tensor draw_uniform(const Stream& stream, int64_t n, int64_t size, uint64_t step,
                    int64_t first = 0);  ///< [0, 1)
Tensor draw_normal(const Stream& stream, int64_t n, int64_t size, uint64_t step,
                   int64_t first = 0);  ///< N(0, 1)

}  // namespace gan
