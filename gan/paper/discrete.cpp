#include "gan/paper/discrete.h"

#include <fmt/format.h>

#include <algorithm>

#include "gan/theory/divergence.h"

namespace gan::paper {

double plogq(double p, double log_q) {
  return p > 0 ? p * log_q : 0;
}

double criterion_at(double log_data, double log_g) {
  // 1 - D* is D* of the pair swapped.
  return plogq(std::exp(log_data), std::log(optimal_discriminator(log_data, log_g))) +
         plogq(std::exp(log_g), std::log(optimal_discriminator(log_g, log_data)));
}

double criterion(const Distribution& data, const Distribution& g) {
  double sum = 0;
  for (size_t i = 0; i < data.size(); ++i) sum += criterion_at(std::log(data[i]), std::log(g[i]));
  return sum;
}

double slope_at(double data, double g) {
  return std::log(optimal_discriminator(std::log(g), std::log(data)));
}

double total_variation(const Distribution& p, const Distribution& q) {
  double sum = 0;
  for (size_t i = 0; i < p.size(); ++i) sum += std::abs(p[i] - q[i]) / 2;
  return sum;
}

Distribution draw_distribution(const Stream& stream, int64_t size, double deviation, bool holes) {
  std::vector<float> z(static_cast<size_t>(size));
  std::vector<float> u(z.size());
  stream.child("z").normal(z, 1, 0);
  stream.child("u").uniform(u, 1, 0);
  Distribution p(z.size());
  double total = 0;
  for (size_t i = 0; i < p.size(); ++i) {
    const bool hole = holes && i > 0 && u[i] < 1 / 3.0;
    p[i] = hole ? 0 : std::exp(deviation * z[i]);
    total += p[i];
  }
  for (double& x : p) x /= total;
  return p;
}

std::string number(double x) {
  return fmt::format("{:.6g}", std::abs(x) < 5e-16 ? 0 : x);
}

Check at_most(std::string what, double ours, double bound) {
  return {std::move(what), std::max(ours, 0.0), 0, bound};
}

}  // namespace gan::paper
