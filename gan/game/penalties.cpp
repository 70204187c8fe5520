#include "gan/game/penalties.h"

#include <ATen/ATen.h>

namespace gan {

Tensor penalty_of_each(PenaltyWeights weights, int64_t data, int64_t samples) {
  if (weights.r1 == 0 && weights.r2 == 0) return {};
  const auto share = [](double weight, int64_t n) {
    return at::full({n}, weight / static_cast<double>(n), at::kFloat);
  };
  return at::cat({share(weights.r1, data), share(weights.r2, samples)});
}

}  // namespace gan
