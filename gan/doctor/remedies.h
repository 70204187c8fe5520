#pragma once
/// The table of remedies: what a training does about a finding where run.doctor = "act". Adding a
/// remedy is adding a row in the .cpp.

#include <span>
#include <string>
#include <string_view>
#include <vector>

#include "gan/doctor/detectors.h"
#include "gan/spec/treatment.h"

namespace gan {

enum class Course {
  go_on,          ///< with other settings
  go_on_at_once,  ///< the same, only at the line at which it was found
  revive,         ///< draw dead units anew, and go on; where many die again, as back_before_it
  end,            ///< end training; where it has led nowhere, begin anew
  back,  ///< to the last checkpoint; where that did not help, to the best one, or the start
  back_before_it,  ///< to the best checkpoint, if it is from before the first sign; else to the
                   ///< start
};

/// What a remedy may go by.
struct Situation {
  const TrainingFacts& facts;
  const History& history;
};

struct Remedy {
  std::string_view finding;
  Course course;
  std::string_view event;  ///< what happened, where training goes back
  /// Treatments to try next after `now`: the first that changes something for the learner is taken.
  /// times: how often training has been treated for this before.
  std::vector<Treatment> (*changes)(const Treatment& now, int64_t times, const Situation& seen);
};

/// In the order in which they are thought of. A row's number is written into checkpoints: new rows
/// go to the end.
std::span<const Remedy> remedies();

/// Words for what differs from the settings: "learning rates at 0.3 times the settings".
std::string description(const Treatment& treatment);

}  // namespace gan
