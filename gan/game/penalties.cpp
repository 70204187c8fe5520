#include "gan/game/penalties.h"

#include <ATen/ATen.h>
#include <torch/csrc/autograd/autograd.h>

namespace gan {

Tensor gradient_penalty(PenaltyWeights weights, const Tensor& on_data, const Tensor& x, const Tensor& on_samples, const Tensor& s) {
  const auto slopes = torch::autograd::grad({on_data.sum() + on_samples.sum()}, {x, s}, {}, /*retain_graph=*/true, /*create_graph=*/true);  // [B, D] each
  const auto half_mean = [](const Tensor& slope) { return slope.square().sum() / (2.0 * static_cast<double>(slope.size(0))); };
  if (weights.r2 == 0) return weights.r1 * half_mean(slopes[0]);
  if (weights.r1 == 0) return weights.r2 * half_mean(slopes[1]);
  return weights.r1 * half_mean(slopes[0]) + weights.r2 * half_mean(slopes[1]);
}

}  // namespace gan
