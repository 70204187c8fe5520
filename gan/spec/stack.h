#pragma once
/// Settings that deep belief networks and deep Boltzmann machines share.

#include "gan/spec/fields.h"
#include "gan/spec/list.h"
#include "gan/spec/network.h"

namespace gan {

/// RBMs stacked one after the other: what each layer is, and how it is trained. Lists have a value
/// for each layer.
struct StackSection {
  List<int64_t> hidden = {{500, 500}};
  List<double> epochs = {{100}}, rates = {{0.05}}, final_rates = {{1}};
  List<int64_t> k = {{1}}, k_epochs = {{0}};
  List<bool> persistent = {{false}};
  int64_t chains = 100;
  double weight_decay = 2e-4;
  double joint_epochs = 0;
  int64_t burn_in = 1000;
};
template <class V>
void fields_of_stack(StackSection& s, V& v) {
  v("hidden", s.hidden, between(1, kMostUnits),
    "number of binary units in each hidden layer, from the data upwards");
  v("epochs", s.epochs, Bounds{.low = 0, .high = 1e9, .without_low = true},
    "number of passes over the data for training each layer alone");
  v("rates", s.rates, above(0), "learning rate of a layer at its first step");
  v("final_rates", s.final_rates, between(0, 1),
    "learning rate at the last step of a layer, as a share of its first; it falls linearly; 1 = constant rate");
  v("k", s.k, between(1, 1000000),
    "Gibbs sweeps in each step of a layer: CD-k, or PCD-k if the chains are persistent");
  v("k_epochs", s.k_epochs, at_least(0),
    "number of passes over the data with each of CD-1, CD-2, ... up to CD-k; the rate is divided by the number of sweeps; 0 = CD-k from the start");
  v("persistent", s.persistent, any(),
    "true: chains continue from one step to the next (PCD); false: they start at the minibatch (CD)");
  v("chains", s.chains, between(1, 1000000), "number of persistent chains");
  v("weight_decay", s.weight_decay, at_least(0),
    "weight decay while a layer is trained alone: weight_decay / 2 |W|^2 is added to the loss");
  v("burn_in", s.burn_in, at_least(0), "Gibbs sweeps from noise to a sample");
}

/// @throws UsageError for fewer than two layers, or a list of more values than there are layers.
/// section: "dbn" or "dbm"
void check_stack(const StackSection& stack, std::string_view section);
void check_list(const StackSection& stack, std::string_view section, const char* name,
                size_t values);

/// Numbers, of all layers.
struct StackSize {
  double parameters = 0;  ///< each layer with biases of both its ends
  double units = 0;
  double lower = 0;     ///< weights below the top two layers
  double laid_out = 0;  ///< weights as RbmWeights keeps them
};
StackSize size_of_stack(const StackSection& stack, int64_t dim);

struct Config;
struct MemoryNeed;
/// Of layers that are trained one by one, then together: moments of both, weights laid out for the
/// layers' trainers and for those above or all, and what a chain needs on its way. recognition:
/// weights that serve upwards alone
MemoryNeed stack_memory(const Config& config, const StackSection& stack, int64_t dim,
                        double recognition);

}  // namespace gan
