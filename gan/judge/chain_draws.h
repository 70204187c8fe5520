#pragma once
/// Examples from Markov chains that may be judged: from many chains, so that chains can be the
/// units of a test.

#include "gan/model/generative_model.h"

namespace gan {

struct ChainDraws {
  Tensor samples;                ///< [n, D] scaled, on the CPU
  int64_t states_per_chain = 1;  ///< so many consecutive rows are states of one chain
};

inline constexpr int64_t kJudgedChains = 200;

/// At most `most` examples, of 200 chains (or of `most`, if that is less) from the model's own
/// noise, with as many states of each as there is room for. They are spread evenly over the states
/// that the model's `sample` would take, so both are of one kind; what differs is how many chains
/// they come from. 10,000 examples are 50 states of each, and cost as many steps of 200 chains as
/// `sample` makes of ten. @throws UsageError for under one example
ChainDraws draw_chains(Chain& chain, int64_t most, uint64_t seed);

}  // namespace gan
