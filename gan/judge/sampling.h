#pragma once
/// Samples to be scored: drawn, and brought into the data's own units, without more copies than
/// needed.

#include <ATen/core/Tensor.h>

#include "gan/judge/subject.h"

namespace gan {

/// Samples in the data's own units, [n, shape...]; so many consecutive ones are states of one
/// Markov chain.
struct Samples {
  Tensor values;
  int64_t states_per_chain = 1;
};

/// A two-sample test has samples of its own: those of the seed plus this number.
inline constexpr uint64_t kFresh = 0x66726573;

/// What `model.sample` gives, drawn and converted block by block where the examples are large: of a
/// model whose samples are independent, from number `first` of the seed on.
Samples draw_samples(const ScoredModel& of, int64_t n, uint64_t seed, int64_t first = 0);

/// As many samples as there are held-out examples to be tested against, at most 10,000; of a model
/// whose samples are consecutive states, few states of each of many chains (judge/chain_draws.h).
Samples draw_for_test(const ScoredModel& of, int64_t held_out, uint64_t seed);

/// @throws DataError naming `who` where a sample [n, ...] holds a NaN or an infinity
void check_finite_samples(const Tensor& samples, const std::string& who);

}  // namespace gan
