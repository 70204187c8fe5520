#pragma once
/// Steps of an optimiser along gradients that are sums over examples, each part of them made and
/// used while it is in a cache. All members of a team call these together, and each does its part.

#include <cstdint>

#include "gan/kernels/weight_gradient.h"
#include "gan/optim/optimizer.h"

namespace gan {

/// Floats that a `tile` of these needs, where no layer is wider than `widest`.
size_t tile_size(int64_t widest);

/// parameter [n, m] <- the optimiser's step along gradient + decay w, w being where that
/// parameter lies.
void update_weights(const kernels::Team& team, const Optimizer& optimizer, size_t parameter,
                    const kernels::WeightGradient& gradient, double decay, const float* w,
                    const UpdateTime& when, float* tile);

/// parameter [n] <- the optimiser's step along the sum over rows of factor[row] x [rows, n]; factor
/// may be nullptr, rows of x may be `stride` apart.
void update_biases(const kernels::Team& team, const Optimizer& optimizer, size_t parameter,
                   int64_t rows, int64_t n, const float* factor, const float* x,
                   const UpdateTime& when, float* tile, int64_t stride = 0);

}  // namespace gan
