#pragma once
/// Samples to be scored: drawn, and brought into the data's own units, without more copies than
/// needed.

#include <ATen/core/Tensor.h>

#include "gan/gan.h"
#include "gan/model/generative_model.h"

namespace gan::cli {

/// Samples in the data's own units, [n, shape...]; so many consecutive ones are states of one
/// Markov chain.
struct Samples {
  at::Tensor values;
  int64_t states_per_chain = 1;
};

/// What `model.sample` gives, drawn and converted block by block where the examples are large.
Samples draw_samples(const Problem& problem, GenerativeModel& model, int64_t n, uint64_t seed);

/// Samples to be tested against so many held-out examples: 10,000 of draw_samples; but of a model
/// whose samples are consecutive states, few states of each of many chains (judge/chain_draws.h),
/// no more than there are held-out examples.
Samples draw_for_test(const Problem& problem, GenerativeModel& model, int64_t held_out,
                      uint64_t seed);

}  // namespace gan::cli
