#include "gan/judge/coverage.h"

#include <ATen/ATen.h>

#include <algorithm>

#include "gan/core/error.h"
#include "gan/judge/distances.h"

namespace gan {

ModeCoverage mode_coverage(const Tensor& samples, std::span<const float> modes, double deviation) {
  const auto numbers = static_cast<int64_t>(modes.size());
  const int64_t dim = samples.dim() == 2 ? samples.size(1) : 0;
  if (dim == 0 || numbers == 0 || numbers % dim != 0 || !(deviation > 0))
    throw UsageError("mode coverage: {} numbers of modes with deviation {} do not fit samples of width {}", numbers,
                     deviation, dim);
  const at::NoGradGuard no_grad;
  const int64_t n = samples.size(0), count = numbers / dim;
  const Tensor x = samples.to(at::kCPU, at::kFloat);
  if (n == 0 || !x.isfinite().all().item<bool>())
    throw DataError("mode coverage: no samples, or samples that are not finite");

  const Tensor centres = at::empty({count, dim}, at::kFloat);
  std::copy(modes.begin(), modes.end(), centres.data_ptr<float>());
  const Distances distances(centres);
  Tensor all = at::zeros({count}, at::kLong);   // samples of each mode
  Tensor near = at::zeros({count}, at::kLong);  // those that are within
  for (const Tensor& block : x.split(distances.block())) {
    const auto [squared, mode] = distances.squared(block).min(1);  // [B], [B]
    all += at::bincount(mode, {}, count);
    near += at::bincount(mode.masked_select(squared <= 9 * deviation * deviation), {}, count);
  }
  const Tensor share = all.to(at::kDouble) / static_cast<double>(n);  // [modes]
  return {.modes = count,
          .covered = (near * (20 * count) >= n).sum().item<int64_t>(),
          .within = static_cast<double>(near.sum().item<int64_t>()) / static_cast<double>(n),
          .kl = at::xlogy(share, share * static_cast<double>(count)).sum().item<double>()};
}

}  // namespace gan
