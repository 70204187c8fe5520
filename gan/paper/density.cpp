#include "gan/paper/density.h"

#include <ATen/ATen.h>

#include <algorithm>
#include <cmath>
#include <limits>
#include <span>

#include "gan/theory/divergence.h"

namespace gan::paper {

double Density::log_at(double x) const {
  double most = -std::numeric_limits<double>::infinity(), sum = 0;
  const auto term = [&](const Component& p) {
    return std::log(p.weight) + log_normal_density(x, p.mean, p.deviation);
  };
  for (const Component& p : parts) most = std::max(most, term(p));
  for (const Component& p : parts) sum += std::exp(term(p) - most);
  return most + std::log(sum);
}

at::Tensor Density::sample(const Stream& stream, int64_t n, uint64_t step) const {
  std::vector<float> place(static_cast<size_t>(n));
  stream.child("place").uniform(place, 1, step);
  at::Tensor x = at::empty({n, 1});
  const std::span<float> out(x.data_ptr<float>(), static_cast<size_t>(n));
  stream.child("noise").normal(out, 1, step);
  for (size_t i = 0; i < out.size(); ++i) {
    size_t k = 0;
    for (double u = place[i]; k + 1 < parts.size() && u >= parts[k].weight; ++k)
      u -= parts[k].weight;
    out[i] = static_cast<float>(parts[k].mean + parts[k].deviation * out[i]);
  }
  return x;
}

Density normal(double mean, double deviation) {
  return {{{1, mean, deviation}}};
}

double integral(const std::function<double(double)>& f) {
  const double step = (kHigh - kLow) / kIntervals;
  double sum = 0;
  for (int i = 0; i <= kIntervals; ++i) sum += simpson_weight(i, kIntervals) * f(kLow + i * step);
  return sum * step / 3;
}

}  // namespace gan::paper
