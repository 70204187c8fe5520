#include "gan/judge/chain_draws.h"

#include <ATen/ATen.h>

#include <algorithm>

#include "gan/core/error.h"
#include "gan/model/chain.h"

namespace gan {

ChainDraws draw_chains(Chain& chain, int64_t most, uint64_t seed) {
  if (most < 1) throw UsageError("chains: {} examples cannot be drawn", most);
  const SampledStates sampled = chain.sampled_states();
  const int64_t chains = std::min(kJudgedChains, most);
  const int64_t states = std::min(most / chains, sampled.consecutive);
  const ChainSchedule schedule{
      .burn_in = sampled.burn_in, .thin = sampled.consecutive / states, .taken = states};
  return {.samples = follow(chain, chain.start(chains, seed), schedule, seed).flatten(0, 1),
          .states_per_chain = states};
}

}  // namespace gan
