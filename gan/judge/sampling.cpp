#include "gan/judge/sampling.h"

#include <ATen/ATen.h>

#include <algorithm>

#include "gan/core/error.h"
#include "gan/judge/chain_draws.h"
#include "gan/spec/memory.h"
#include "gan/workers/divided.h"

namespace gan {
namespace {

constexpr int64_t kBlockNumbers =
    32'000'000;  // 128 MB: 10,000 images of MNIST or CIFAR-10 are one block
constexpr int64_t kBlockUnit =
    1000;  // blocks of whole thousands: adversarial nets draw by thousands themselves

SampledStates sampled_states(GenerativeModel& model) {
  const auto* chain = dynamic_cast<Chain*>(&model);
  return chain ? chain->sampled_states() : SampledStates{};
}

}  // namespace

Samples draw_samples(const ScoredModel& of, int64_t n, uint64_t seed, int64_t first) {
  const int64_t consecutive = sampled_states(of.model).consecutive;
  const int64_t block =
      std::max<int64_t>(1, kBlockNumbers / of.setup.data.dim() / kBlockUnit) * kBlockUnit;
  if (consecutive > 1)  // each block would begin its chains anew
    return {.values = of.own_units(of.model.sample(n, seed, first)),
            .states_per_chain = consecutive};
  if (n <= block)
    return {.values = of.own_units(divided(*of.workers, n, [&](int64_t from, int64_t count) {
      return of.model.sample(count, seed, first + from);
    }))};
  Tensor out;
  for (int64_t done = 0; done < n; done += block) {
    const int64_t count = std::min(block, n - done);
    const Tensor part = of.own_units(of.model.sample(count, seed, first + done));
    if (done == 0) {
      std::vector<int64_t> shape = part.sizes().vec();
      shape[0] = n;
      out = at::empty(shape, part.options());
    }
    out.narrow(0, done, count).copy_(part);
  }
  return {.values = out};
}

Samples draw_for_test(const ScoredModel& of, int64_t held_out, uint64_t seed) {
  const int64_t n = std::min(kScoredSamples, held_out);
  if (sampled_states(of.model).consecutive == 1) return draw_samples(of, n, seed);
  const ChainDraws draws = draw_chains(dynamic_cast<Chain&>(of.model), n, seed);
  return {.values = of.own_units(draws.samples), .states_per_chain = draws.states_per_chain};
}

void check_finite_samples(const Tensor& samples, const std::string& who) {
  if (!at::isfinite(samples).all().item<bool>())
    throw DataError(
        "{}: its samples are not finite numbers: its weights are too large; use an earlier checkpoint, or train anew",
        who);
}

}  // namespace gan
