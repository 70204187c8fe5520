#include "gan/baselines/descent.h"

#include <algorithm>

#include "gan/kernels/gibbs.h"
#include "gan/kernels/passes.h"
#include "gan/kernels/products.h"
#include "gan/kernels/sparse.h"

namespace gan {

using kernels::Format;

namespace {

constexpr int64_t kTile = 32768, kGrain = 8;  // floats of a part of the gradient; rows of it

int64_t rows_of_tile(int64_t m) {
  return std::max<int64_t>(kGrain, kTile / m / kGrain * kGrain);
}

}  // namespace

size_t tile_size(int64_t widest) {
  return static_cast<size_t>(std::max(kTile, kGrain * widest));
}

void update_weights(const kernels::Team& team, const Optimizer& optimizer, size_t parameter,
                    const WeightGradient& g, double decay, const float* w,
                    const Optimizer::When& when, float* tile) {
  const auto [begin, end] = team.share(g.n, kGrain);
  for (int64_t i = begin; i < end; i += rows_of_tile(g.m)) {
    const int64_t n = std::min(rows_of_tile(g.m), end - i);
    if (g.sparse)
      kernels::multiply_sparse({.m = n,
                                .n = g.m,
                                .k = g.rows,
                                .transpose_x = true,
                                .stride_x = g.n,
                                .stride_w = g.stride_right ? g.stride_right : g.m},
                               g.left + i, g.right, tile);
    else
      kernels::multiply({.m = n,
                         .n = g.m,
                         .k = g.rows,
                         .transpose_a = true,
                         .transpose_b = false,
                         .operands = Format::fp32,
                         .stride_a = g.n,
                         .stride_b = g.stride_right},
                        g.left + i, g.right, tile);
    if (decay > 0) kernels::add_scaled(n * g.m, w + i * g.m, static_cast<float>(decay), tile);
    optimizer.step_part(parameter, i * g.m, n * g.m, tile, nullptr, when);
  }
}

void update_biases(const kernels::Team& team, const Optimizer& optimizer, size_t parameter,
                   int64_t rows, int64_t n, const float* factor, const float* x,
                   const Optimizer::When& when, float* tile, int64_t stride) {
  const auto [begin, end] = team.share(n, kGrain);
  if (begin == end) return;
  kernels::sum_rows(Format::fp32, {rows, end - begin, stride ? stride : n}, factor, x + begin,
                    tile);
  optimizer.step_part(parameter, begin, end - begin, tile, nullptr, when);
}

}  // namespace gan
