#include "gan/theory/divergence.h"

#include <algorithm>
#include <cassert>
#include <cmath>
#include <numbers>
#include <numeric>

#include "gan/theory/sigmoid.h"

namespace gan {
namespace {

using std::numbers::ln2;
using std::numbers::pi;

constexpr double kReach = 6;  // bandwidths; a Gaussian kernel has 2e-9 of its mass beyond

double softplus(double x) {
  return x > 0 ? x + std::log1p(std::exp(-x)) : std::log1p(std::exp(x));
}

/// p log(p / m) / 2 + q log(q / m) / 2, where m = (p + q) / 2: log(p / m) = log 2 - softplus(log q
/// - log p).
double divergence_at(double log_p, double log_q) {
  const double logit = optimal_logit(log_p, log_q);
  const auto half = [](double log_density, double log_odds) {
    const double density = std::exp(log_density);
    return density > 0 ? density * (ln2 - softplus(-log_odds)) / 2 : 0.0;
  };
  return half(log_p, logit) + half(log_q, -logit);
}

/// Silverman 1986, eq. 3.31: .9 min(deviation, interquartile range / 1.34) n^(-1/5); 0 for equal
/// samples.
double silverman(std::span<const float> sorted) {
  const auto n = static_cast<double>(sorted.size());
  const double mean = std::accumulate(sorted.begin(), sorted.end(), 0.0) / n;
  double square = 0;
  for (const double x : sorted) square += (x - mean) * (x - mean);
  const double deviation = std::sqrt(square / n);
  const double quartiles = sorted[sorted.size() * 3 / 4] - sorted[sorted.size() / 4];
  const double spread = quartiles > 0 ? std::min(deviation, quartiles / 1.34) : deviation;
  return .9 * spread * std::pow(n, -.2);
}

double spacing(std::span<const double> grid) {
  return grid.size() > 1 ? std::abs(grid[1] - grid[0]) : 1;
}

}  // namespace

double optimal_logit(double log_p_data, double log_p_g) {
  // Where neither has mass every D is as good; 0 says "cannot tell".
  return log_p_data == log_p_g ? 0 : log_p_data - log_p_g;
}

double optimal_discriminator(double log_p_data, double log_p_g) {
  return sigmoid(optimal_logit(log_p_data, log_p_g));
}

double jensen_shannon(const LogDensity& p, const LogDensity& q, double low, double high,
                      int intervals) {
  assert(intervals > 0 && low < high);
  intervals += intervals % 2;
  const double step = (high - low) / intervals;
  double sum = 0;
  for (int i = 0; i <= intervals; ++i) {
    const double x = low + i * step;
    sum += simpson_weight(i, intervals) * divergence_at(p(x), q(x));
  }
  return sum * step / 3;
}

double jensen_shannon(std::span<const double> p, std::span<const double> q) {
  assert(p.size() == q.size());
  double sum = 0;
  for (size_t i = 0; i < p.size(); ++i) sum += divergence_at(std::log(p[i]), std::log(q[i]));
  return sum;
}

double simpson_weight(int i, int intervals) {
  if (i == 0 || i == intervals) return 1;
  return i % 2 == 1 ? 4 : 2;
}

double virtual_criterion(double jensen_shannon_divergence) {
  return -2 * ln2 + 2 * jensen_shannon_divergence;
}

double log_normal_density(double x, double mean, double deviation) {
  const double z = (x - mean) / deviation;
  return -z * z / 2 - std::log(deviation * std::sqrt(2 * pi));
}

std::vector<double> kernel_density(std::span<const float> samples, std::span<const double> grid,
                                   double bandwidth) {
  std::vector<double> density(grid.size());
  std::vector<float> sorted(samples.begin(), samples.end());
  std::erase_if(sorted, [](float x) { return !std::isfinite(x); });
  if (sorted.empty()) return density;
  std::sort(sorted.begin(), sorted.end());
  if (bandwidth <= 0) bandwidth = silverman(sorted);
  if (bandwidth <= 0) bandwidth = spacing(grid);
  const double norm = 1 / (static_cast<double>(samples.size()) * bandwidth * std::sqrt(2 * pi));
  for (size_t i = 0; i < grid.size(); ++i) {
    const auto from = std::lower_bound(sorted.begin(), sorted.end(), grid[i] - kReach * bandwidth);
    const auto to = std::upper_bound(from, sorted.end(), grid[i] + kReach * bandwidth);
    for (auto s = from; s != to; ++s) {
      const double z = (grid[i] - *s) / bandwidth;
      density[i] += norm * std::exp(-z * z / 2);
    }
  }
  return density;
}

}  // namespace gan
