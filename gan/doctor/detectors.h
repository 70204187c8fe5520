#pragma once
/// The table of detectors: each is a pure function of the metrics so far and of the settings.
/// Adding a detector is adding a row in the .cpp and a function in one of the files *_signs.cpp.

#include <optional>
#include <span>
#include <string>
#include <string_view>

#include "gan/doctor/history.h"
#include "gan/spec/config.h"

namespace gan {

/// What detectors know of the settings.
struct TrainingFacts {
  int64_t steps = 0, batch_size = 0, k = 1;
  bool adversarial = false;
  bool log_odds = false;  ///< at its best, D's logit is log(p_data / p_g), or a difference of such
  bool bounded = true;    ///< a loss far above 1 means that a player has lost control
  double rate = 0, last_rate = 0;  ///< at the first step, and after the whole schedule
  int64_t schedule_steps = 0;      ///< 0: the schedule has no end
  int64_t noise_steps = 0;         ///< first steps, in which D sees falling instance noise
};
TrainingFacts training_facts(const Config& config);

/// Of a trouble.
struct Sign {
  bool present = false;
  std::string text;  ///< where it is present: a sentence with the numbers
};

/// The sign in the newest line; nothing where that lacks the numbers. open: the trouble was
/// reported, and is not over yet.
using MaybeSign = std::optional<Sign>;
using FindSign = MaybeSign(const History& history, const TrainingFacts& facts, bool open);

struct Detector {
  std::string_view name;
  int begin;  ///< lines in a row that must show the sign before the trouble is reported
  int end;    ///< lines in a row that must not show it before the trouble is over
  FindSign* find;
};
std::span<const Detector> detectors();

/// By which share of their norm the longest of the newest 5 steps moves the weights of D or G,
/// whichever moves more; 0 unless all 5 are long.
double long_steps(const History& history);

/// Whether training has led nowhere so far: much of it is over, and few samples lie among the data.
bool leads_nowhere(const History& history, const TrainingFacts& facts);

// The rows' functions.
FindSign look_for_dead_units;
FindSign look_for_divergence;
FindSign look_for_not_finite;
FindSign look_for_strong_d;
FindSign look_for_weak_d;
FindSign look_for_circles;
FindSign look_for_overfitting;
FindSign look_for_collapse;
FindSign look_for_class_collapse;
FindSign look_for_ignored_z;
FindSign look_for_memorising;
FindSign look_for_no_progress;
FindSign look_for_schedule;

}  // namespace gan
