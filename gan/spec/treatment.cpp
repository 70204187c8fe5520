#include "gan/spec/treatment.h"

#include <algorithm>

namespace gan {
namespace {

constexpr double kMostAugmentation = 0.8;

}  // namespace

Config treated(Config settings, Treatment& t) {
  GameSection& game = settings.game;
  if (penalised(game) || game.clip > 0 || game.update == Update::simultaneous) t.penalty = 0;
  if (!penalised(game)) t.penalties = 1;
  if (t.penalty > 0) game.r1 = game.r2 = t.penalty;
  for (double* weight : {&game.r1, &game.r2, &game.wgan_gp, &game.dragan}) *weight *= t.penalties;
  for (std::optional<double>* weight : {&game.final_r1, &game.final_r2})
    if (*weight) **weight *= t.penalties;

  double& p = settings.augmentation.p;
  if (settings.augmentation.mode != AugmentationMode::fixed) t.augmentation = 0;
  t.augmentation = std::min(t.augmentation, std::max(kMostAugmentation - p, 0.0));
  p += t.augmentation;

  OptimizerSection& optimizer = settings.optimizer;
  const bool adam = optimizer.method == Method::adam;
  double &first = adam ? optimizer.beta1 : optimizer.momentum,
         &last = adam ? optimizer.beta1 : optimizer.final_momentum;
  if (std::max(first, last) <= t.momentum) t.momentum = 1;
  first = std::min(first, t.momentum);
  last = std::min(last, t.momentum);
  if (!has_end(optimizer.schedule)) t.schedule_steps = 0;
  if (t.schedule_steps > 0) optimizer.schedule_steps = static_cast<int64_t>(t.schedule_steps);
  return settings;
}

}  // namespace gan
