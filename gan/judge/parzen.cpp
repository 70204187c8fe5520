#include "gan/judge/parzen.h"

#include <ATen/ATen.h>

#include <algorithm>
#include <cmath>
#include <numbers>

#include "gan/core/error.h"
#include "gan/judge/distances.h"

namespace gan {
namespace {

constexpr int64_t kChoosing = 1000;  // validation examples that choose sigma
constexpr double kLowest = 1e-4;      // of the given grid: where extending it ends

/// [n, D] -> [sigmas, n] float64.
Tensor log_density(const Distances& window, int64_t samples, const Tensor& x, const std::vector<double>& sigmas) {
  const int64_t n = x.size(0), dim = x.size(1);
  Tensor out = at::empty({static_cast<int64_t>(sigmas.size()), n}, at::kDouble);
  for (int64_t start = 0; start < n; start += window.block()) {
    const int64_t end = std::min(n, start + window.block());
    Tensor squared = window.squared(x.slice(0, start, end));  // [B, N]
    const Tensor nearest = squared.amin(1, true);             // [B, 1]: the largest term becomes exp(0)
    squared.sub_(nearest);
    Tensor terms;  // [B, N]
    for (size_t i = 0; i < sigmas.size(); ++i) {
      const double precision = -0.5 / (sigmas[i] * sigmas[i]);
      terms = i + 1 == sigmas.size() ? squared.mul_(precision).exp_() : at::mul(squared, precision).exp_();
      const Tensor sum = terms.sum(1).to(at::kDouble);  // [B]; pairwise, each term in [0, 1]
      const Tensor largest = nearest.squeeze(1).to(at::kDouble) * precision;  // [B]
      out[static_cast<int64_t>(i)].slice(0, start, end).copy_(sum.log_() + largest);
    }
  }
  for (size_t i = 0; i < sigmas.size(); ++i) {
    const double log_width = std::log(sigmas[i]) + std::log(2 * std::numbers::pi) / 2;
    out[static_cast<int64_t>(i)].sub_(std::log(static_cast<double>(samples)) + static_cast<double>(dim) * log_width);
  }
  return out;
}

Tensor rows(const Tensor& t, const char* name, int64_t dim) {
  if (t.dim() != 2 || t.size(1) != dim)
    throw UsageError("parzen: {} must be [n, {}] as the samples are, it has {} dimension(s) of width {}", name, dim,
                     t.dim(), t.dim() ? t.size(-1) : 0);
  if (t.size(0) == 0) throw DataError("parzen: there are no {}", name);
  return t.to(at::kFloat);
}

}  // namespace

std::vector<double> sigma_grid(double range) {
  std::vector<double> grid;
  for (int i = 0; i < 10; ++i) grid.push_back(range * std::pow(10, -1 + i / 9.0));
  return grid;
}

Tensor parzen_log_density(const Tensor& samples, const Tensor& x, const std::vector<double>& sigmas) {
  const at::NoGradGuard no_grad;
  return log_density(Distances(samples), samples.size(0), x.to(at::kFloat), sigmas);
}

ParzenScore parzen(const Tensor& samples, const Tensor& valid, const Tensor& test, std::vector<double> grid,
                   bool extend) {
  const at::NoGradGuard no_grad;
  const int64_t dim = samples.dim() == 2 ? samples.size(1) : 0;
  const Tensor from = rows(samples, "samples", dim), judged = rows(test, "test examples", dim);
  const Tensor choosing = rows(valid, "validation examples", dim).slice(0, 0, kChoosing);
  if (!from.isfinite().all().item<bool>())
    throw DataError("parzen: the samples are not finite; has training diverged?");
  std::sort(grid.begin(), grid.end());
  if (grid.size() < (extend ? 2 : 1) || grid.front() <= 0)
    throw UsageError("parzen: needs positive bandwidths, two or more to extend them; {} came", grid.size());

  const Distances window(from);
  const auto mean = [&](const std::vector<double>& sigmas) {
    return log_density(window, from.size(0), choosing, sigmas).mean(1);  // [sigmas]
  };
  const Tensor scores = mean(grid);
  const int64_t best = scores.argmax().item<int64_t>();
  double sigma = grid[best];
  if (extend && best == 0) {
    const double ratio = grid[0] / grid[1];
    for (double score = scores[0].item<double>(); sigma * ratio >= kLowest * grid[0]; sigma *= ratio) {
      const double lower = mean({sigma * ratio}).item<double>();
      if (!(lower > score)) break;
      score = lower;
    }
  }

  const Tensor ll = log_density(window, from.size(0), judged, {sigma})[0];  // [T]
  const auto n = static_cast<double>(ll.numel());
  return {.log_likelihood = ll.mean().item<double>(),
          .standard_error = std::sqrt(ll.var(0, /*unbiased=*/false).item<double>() / n),  // as numpy's std
          .sigma = sigma,
          .samples = from.size(0),
          .test_images = ll.numel()};
}

}  // namespace gan
