#pragma once
/// The one loop that every Learner goes through: steps, metrics, pictures, scores, checkpoints,
/// stopping.

#include <functional>
#include <map>
#include <optional>
#include <string>

#include "gan/data/batches.h"
#include "gan/model/learner.h"
#include "gan/run/folder.h"
#include "gan/workers/workers.h"

namespace gan {

struct Scores {
  RunFolder::Numbers numbers;   ///< for the metrics
  std::optional<double> score;  ///< higher is better: chooses `best`, feeds patience
  double standard_error = 0;  ///< of `score`, over the validation examples; 0 where it is not known
  std::optional<bool> indistinguishable;  ///< the two-sample test's verdict
  bool finite =
      true;  ///< false where samples are not: there is no score, and training has diverged
};

struct Progress {
  int64_t step, steps;
  double epoch;
  std::string stage;
  const RunFolder::Numbers& numbers;  ///< of the newest step
  double examples_per_second, seconds_left;
};

/// What the doctor (gan/doctor/) needs beside the metrics. Each may be empty.
struct DoctorHooks {
  std::function<NamedNumbers(int64_t step)> examine;  ///< measurements of gan/checkup.h
  std::function<std::vector<Finding>()> look_at_data;
  std::function<void(int64_t step, const Finding&)> say;  ///< of what begins or ends
};

/// What the loop asks of whoever starts it. Each may be empty.
struct Hooks {
  std::function<Scores(int64_t step)> evaluate;
  std::function<void(int64_t step)> draw;
  std::function<void(const Progress&)> progress;
  DoctorHooks doctor;
};

enum class Ended { steps, patience, indistinguishable, interrupted, doctor };

struct Outcome {
  Ended how;
  int64_t step;  ///< after so many
  std::optional<int64_t> best_step;
  int signal = 0;  ///< that interrupted it, wherever a worker got it
};

/// Trains from the folder's last checkpoint, or from the start. Byte for byte the same, however
/// often it is killed and called again. `metadata` goes into the checkpoints.
/// workers: that make the same steps (follow.h); the leader calls this.
/// @throws DivergedError at the first loss that is not finite; the last good checkpoint stays.
Outcome train(const RunFolder& run, Learner& learner, BatchOrder& data, at::Device device,
              const Config& config, const std::map<std::string, std::string>& metadata,
              const Hooks& hooks, Workers& workers = alone());

/// How the training ended, where the folder's last checkpoint says that it has: train() would add
/// nothing to it.
std::optional<Ended> ended(const RunFolder& run, const Config& config);

}  // namespace gan
