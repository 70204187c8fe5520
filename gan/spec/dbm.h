#pragma once
/// Settings of deep Boltzmann machines.

#include "gan/spec/stack.h"

namespace gan {

struct DbmSection : StackSection {
  int64_t mean_field = 30, sweeps = 5;
  double tolerance = 1e-5;
  double joint_weight_decay = 2e-4;
  double sparsity_cost = 0;
  List<double> sparsity = {{0.2, 0.1}};
  DbmSection() {
    hidden = {{500, 1000}};
    weight_decay = 1e-3;
    joint_epochs = 300;
  }
};
template <class V>
void fields(DbmSection& s, V& v) {
  fields_of_stack(s, v);
  v("joint_epochs", s.joint_epochs, Bounds{.low = 0, .high = 1e9, .without_low = true},
    "of training all layers together at training.learning_rate, after each alone");
  v("mean_field", s.mean_field, between(1, 1000000),
    "iterations at most, of the posterior's approximation");
  v("tolerance", s.tolerance, at_least(0), "it ends where its means change by less on average");
  v("sweeps", s.sweeps, between(1, 1000000),
    "Gibbs sweeps of the persistent chains in each step of training together");
  v("joint_weight_decay", s.joint_weight_decay, at_least(0),
    "as weight_decay, while training together");
  v("sparsity_cost", s.sparsity_cost, at_least(0),
    "of hidden units that are on more or less often than `sparsity`, while training together; 0 = none");
  if (s.sparsity_cost > 0)
    v("sparsity", s.sparsity, between(0, 1), "how often each layer's units should be on");
}

struct FamilySpec;
extern const FamilySpec kDbmSpec;

}  // namespace gan
