#pragma once
/// What workers exchange while they train: numbers of a step, and what the leader decides. The
/// others (follow.h) make the same steps, and receive messages where StepSchedule says that the
/// leader sends some. Every function here waits for all workers; alone, none costs anything.

#include <cstdint>

#include "gan/model/learner.h"
#include "gan/run/loop.h"
#include "gan/workers/workers.h"

namespace gan {

/// From the leader to all others.
struct Message {
  enum class What { proceed, join, state, end, diverged };
  What what = What::proceed;
  int64_t step = 0;            ///< so many are done
  Treatment treatment;         ///< with `state`
  Ended ended = Ended::steps;  ///< with `end`
  int64_t best_step = -1;      ///< the same; -1: there is none
  int signal = 0;              ///< the same
};

class Coordination {
 public:
  Coordination(Workers& workers, Learner& learner) : workers_(workers), learner_(learner) {}

  bool alone() const { return workers_.alone(); }

  struct StepNumbers {
    RunFolder::Numbers numbers;
    int signal = 0;  ///< that one of the workers got, to stop
    bool finite() const;
  };
  /// Means over the examples of all workers, of which this one has `share`. Called by all.
  StepNumbers combined(const Scalars& scalars, double share) const;

  // By the leader:
  void send(const Message& message) const;
  void send_proceed() const { send({}); }
  void send_state(int64_t step, const Treatment& treatment) const;
  void join_state() const;  ///< of the learner, before it is written

  // By the others:
  Message receive() const;
  void receive_state(const Treatment& treatment) const;
  /// Their part of join_state. @throws DataError, at all, where their copies of the model are not
  /// the same any more
  void join_and_check_state() const;

 private:
  void broadcast_state() const;

  Workers& workers_;
  Learner& learner_;
};

/// Named numbers, read from their tensors.
RunFolder::Numbers read(const Scalars& scalars);

}  // namespace gan
