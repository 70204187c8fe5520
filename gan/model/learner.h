#pragma once
/// Everything that learns. One loop (run/) trains them all and knows nothing of what is inside.

#include <ATen/core/Tensor.h>

#include <optional>
#include <string>
#include <utility>
#include <vector>

#include "gan/model/generative_model.h"
#include "gan/spec/treatment.h"

namespace gan {

/// Named 0-d tensors: reading them is left to who needs the numbers, so nothing waits for a device.
using Scalars = std::vector<std::pair<std::string, Tensor>>;

/// Examples that are learned from at once: all of a minibatch, or one worker's rows of it.
struct Batch {
  Tensor x;           ///< [B, shape...] float32, scaled, on the learner's device
  Tensor label;       ///< [B] int64 there, or undefined where the data have no labels
  int64_t first = 0;  ///< the number of row 0 in the whole minibatch: what is drawn for a row is a
                      ///< function of first + row, so it does not depend on who computes it
  double share = 1;   ///< these rows of those of all workers

  int64_t size() const { return x.size(0); }
  Tensor rows() const { return x.flatten(1); }  ///< [B, D]: each example as one row of numbers
};

/// The minibatches of one step.
class Batches {
 public:
  virtual ~Batches() = default;
  virtual Batch next() = 0;  ///< may overwrite the one before
};

struct Stage {
  std::string name;  ///< "" when there is only one
  int64_t steps;
};

/// Which stage a step (from 0) is of, and how many of its own steps come before; a step after all
/// of them is of the last.
struct StagePosition {
  size_t stage;
  int64_t step;
};
inline StagePosition position_of(const std::vector<Stage>& stages, int64_t step) {
  size_t i = 0;
  while (i + 1 < stages.size() && step >= stages[i].steps) {
    step -= stages[i].steps;
    ++i;
  }
  return {i, step};
}

/// How minibatches are divided among workers.
struct Division {
  int64_t parts = 1;  ///< of a minibatch, of equal sizes: each worker has rows of all of them
  int64_t block = 1;  ///< so many consecutive rows stay with one worker
};

class Learner {
 public:
  virtual ~Learner() = default;

  virtual std::vector<Stage> stages() const = 0;
  virtual int64_t batches_per_step() const { return 1; }

  /// Step number `step` (from 0). All randomness is a function of (seed, step). Where there are
  /// several workers, the numbers are means over this worker's examples.
  virtual Scalars step(int64_t step, Batches& data) = 0;

  /// Nothing where this kind of learner supports only one worker.
  virtual std::optional<Division> division() const { return {}; }
  /// Brings together what workers have divided of the state. All of them call it at the same time:
  /// before the state is written, by the leader.
  virtual void join_state() {}
  /// After join_state, or after the whole state came from elsewhere.
  virtual void divide_state() {}

  /// What else is worth watching after that step; called now and then. Changes nothing.
  virtual Scalars watch(const Batch& /*real*/) { return {}; }

  /// Everything that decides the future of training: parameters, optimisers, averages, chains.
  virtual void visit_state(const StateVisitor& visit) = 0;

  /// From now on trains under `treatment`, which whoever calls it keeps. Returns what of it this
  /// kind of learner can do: perhaps nothing.
  virtual Treatment treat(const Treatment& /*treatment*/) { return {}; }

  /// Gives units that never fire new weights, by draws of (seed, step), in such a way that no
  /// output changes. Returns how many.
  virtual int64_t revive(int64_t /*step*/) { return 0; }

  /// What to try where training diverges: a sentence.
  virtual std::string advice_on_divergence() const { return "Try a lower training.learning_rate"; }

  virtual GenerativeModel& model() = 0;
  virtual bool has_model() const {
    return true;
  }  ///< false while an early stage has made none yet: nothing to score or to draw
};

/// What a learner may be able to do besides; ask with dynamic_cast: tell samples from data.
class Discriminates {
 public:
  virtual ~Discriminates() = default;
  /// x [B, shape...] scaled, label [B] where it is asked for -> logits [B] on the CPU, no gradient.
  virtual Tensor discriminate(const Tensor& x, const Tensor& label = {}) const = 0;
  virtual bool asks_for_labels() const = 0;
};

}  // namespace gan
