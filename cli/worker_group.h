#pragma once
/// `gan train` as one of several workers, as launchers start it.

#include "cli/command.h"
#include "cli/plan.h"
#include "gan/workers/c10d.h"

namespace gan::cli {

/// This process and the others. Alone where no launcher says otherwise.
class WorkerGroup {
 public:
  /// Takes this process's share of cores and its GPU, and meets the others.
  explicit WorkerGroup(const TrainOptions& o);
  ~WorkerGroup();

  Workers& workers() { return connected_ ? *connected_ : alone(); }
  bool is_leader() const { return launch_.rank == 0; }
  bool restarts() const { return launch_.restarts; }  ///< a run that is there is continued

  /// What the others were asked to do must be the same. @throws UsageError naming the rank
  void compare(const TrainOptions& o);
  /// The leader's settings, with the smallest number of threads that a worker has: others would
  /// round differently. plan(threads): called by the leader alone.
  TrainingPlan plan(const TrainOptions& o,
                    const std::function<TrainingPlan(std::optional<int64_t> threads)>& plan);
  void finish();  ///< after this no worker waits for another

  /// Runs work(); if it throws, tells the other workers why.
  int carry_out(const std::function<int()>& work);

 private:
  Launch launch_;
  std::unique_ptr<ConnectedWorkers> connected_;
};

}  // namespace gan::cli
