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
    "epochs of joint training of all layers at training.learning_rate, after the layers were trained alone");
  v("mean_field", s.mean_field, between(1, 1000000), "largest number of mean-field iterations");
  v("tolerance", s.tolerance, at_least(0),
    "mean-field iterations end when the means change by less than this on average");
  v("sweeps", s.sweeps, between(1, 1000000),
    "Gibbs sweeps of the persistent chains in each step of joint training");
  v("joint_weight_decay", s.joint_weight_decay, at_least(0), "weight decay during joint training");
  v("sparsity_cost", s.sparsity_cost, at_least(0),
    "weight of the penalty on hidden units that are on more or less often than `sparsity`, during joint training; 0 = none");
  if (s.sparsity_cost > 0)
    v("sparsity", s.sparsity, between(0, 1),
      "for each layer, target for the share of examples in which a unit is on");
}

struct FamilySpec;
extern const FamilySpec kDbmSpec;

}  // namespace gan
