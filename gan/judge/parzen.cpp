#include "gan/judge/parzen.h"

#include <ATen/ATen.h>
#include <ATen/Parallel.h>

#include <algorithm>
#include <cmath>
#include <numbers>

#include "gan/core/error.h"
#include "gan/judge/distances.h"
#include "gan/kernels/windows.h"
#include "gan/workers/divided.h"

namespace gan {
namespace {

constexpr int64_t kChoosing = 1000;  // validation examples that choose sigma
constexpr double kLowest = 1e-4;     // of the given grid: where extending it ends

Tensor rows(const Tensor& t, const char* name, int64_t dim) {
  if (t.dim() != 2 || t.size(1) != dim)
    throw UsageError(
        "parzen: {} must be [n, {}] as the samples are, it has {} dimension(s) of width {}", name,
        dim, t.dim(), t.dim() ? t.size(-1) : 0);
  if (t.size(0) == 0) throw DataError("parzen: there are no {}", name);
  return t.to(at::kFloat);
}

/// Of the mean over test or validation examples, [n]; the deviation as numpy's std has it.
double standard_error(const Tensor& ll) {
  return std::sqrt(ll.var(0, /*unbiased=*/false).item<double>() / static_cast<double>(ll.numel()));
}

/// A Gaussian window on each sample.
struct Windows {
  explicit Windows(const Tensor& samples)
      : count(samples.size(0)), dim(samples.size(1)), distances(samples.to(at::kFloat)) {}
  Tensor log_density(const Tensor& x, const std::vector<double>& sigmas) const;
  ParzenChoice choose(const Tensor& valid, std::vector<double> grid, bool extend,
                      Workers& workers) const;

  const int64_t count, dim;
  const Distances distances;
};

/// [n, D] -> [sigmas, n] float64.
Tensor Windows::log_density(const Tensor& x, const std::vector<double>& sigmas) const {
  const int64_t n = x.size(0), widths = static_cast<int64_t>(sigmas.size());
  std::vector<double> exponents;
  for (const double sigma : sigmas) exponents.push_back(-0.5 / (sigma * sigma));
  const std::vector<float> single(exponents.begin(), exponents.end());
  Tensor out = at::empty({n, widths}, at::kDouble);
  for (int64_t start = 0; start < n; start += distances.block()) {
    const Tensor squared =
        distances.squared(x.slice(0, start, std::min(n, start + distances.block())));  // [B, N]
    at::parallel_for(0, squared.size(0), 1, [&](int64_t from, int64_t to) {
      for (int64_t i = from; i < to; ++i) {
        double* row = out.data_ptr<double>() + (start + i) * widths;
        const double nearest = kernels::sum_windows(
            {squared.data_ptr<float>() + i * count, static_cast<size_t>(count)}, single, row);
        for (int64_t j = 0; j < widths; ++j)
          row[j] = std::log(row[j]) + exponents[static_cast<size_t>(j)] * nearest;
      }
    });
  }
  out = out.t().contiguous();
  for (int64_t j = 0; j < widths; ++j) {
    const double log_width =
        std::log(sigmas[static_cast<size_t>(j)]) + std::log(2 * std::numbers::pi) / 2;
    out[j].sub_(std::log(static_cast<double>(count)) + static_cast<double>(dim) * log_width);
  }
  return out;
}

ParzenChoice Windows::choose(const Tensor& valid, std::vector<double> grid, bool extend,
                             Workers& workers) const {
  std::sort(grid.begin(), grid.end());
  if (grid.size() < (extend ? 2 : 1) || grid.front() <= 0)
    throw UsageError("parzen: needs positive bandwidths, two or more to extend them; {} came",
                     grid.size());
  const Tensor choosing = rows(valid, "validation examples", dim).slice(0, 0, kChoosing);
  const auto choice = [](double sigma, const Tensor& ll) {  // ll: [n]
    return ParzenChoice{sigma, ll.mean().item<double>(), standard_error(ll)};
  };
  const auto densities = [&](const std::vector<double>& sigmas) {  // [sigmas, n]
    return divided(workers, choosing.size(0),
                   [&](int64_t first, int64_t n) {
                     return log_density(choosing.narrow(0, first, n), sigmas).t().contiguous();
                   })
        .t()
        .contiguous();
  };
  const Tensor scores = densities(grid);
  const int64_t best = scores.mean(1).argmax().item<int64_t>();
  ParzenChoice out = choice(grid[static_cast<size_t>(best)], scores[best]);
  if (!extend || best > 0) return out;
  for (const double ratio = grid[0] / grid[1]; out.sigma * ratio >= kLowest * grid[0];) {
    const double sigma = out.sigma * ratio;
    const ParzenChoice narrower = choice(sigma, densities({sigma})[0]);
    if (!(narrower.log_likelihood > out.log_likelihood)) break;
    out = narrower;
  }
  return out;
}

Windows windows_of(const Tensor& samples) {
  const Tensor from = rows(samples, "samples", samples.dim() == 2 ? samples.size(1) : 0);
  if (!from.isfinite().all().item<bool>())
    throw DataError("parzen: the samples are not finite; has training diverged?");
  return Windows(from);
}

}  // namespace

std::vector<double> sigma_grid(double range) {
  std::vector<double> grid;
  for (int i = 0; i < 10; ++i) grid.push_back(range * std::pow(10, -1 + i / 9.0));
  return grid;
}

Tensor parzen_log_density(const Tensor& samples, const Tensor& x,
                          const std::vector<double>& sigmas) {
  const at::NoGradGuard no_grad;
  return Windows(samples).log_density(x.to(at::kFloat), sigmas);
}

ParzenChoice parzen_choice(const Tensor& samples, const Tensor& valid,
                           const std::vector<double>& grid, bool extend, Workers& workers) {
  const at::NoGradGuard no_grad;
  return windows_of(samples).choose(valid, grid, extend, workers);
}

ParzenScore parzen(const Tensor& samples, const Tensor& valid, const Tensor& test,
                   const std::vector<double>& grid, bool extend) {
  const at::NoGradGuard no_grad;
  const Windows windows = windows_of(samples);
  const Tensor judged = rows(test, "test examples", windows.dim);
  const double sigma = windows.choose(valid, grid, extend, alone()).sigma;
  const Tensor ll = windows.log_density(judged, {sigma})[0];  // [T]
  return {.log_likelihood = ll.mean().item<double>(),
          .standard_error = standard_error(ll),
          .sigma = sigma,
          .samples = windows.count,
          .test_images = ll.numel()};
}

}  // namespace gan
