#pragma once
/// Following Markov chains: which of their states are taken as samples.

#include "gan/model/generative_model.h"

namespace gan {

struct ChainSchedule {
  int64_t burn_in = 0;  ///< steps that are thrown away
  int64_t thin =
      1;  ///< then one state in so many is taken: after burn_in + thin steps, burn_in + 2 thin, ...
  int64_t taken = 1;  ///< of each chain
};

/// The examples that m chains pass from `state` [m, S] on: [m, taken, D] scaled, on the CPU. Chain
/// i is a function of (seed, first + i) and its state. @throws UsageError on a schedule that is
/// none
Tensor follow(Chain& chain, const Tensor& state, const ChainSchedule& schedule, uint64_t seed,
              int64_t first = 0);

}  // namespace gan
