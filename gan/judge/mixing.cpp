#include "gan/judge/mixing.h"

#include <ATen/ATen.h>

#include <algorithm>
#include <cmath>
#include <limits>

#include "gan/core/error.h"

namespace gan {
namespace {

/// sum over chains, times and dimensions of x_t x_{t+lag}, for lags 0 ... n - 1, by the
/// Wiener-Khinchin theorem.
std::vector<double> lagged_products(const Tensor& states, const Tensor& mean) {
  const int64_t n = states.size(1);
  int64_t padded = 1;
  while (padded < 2 * n) padded *= 2;  // so that no end meets a beginning
  Tensor power = at::zeros({padded / 2 + 1}, at::kDouble);
  for (int64_t chain = 0; chain < states.size(0); ++chain) {
    const Tensor x = (states.select(0, chain).to(at::kDouble) - mean).t().contiguous();  // [D, n]
    const Tensor waves = at::view_as_real(at::fft_rfft(x, padded, 1));  // [D, padded / 2 + 1, 2]
    power += waves.square().sum(at::IntArrayRef{0, 2});
  }
  const Tensor sums = at::fft_irfft(power, padded, 0);
  return {sums.data_ptr<double>(), sums.data_ptr<double>() + n};
}

/// The sums of neighbouring pairs are positive and fall, where the chain is reversible (Geyer 1992,
/// theorem 3.1): they end at the first that is not, and none counts more than the one before.
double initial_monotone_sequence(const std::vector<double>& rho) {
  double sum = 0, least = std::numeric_limits<double>::infinity();
  for (size_t lag = 0; lag + 1 < rho.size(); lag += 2) {
    const double pair = rho[lag] + rho[lag + 1];
    if (pair <= 0) break;
    least = std::min(least, pair);
    sum += least;
  }
  return 2 * sum - 1;
}

}  // namespace

Mixing mixing(const Tensor& states) {
  if (states.dim() != 3 || states.size(0) < 1 || states.size(1) < 4 || states.size(2) < 1)
    throw UsageError(
        "mixing: expected chains of at least 4 states, [m, n, D]; {} numbers in {} dimensions came",
        states.numel(), states.dim());
  const at::NoGradGuard no_grad;
  const Tensor x = states.to(at::kCPU);
  if (!x.isfinite().all().item<bool>())
    throw DataError("mixing: the chains have states that are not finite");
  const int64_t m = x.size(0), n = x.size(1);
  const Tensor mean = x.mean(at::IntArrayRef{0, 1}, false, at::kDouble);  // [D]
  std::vector<double> products = lagged_products(x, mean);

  Mixing out{.chains = m, .steps = n};
  const double total = static_cast<double>(m * n), size = products[0] / total;
  const bool moves = size > 1e-12 * (mean.square().sum().item<double>() + size);
  for (int64_t lag = 0; lag < n; ++lag) {
    const double left = 1 - static_cast<double>(lag) / static_cast<double>(n);
    products[lag] = moves ? products[lag] / (size * total) : left;
    out.autocorrelation.push_back(products[lag] / left);
  }
  out.time = std::max(initial_monotone_sequence(products), 1 / std::log10(total));
  out.effective = total / out.time;
  return out;
}

}  // namespace gan
