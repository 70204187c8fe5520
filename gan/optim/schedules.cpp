#include "gan/optim/schedules.h"

#include <algorithm>
#include <cmath>
#include <numbers>

namespace gan {

double schedule_left(const OptimizerSection& s, int64_t t) {
  if (!has_end(s.schedule)) return 1;
  const double done = std::min(1.0, static_cast<double>(t) / static_cast<double>(s.schedule_steps));
  return s.schedule == Schedule::linear ? 1 - done : (1 + std::cos(std::numbers::pi * done)) / 2;
}

double scheduled(const OptimizerSection& s, double initial, std::optional<double> final_value,
                 int64_t t) {
  if (!final_value || !has_end(s.schedule)) return initial;
  return *final_value + (initial - *final_value) * schedule_left(s, t);
}

double learning_rate(const OptimizerSection& s, double initial, int64_t t) {
  if (s.schedule == Schedule::exponential)
    return std::max(s.min_rate, initial / std::pow(s.decay, static_cast<double>(t)));
  return scheduled(s, initial, s.min_rate, t);
}

double momentum(const OptimizerSection& s, int64_t epoch) {
  if (s.momentum_epochs <= 1) return s.final_momentum;
  const double done = std::clamp((epoch - 1.0) / (s.momentum_epochs - 1.0), 0.0, 1.0);
  return s.momentum + (s.final_momentum - s.momentum) * done;
}

double instance_noise(const GameSection& s, int64_t t) {
  constexpr double kLast = 0.01;  // of the first
  if (s.instance_noise_steps == 0) return s.instance_noise;
  if (t >= s.instance_noise_steps) return 0;
  const double done = static_cast<double>(t) / static_cast<double>(s.instance_noise_steps);
  return s.instance_noise * std::pow(kLast, done);
}

double averaging_decay(const Config& c, int64_t t) {
  const GameSection& game = c.game;
  if (game.averaging_images <= 0) {
    const double warm_up = (1.0 + static_cast<double>(t)) / (10.0 + static_cast<double>(t));
    return std::min(game.averaging, warm_up);
  }
  const double half_life = game.averaging_images * (1 - schedule_left(c.optimizer, t));
  if (half_life <= 0) return 0;
  return std::pow(0.5, static_cast<double>(c.training.batch_size) / half_life);
}

}  // namespace gan
