#pragma once
/// What a training changes in its own settings while it runs (gan/doctor/remedies.h).

#include <cstdint>

#include "gan/spec/config.h"

namespace gan {

/// Part of the state of training: a resumed one goes on with it.
struct Treatment {
  double rates = 1;           ///< times every learning rate
  double d_rate = 1;          ///< times D's, besides
  double penalty = 0;         ///< weight of R1 and R2, where the settings have no penalty
  double penalties = 1;       ///< times the weights of the penalties that the settings have
  double momentum = 1;        ///< Adam's beta1, or the momentum, is at most this
  double augmentation = 0;    ///< added to the probability of a fixed augmentation, up to .8
  double schedule_steps = 0;  ///< in place of the settings'; 0: these
  bool operator==(const Treatment&) const = default;
};

/// Each number of it, in this order.
template <class V>
void each_number(Treatment& t, V&& visit) {
  for (double* number : {&t.rates, &t.d_rate, &t.penalty, &t.penalties, &t.momentum,
                         &t.augmentation, &t.schedule_steps})
    visit(*number);
}
inline constexpr int64_t kTreatmentNumbers = sizeof(Treatment) / sizeof(double);

/// The settings of adversarial nets under `t`, but for the rates. From `t` is taken what these
/// settings have no place for.
Config treated(Config settings, Treatment& t);

}  // namespace gan
