#pragma once
/// Settings that autoencoders and generative stochastic networks share.

#include "gan/spec/fields.h"
#include "gan/spec/list.h"
#include "gan/spec/network.h"

namespace gan {

/// Of autoencoders with tied weights: how they learn, and the chains that samples come from.
struct TiedSection {
  double momentum = 0.5, rate_decay = 1;
  int64_t burn_in = 100, chain_length = 1000;
};
template <class V>
void fields_of_tied(TiedSection& s, V& v) {
  v("momentum", s.momentum, Bounds{.low = 0, .high = 0.99999},
    "decay of the mean m of gradients g: m <- momentum m + (1 - momentum) g");
  v("rate_decay", s.rate_decay, Bounds{.low = 0, .high = 1, .without_low = true},
    "the rate is multiplied by this number after every epoch; if layers are trained one after another, the epochs of each layer count");
  v("burn_in", s.burn_in, between(0, 1000000),
    "sampling: number of steps discarded at the start of each chain");
  v("chain_length", s.chain_length, between(1, 1000000),
    "sampling: number of consecutive samples taken from each chain");
}

/// Numbers, of layers with one matrix between each two.
struct TiedSize {
  double parameters = 0, units = 0;
  double widest = 0;  ///< units of the widest layer
};
/// Biases of each layer once, or of both ends of each matrix.
TiedSize size_of_tied(const List<int64_t>& hidden, int64_t dim, bool biases_of_both_ends);

/// Weights and moments, again in a checkpoint, and the weights in bfloat16.
double tied_bytes(const TiedSize& size);

}  // namespace gan
