#include "gan/model/chain.h"

#include <ATen/ATen.h>

#include "gan/core/error.h"

namespace gan {

Tensor follow(Chain& chain, const Tensor& state, const ChainSchedule& schedule, uint64_t seed,
              int64_t first) {
  if (schedule.burn_in < 0 || schedule.thin < 1 || schedule.taken < 1)
    throw UsageError("chain: cannot take {} states, every {} steps after {}", schedule.taken,
                     schedule.thin, schedule.burn_in);
  const at::NoGradGuard no_grad;
  Tensor now = state.clone(), out;  // out: [m, taken, D]
  int64_t t = 0;
  const auto advance = [&](int64_t steps) {
    for (const int64_t end = t + steps; t < end; ++t) chain.advance(now, seed, t, first);
  };
  advance(schedule.burn_in);
  for (int64_t i = 0; i < schedule.taken; ++i) {
    advance(schedule.thin);
    const Tensor x = chain.show(now);  // [m, D]
    if (i == 0) out = at::empty({x.size(0), schedule.taken, x.size(1)}, at::kFloat);
    out.select(1, i).copy_(x);
  }
  return out;
}

}  // namespace gan
