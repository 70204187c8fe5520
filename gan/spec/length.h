#pragma once
/// How long a training is, where its user gives a time: the number of steps that fit into it.

#include <cstdint>

#include "gan/spec/config.h"

namespace gan {

/// What a training costs, in seconds.
struct Pace {
  double step = 0;        ///< of one step
  double evaluation = 0;  ///< of the scores on the way
  double picture = 0;     ///< of a picture of samples
  double checkpoint = 0;
  double closing = 0;  ///< of the scores at the end; 0 where there are none
};

struct Length {
  int64_t steps = 0;
  /// On the way and at the end, each after the same number of steps.
  int64_t evaluations = 0, pictures = 0, checkpoints = 0;
  bool closing_scores = true;  ///< there is time for the scores at the end
};

/// Scores at the end take at most this share of the time; otherwise they are left out.
constexpr double kMostClosing = 0.15;

/// What fits into `seconds`, of which `spent` are over. Scores on the way take at most a tenth of
/// the time, pictures and checkpoints a twentieth each. `steps` is a multiple of the numbers of the
/// others; 0 where not one step fits.
Length length_for(double seconds, double spent, const Pace& pace);

/// The same for a recipe, which itself says after how many steps it is scored, drawn and saved.
Length length_for(double seconds, double spent, const Pace& pace, const RunSection& run);

/// Trains for so many steps. optimizer.schedule_steps and game.instance_noise_steps keep their
/// shares of the whole.
void set_steps(Config& config, int64_t steps);

/// Scores, pictures and checkpoints as `length` has them.
void set_times(RunSection& run, const Length& length);

}  // namespace gan
