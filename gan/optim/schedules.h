#pragma once
/// Settings that change while a model is trained. Each value is a function of the step, so that no
/// schedule has a state.

#include <cstdint>
#include <optional>

#include "gan/spec/config.h"

namespace gan {

/// The part of the way from an initial to a final value that is left at step t (from 0): 1 at step
/// 0, and 0 from schedule_steps on. It is always 1 where the schedule has no end.
double schedule_left(const OptimizerSection& s, int64_t t);

/// The value at step t of a setting that moves along the cosine or the line of the [optimizer]
/// section; `initial` where it has no final value.
double scheduled(const OptimizerSection& s, double initial, std::optional<double> final_value,
                 int64_t t);

/// eta(t) of the [optimizer] section for update t (from 0).
double learning_rate(const OptimizerSection& s, double initial, int64_t t);

/// pylearn2's MomentumAdjustor: linear from `momentum` in epoch 1 to `final_momentum` in
/// `momentum_epochs`.
double momentum(const OptimizerSection& s, int64_t epoch);

/// Standard deviation of the noise on D's inputs at step t: it falls exponentially to a hundredth,
/// so that every scale gets as many steps, and is 0 from instance_noise_steps on.
double instance_noise(const GameSection& s, int64_t t);

/// How much of the average of G is kept at step t (from 0), in [0, 1). `averaging` is lower at the
/// beginning, so that the average forgets the starting weights sooner. `averaging_images` is a
/// half-life: .5^(batch / half-life), which grows from 0 (Huang et al. 2024, R3GAN).
double averaging_decay(const Config& c, int64_t t);

}  // namespace gan
