#pragma once
/// What whoever trains at the command line shows and asks of the loop.

#include <chrono>

#include "cli/scoring.h"

namespace gan::cli {

/// Progress: one line that redraws itself on a terminal, no wider than that; a plain line now and
/// then elsewhere.
class Narrator {
 public:
  explicit Narrator(bool quiet);
  ~Narrator() { finish(); }

  void operator()(const Progress& p);
  void say(const std::string& text);
  void finish();

 private:
  using Clock = std::chrono::steady_clock;
  bool quiet_, terminal_, open_ = false;
  Clock::time_point last_{};
};

/// Scores, pictures and progress; all of it must outlive the hooks.
Hooks make_hooks(const RunFolder& run, const Problem& problem, const Judge& judge, Learner& learner,
                 Narrator& narrator);

}  // namespace gan::cli
