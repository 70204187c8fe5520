#pragma once
/// Examples from chains, each by its number.

#include "gan/model/generative_model.h"

namespace gan {

struct ChainPlan {
  int64_t burn_in;  ///< first states of each chain that nobody sees
  int64_t length;   ///< states that follow: consecutive ones are consecutive examples
};

/// [n, D]. Example i is state i mod length, after burn-in, of chain i / length, which starts from
/// the model's own noise: a function of (seed, i). 10,000 examples of length 10,000 are the
/// published protocol of Bengio et al. (2014), consecutive means of one chain; of length 1 they are
/// independent. Chains go ten at a time, numbers 0 to 9, 10 to 19
/// ..., also where fewer are wanted: so even the rounding, which a draw may turn into another
/// state, is always the same.
Tensor sample_chains(Chain& chain, ChainPlan plan, int64_t n, uint64_t seed, int64_t first);

}  // namespace gan
