#include "gan/baselines/descent.h"

#include <algorithm>

#include "gan/kernels/gibbs.h"
#include "gan/kernels/passes.h"

namespace gan {

using kernels::Format;

size_t tile_size(int64_t widest) {
  return static_cast<size_t>(
      std::max(kernels::kTileRows * kernels::kTileColumns, kernels::kGrain * widest));
}

void update_weights(const kernels::Team& team, const Optimizer& optimizer, size_t parameter,
                    const kernels::WeightGradient& g, double decay, const float* w,
                    const UpdateTime& when, float* tile) {
  kernels::each_part(
      team, g, [&](int64_t) { return tile; },
      [&](int64_t first, int64_t n, float* part) {
        const int64_t at = first * g.m, size = n * g.m;
        if (decay > 0) kernels::add_scaled(size, w + at, static_cast<float>(decay), part);
        optimizer.step_part(parameter, at, size, part, nullptr, when);
      });
}

void update_biases(const kernels::Team& team, const Optimizer& optimizer, size_t parameter,
                   int64_t rows, int64_t n, const float* factor, const float* x,
                   const UpdateTime& when, float* tile, int64_t stride) {
  const auto [begin, end] = team.share(n, kernels::kGrain);
  if (begin == end) return;
  kernels::sum_rows(Format::fp32, {rows, end - begin, stride ? stride : n}, factor, x + begin,
                    tile);
  optimizer.step_part(parameter, begin, end - begin, tile, nullptr, when);
}

}  // namespace gan
