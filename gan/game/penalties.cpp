#include "gan/game/penalties.h"

#include <ATen/ATen.h>

#include "gan/optim/schedules.h"

namespace gan {

PenaltyWeights penalty_weights(const Config& config, int64_t t) {
  const GameSection& game = config.game;
  return {.r1 = scheduled(config.optimizer, game.r1, game.final_r1, t),
          .r2 = scheduled(config.optimizer, game.r2, game.final_r2, t)};
}

Tensor penalty_of_each(PenaltyWeights weights, int64_t data, int64_t samples) {
  if (weights.r1 == 0 && weights.r2 == 0) return {};
  const auto share = [](double weight, int64_t n) {
    return at::full({n}, weight / static_cast<double>(n), at::kFloat);
  };
  return at::cat({share(weights.r1, data), share(weights.r2, samples)});
}

}  // namespace gan
