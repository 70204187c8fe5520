#include "gan/doctor/detectors.h"

namespace gan {
namespace {

constexpr Detector kTable[] = {
    {"not-finite", 1, 1, look_for_not_finite},
    {"diverges", 1, 5, look_for_divergence},
    {"dead-units", 1, 2, look_for_dead_units},
    {"collapse", 3, 2, look_for_collapse},
    {"class-collapse", 3, 2, look_for_class_collapse},
    {"z-ignored", 3, 2, look_for_ignored_z},
    {"d-too-strong", 5, 5, look_for_strong_d},
    {"d-too-weak", 8, 5, look_for_weak_d},
    {"d-overfits", 3, 3, look_for_overfitting},
    {"memorises", 3, 3, look_for_memorising},
    {"circles", 5, 20, look_for_circles},
    {"no-progress", 2, 2, look_for_no_progress},
    {"schedule", 1, 1, look_for_schedule},
};

}  // namespace

std::span<const Detector> detectors() {
  return kTable;
}

TrainingFacts training_facts(const Config& c) {
  TrainingFacts out{.steps = c.training.steps, .batch_size = c.training.batch_size};
  out.adversarial = has_section(c, "game");
  if (out.adversarial) out.k = c.game.k;
  out.log_odds =
      out.adversarial && (c.game.value == "minimax" || c.game.value == "non-saturating" ||
                          c.game.value == "relativistic");
  out.bounded = out.adversarial && c.game.value != "wasserstein";
  if (out.adversarial && c.game.instance_noise > 0) out.noise_steps = c.game.instance_noise_steps;
  out.rate = out.last_rate = c.training.learning_rate;
  if (!has_section(c, "optimizer") || !has_end(c.optimizer.schedule)) return out;
  out.schedule_steps = c.optimizer.schedule_steps;
  out.last_rate = c.optimizer.min_rate;
  return out;
}

}  // namespace gan
