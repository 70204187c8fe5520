#pragma once
/// Gradients of weights, made and used in parts that stay in a core's own cache.

#include "gan/kernels/products.h"
#include "gan/kernels/sparse.h"
#include "gan/kernels/tiles.h"

namespace gan::kernels {

/// left [rows, n], right [rows, m]: the sum over rows left' right, the gradient of weights [n, m].
struct WeightGradient {
  const void* left;
  int64_t n;
  const void* right;
  int64_t m;
  int64_t rows;
  bool sparse = false;              ///< left has mostly zeros (of float32 alone)
  int64_t stride_right = 0;         ///< rows of right lie so far apart; 0: m
  Format precision = Format::fp32;  ///< of left and right
  int64_t most = 0;                 ///< rows of weights in a part; 0: as many as fit into a tile
};

/// Rows [first, first + count) of it, [count, m].
void part_of_gradient(const WeightGradient& g, int64_t first, int64_t count, float* out);

/// How many rows of weights [n, m] are in a part: their gradients fill a tile.
int64_t rows_of_part(int64_t m);

/// use(first, count, part [count, m]) for each part of this member's share of the weights. tile(n)
/// is the member's room for n floats.
template <class Tile, class Use>
void each_part(const Team& team, const WeightGradient& g, Tile tile, Use use) {
  const auto [begin, end] = team.share(g.n, kGrain);
  const int64_t most = g.most > 0 ? g.most : rows_of_part(g.m);
  for (int64_t first = begin; first < end; first += most) {
    const int64_t count = std::min(most, end - first);
    float* part = tile(count * g.m);
    part_of_gradient(g, first, count, part);
    use(first, count, part);
  }
}

}  // namespace gan::kernels
