#pragma once
/// Training by a worker that is not the leader.

#include "gan/run/loop.h"

namespace gan {

/// The same steps as train() (loop.h) makes at the leader, from the state that it sends.
/// hooks: of these, `evaluate` alone is called, when the leader calls its own.
/// @throws DivergedError, WorkerError
Outcome follow(Learner& learner, BatchOrder& data, at::Device device, const Config& config,
               const Hooks& hooks, Workers& workers);

}  // namespace gan
