#include "gan/judge/ais.h"

#include <ATen/ATen.h>

#include <algorithm>
#include <cmath>
#include <span>

#include "gan/core/error.h"
#include "gan/workers/divided.h"

namespace gan {
namespace {

struct AnnealingStage {
  double steps, from, to;
};
constexpr AnnealingStage kPublished[] = {{500, 0, 0.5}, {4000, 0.5, 0.9}, {10000, 0.9, 1}};
constexpr double kPublishedSteps = 14500;

constexpr size_t kAtOnce = 100;  // steps of one call

}  // namespace

std::vector<double> ais_schedule(int64_t temperatures) {
  std::vector<double> betas;
  for (int64_t i = 0; i < temperatures; ++i) {
    double at = kPublishedSteps * static_cast<double>(i) / static_cast<double>(temperatures);
    for (const auto& [steps, from, to] : kPublished) {
      if (at < steps) {
        betas.push_back(from + (to - from) * at / steps);
        break;
      }
      at -= steps;
    }
  }
  betas.push_back(1);
  return betas;
}

LogZ log_z_from(const Tensor& log_weights, double base) {
  if (!at::isfinite(log_weights).all().item<bool>())
    throw DataError(
        "annealed importance sampling: a weight is not finite; the model's parameters are too large");
  const double most = log_weights.max().item<double>(),
               n = static_cast<double>(log_weights.numel());
  const Tensor w = (log_weights - most).exp();  // [runs], the largest 1
  const double mean = w.mean().item<double>(), deviation = n > 1 ? w.std(true).item<double>() : 0,
               three = 3 * deviation / std::sqrt(n);
  const double squares = w.square().sum().item<double>();
  return {.value = base + most + std::log(mean),
          .low = base + most + std::log(std::max(0.0, mean - three)),
          .high = base + most + std::log(mean + three),
          .effective_runs = n * n * mean * mean / squares,
          .runs = log_weights.numel()};
}

LogZ estimate_log_z(AnnealedPath& path, const AisSettings& s, bool sampled, Workers& workers) {
  if (const auto exact = sampled ? std::nullopt : path.exact_log_z())
    return {.value = *exact, .low = *exact, .high = *exact, .exact = true};
  const std::vector<double> betas = ais_schedule(s.temperatures);
  path.choose_base(s.seed);
  const Tensor log_weights = divided(workers, s.runs, [&](int64_t first, int64_t runs) {
    Tensor states = path.draw_base(runs, s.seed, first), weights = at::zeros({runs}, at::kDouble);
    for (size_t i = 0; i + 1 < betas.size(); i += kAtOnce)
      path.anneal(states, weights,
                  std::span(betas).subspan(i, std::min(kAtOnce + 1, betas.size() - i)), s.seed,
                  static_cast<int64_t>(i), first);
    return weights;
  });
  LogZ out = log_z_from(log_weights, path.base_log_z());
  out.temperatures = s.temperatures;
  return out;
}

Tensor AnnealedLikelihood::log_probability(const Tensor& x) {
  return path_.log_unnormalised(x) - log_z_.value;
}

}  // namespace gan
