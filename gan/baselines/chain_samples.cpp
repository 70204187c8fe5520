#include "gan/baselines/chain_samples.h"

#include <ATen/ATen.h>

#include <algorithm>

namespace gan {

Tensor sample_chains(Chain& chain, ChainPlan plan, int64_t n, uint64_t seed, int64_t first) {
  constexpr int64_t kTogether = 10;
  const int64_t end = first + n, group = kTogether * plan.length;
  Tensor out;
  for (int64_t begin = first / group * group; begin < end;
       begin += group) {  // examples [begin, begin + group)
    const int64_t number = begin / plan.length;
    Tensor state = chain.start(kTogether, seed, number);
    const int64_t steps = plan.burn_in + std::min(plan.length, end - begin);
    for (int64_t t = 0; t < steps; ++t) {
      chain.advance(state, seed, t, number);
      if (t < plan.burn_in) continue;
      const Tensor x = chain.show(state);  // [10, D]
      if (!out.defined()) out = at::empty({n, x.size(1)}, at::kFloat);
      for (int64_t c = 0; c < kTogether; ++c) {
        const int64_t i = begin + c * plan.length + t - plan.burn_in - first;
        if (0 <= i && i < n) out[i].copy_(x[c]);
      }
    }
  }
  return out;
}

}  // namespace gan
