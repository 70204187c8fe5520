#include "gan/judge/mode_coverage.h"

#include <ATen/ATen.h>

#include <algorithm>
#include <cmath>

#include "gan/core/error.h"
#include "gan/judge/distances.h"

namespace gan {
namespace {

constexpr double kWithin = 3;  // deviations

/// E[r^2 | r <= kWithin] / deviation^2 of a d-dimensional Gaussian: d P(chi^2 of d + 2 <=
/// kWithin^2) / P(chi^2 of d <= ...).
double squared_radius_within(int64_t dim) {
  const double half = kWithin * kWithin / 2;
  double d = dim % 2 == 1 ? 1 : 2;
  double p =
      d == 1 ? std::erf(std::sqrt(half)) : 1 - std::exp(-half);  // P(chi^2 of d <= kWithin^2)
  for (;; d += 2) {
    const double next =
        p - std::exp(d / 2 * std::log(half) - half - std::lgamma(d / 2 + 1));  // of d + 2
    if (d >= static_cast<double>(dim)) return d * next / p;
    p = next;
  }
}

}  // namespace

ModeCoverage mode_coverage(const Tensor& samples, std::span<const float> modes, double deviation) {
  const auto numbers = static_cast<int64_t>(modes.size());
  const int64_t dim = samples.dim() == 2 ? samples.size(1) : 0;
  if (dim == 0 || numbers == 0 || numbers % dim != 0 || !(deviation > 0))
    throw UsageError(
        "mode coverage: {} numbers of modes with deviation {} do not fit samples of width {}",
        numbers, deviation, dim);
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
  double squares = 0;                           // of their distances
  for (const Tensor& block : x.split(distances.block())) {
    const auto [squared, mode] = distances.squared(block).min(1);  // [B], [B]
    all += at::bincount(mode, {}, count);
    const Tensor is_near = squared <= kWithin * kWithin * deviation * deviation;  // [B]
    near += at::bincount(mode.masked_select(is_near), {}, count);
    squares += squared.masked_select(is_near).sum(at::kDouble).item<double>();
  }
  const Tensor share = all.to(at::kDouble) / static_cast<double>(n);  // [modes]
  const auto within = static_cast<double>(near.sum().item<int64_t>());
  return {.modes = count,
          .covered = (near * (20 * count) >= n).sum().item<int64_t>(),
          .within = within / static_cast<double>(n),
          .spread_within = std::sqrt(squares / within / squared_radius_within(dim)) / deviation,
          .kl = divergence_from_equal(share)};
}

double divergence_from_equal(const Tensor& share) {
  const auto count = static_cast<double>(share.size(0));
  return at::xlogy(share, share * count).sum().item<double>();
}

}  // namespace gan
