#pragma once
/// Steps of an optimiser along gradients that are sums over examples, each part of them made and
/// used while it is in a cache. All members of a team call these together, and each does its part.

#include <cstdint>

#include "gan/kernels/team.h"
#include "gan/optim/optimizer.h"

namespace gan {

/// left [rows, n], right [rows, m]: the gradient left' right of weights [n, m].
struct WeightGradient {
  const float* left;
  int64_t n;
  const float* right;
  int64_t m;
  int64_t rows;
  bool sparse = false;       ///< left has mostly zeros
  int64_t stride_right = 0;  ///< rows of right lie so far apart; 0: m
};

/// Floats that a `tile` of these needs, where no layer is wider than `widest`.
size_t tile_size(int64_t widest);

/// parameter [n, m] <- the optimiser's step along left' right + decay w, w being where that
/// parameter lies.
void update_weights(const kernels::Team& team, const Optimizer& optimizer, size_t parameter,
                    const WeightGradient& gradient, double decay, const float* w,
                    const Optimizer::When& when, float* tile);

/// parameter [n] <- the optimiser's step along the sum over rows of factor[row] x [rows, n]; factor
/// may be nullptr, rows of x may be `stride` apart.
void update_biases(const kernels::Team& team, const Optimizer& optimizer, size_t parameter,
                   int64_t rows, int64_t n, const float* factor, const float* x,
                   const Optimizer::When& when, float* tile, int64_t stride = 0);

}  // namespace gan
