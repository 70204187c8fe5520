#pragma once
/// Settings of restricted Boltzmann machines.

#include "gan/spec/fields.h"
#include "gan/spec/network.h"

namespace gan {

enum class VisibleKind { bernoulli, gaussian };
inline Names names_of(VisibleKind) {
  static constexpr std::string_view names[] = {"bernoulli", "gaussian"};
  return names;
}

struct RbmSection {
  VisibleKind visible = VisibleKind::bernoulli;
  int64_t hidden = 500;
  int64_t k = 1;
  bool persistent = false;
  int64_t k_epochs = 0;
  int64_t chains = 100;
  double weight_decay = 2e-4;
  double sparsity = 0.1, sparsity_cost = 0;
  int64_t burn_in = 500;
};
template <class V>
void fields(RbmSection& s, V& v) {
  v("visible", s.visible, any(),
    "visible units: bernoulli (for binary data) or gaussian (variance 1, for data.scale = 'standard')");
  v("hidden", s.hidden, between(1, kMostUnits), "number of binary hidden units");
  v("k", s.k, between(1, 1000000),
    "Gibbs sweeps in each training step: CD-k, or PCD-k if the chains are persistent");
  v("k_epochs", s.k_epochs, at_least(0),
    "number of passes over the data with each of CD-1, CD-2, ... up to CD-k; the rate is divided by the number of sweeps; 0 = CD-k from the start");
  v("persistent", s.persistent, any(),
    "true: chains continue from one step to the next (PCD); false: they start at the minibatch (CD)");
  if (s.persistent) v("chains", s.chains, between(1, 1000000), "number of persistent chains");
  v("weight_decay", s.weight_decay, at_least(0),
    "weight decay: weight_decay / 2 |W|^2 is added to the loss");
  v("sparsity_cost", s.sparsity_cost, at_least(0),
    "weight of the penalty on hidden units that are on more or less often than `sparsity`; 0 = none");
  if (s.sparsity_cost > 0)
    v("sparsity", s.sparsity, Bounds{.low = 0, .high = 1},
      "target for the share of examples in which a hidden unit is on");
  v("burn_in", s.burn_in, at_least(0), "Gibbs sweeps from noise to a sample");
}

/// Of weights, biases, and those of the base that annealing starts from.
double rbm_bytes(int64_t visible, int64_t hidden);

struct FamilySpec;
extern const FamilySpec kRbmSpec;

}  // namespace gan
