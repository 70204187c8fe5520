#include "gan/judge/summary.h"

#include <ATen/ATen.h>

#include <cmath>

namespace gan {

MeanError mean_error(const Tensor& values) {
  const Tensor x = values.to(at::kDouble);
  const double variance = x.var(0, /*unbiased=*/false).item<double>();
  return {.mean = x.mean().item<double>(),
          .standard_error = std::sqrt(variance / static_cast<double>(x.numel()))};
}

Spread spread_of(std::span<const double> values) {
  Spread out;
  const auto n = static_cast<double>(values.size());
  for (const double value : values) out.mean += value / n;
  if (values.size() < 2) return out;
  double squares = 0;
  for (const double value : values) squares += (value - out.mean) * (value - out.mean);
  out.deviation = std::sqrt(squares / (n - 1));
  return out;
}

}  // namespace gan
