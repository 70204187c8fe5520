#include "gan/kernels/weight_gradient.h"

#include <algorithm>

namespace gan::kernels {

int64_t rows_of_part(int64_t m) {
  return std::clamp(kTileRows * kTileColumns / m / kGrain * kGrain, kGrain, kTileColumns);
}

void part_of_gradient(const WeightGradient& g, int64_t first, int64_t count, float* out) {
  const void* left = static_cast<const char*>(g.left) + first * bytes_of(g.precision);
  if (g.sparse)
    multiply_sparse({.m = count,
                     .n = g.m,
                     .k = g.rows,
                     .transpose_x = true,
                     .stride_x = g.n,
                     .stride_w = g.stride_right ? g.stride_right : g.m},
                    static_cast<const float*>(left), static_cast<const float*>(g.right), out);
  else
    multiply({.m = count,
              .n = g.m,
              .k = g.rows,
              .transpose_a = true,
              .transpose_b = false,
              .operands = g.precision,
              .stride_a = g.n,
              .stride_b = g.stride_right},
             left, g.right, out);
}

}  // namespace gan::kernels
