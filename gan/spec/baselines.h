#pragma once
/// Settings of the earlier methods, a section each: part of a run's configuration (config.h).

#include <algorithm>
#include <cstdint>
#include <vector>

#include "gan/spec/fields.h"
#include "gan/spec/network.h"

namespace gan {

/// One value for each of several parts, such as layers; the last stands for all further ones.
template <class T>
struct List {
  std::vector<T> values;
  T at(size_t i) const { return values[std::min(i, values.size() - 1)]; }
  size_t size() const { return values.size(); }
};

struct MixtureSection {
  int64_t components = 100;
  double pseudo_count = 1;
};
template <class V>
void fields(MixtureSection& s, V& v) {
  v("components", s.components, at_least(1), "Bernoulli products");
  v("pseudo_count", s.pseudo_count, at_least(0), "of the Beta prior on each pixel");
}

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
    "bernoulli (binary data), gaussian (variance 1: data.scale = 'standard')");
  v("hidden", s.hidden, between(1, kMostUnits), "binary hidden units");
  v("k", s.k, between(1, 1000000),
    "Gibbs sweeps of a step: CD-k, or PCD-k where the chains persist");
  v("k_epochs", s.k_epochs, at_least(0),
    "so many passes with each of CD-1, CD-2, ... up to k, and the rate divided by it; 0: k from the start");
  v("persistent", s.persistent, any(),
    "chains go on from step to step (PCD); false: they start at the minibatch (CD)");
  if (s.persistent) v("chains", s.chains, between(1, 1000000), "how many persist");
  v("weight_decay", s.weight_decay, at_least(0),
    "of the weights: decay / 2 |W|^2 is added to the loss");
  v("sparsity_cost", s.sparsity_cost, at_least(0),
    "of hidden units that are on more or less often than `sparsity`; 0 = none");
  if (s.sparsity_cost > 0)
    v("sparsity", s.sparsity, Bounds{.low = 0, .high = 1}, "how often a hidden unit should be on");
  v("burn_in", s.burn_in, at_least(0), "Gibbs sweeps from noise to a sample");
}

enum class NceNoise {
  marginals,  ///< the product of the data's marginals
  mixture,    ///< a Bernoulli mixture, which a stage of its own trains first
};
inline Names names_of(NceNoise) {
  static constexpr std::string_view names[] = {"marginals", "mixture"};
  return names;
}

struct NceSection {
  NceNoise noise = NceNoise::marginals;
  int64_t noise_epochs = 20;
  int64_t nu = 10;
  int64_t hidden = 500;
  int64_t burn_in = 500;
};
template <class V>
void fields(NceSection& s, V& v) {
  v("noise", s.noise, any(),
    "marginals (the product of the data's), mixture (of the [mixture] section, trained first)");
  if (s.noise == NceNoise::mixture)
    v("noise_epochs", s.noise_epochs, between(1, 1000000),
      "of EM on the mixture, before the model is trained: training.steps counts them, training.epochs does not");
  v("nu", s.nu, between(1, 10000), "examples of noise for each of the data");
  v("hidden", s.hidden, between(1, kMostUnits),
    "binary hidden units of the rbm; its visible units are binary too");
  v("burn_in", s.burn_in, at_least(0), "Gibbs sweeps from noise to a sample");
}

/// RBMs stacked one after the other: what each layer is, and how it is trained. Lists have a value
/// for each layer.
struct StackSection {
  List<int64_t> hidden = {{500, 500}};
  List<double> epochs = {{100}}, rates = {{0.05}}, final_rates = {{1}};
  List<int64_t> k = {{1}}, k_epochs = {{0}};
  List<bool> persistent = {{false}};
  int64_t chains = 100;
  double weight_decay = 2e-4;
  int64_t burn_in = 1000;
};
template <class V>
void fields_of_stack(StackSection& s, V& v) {
  v("hidden", s.hidden, between(1, kMostUnits),
    "binary units of each hidden layer, from the data upwards");
  v("epochs", s.epochs, Bounds{.low = 0, .high = 1e9, .without_low = true},
    "passes over the data while a layer is trained alone");
  v("rates", s.rates, above(0), "a layer's learning rate, at its first step");
  v("final_rates", s.final_rates, between(0, 1),
    "share of it that is left at the layer's last step, reached along a line; 1: constant");
  v("k", s.k, between(1, 1000000),
    "Gibbs sweeps of a layer's step: CD-k, or PCD-k where the chains persist");
  v("k_epochs", s.k_epochs, at_least(0),
    "so many passes with each of CD-1, CD-2, ... up to k, and the rate divided by it; 0: k from the start");
  v("persistent", s.persistent, any(),
    "chains go on from step to step (PCD); false: they start at the minibatch (CD)");
  v("chains", s.chains, between(1, 1000000), "how many persist");
  v("weight_decay", s.weight_decay, at_least(0),
    "of a layer's weights while it is trained alone: decay / 2 |W|^2 is added to the loss");
  v("burn_in", s.burn_in, at_least(0), "Gibbs sweeps from noise to a sample");
}

struct DbnSection : StackSection {
  double up_down_epochs = 0;
  List<int64_t> up_down_k = {{3, 6, 10}};
  DbnSection() { hidden = {{500, 2000}}; }
};
template <class V>
void fields(DbnSection& s, V& v) {
  fields_of_stack(s, v);
  v("up_down_epochs", s.up_down_epochs, between(0, 1e9),
    "of fine-tuning all layers at training.learning_rate, after them; 0 = none");
  if (s.up_down_epochs > 0)
    v("up_down_k", s.up_down_k, between(1, 1000000),
      "Gibbs sweeps of its top layers, in equal parts of its steps");
}

struct DbmSection : StackSection {
  double joint_epochs = 300;
  int64_t mean_field = 30, sweeps = 5;
  double tolerance = 1e-5;
  double joint_weight_decay = 2e-4;
  double sparsity_cost = 0;
  List<double> sparsity = {{0.2, 0.1}};
  DbmSection() { hidden = {{500, 1000}}, weight_decay = 1e-3; }
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

struct AisSection {
  int64_t runs = 100;
  int64_t temperatures = 14500;
  int64_t quick_temperatures = 1000;
};
template <class V>
void fields(AisSection& s, V& v) {
  v("runs", s.runs, between(2, 1000000), "of annealed importance sampling, for log Z");
  v("temperatures", s.temperatures, between(1, 100000000),
    "between the base and the model; 14,500 is Salakhutdinov & Murray's schedule");
  v("quick_temperatures", s.quick_temperatures, between(1, 100000000),
    "the same for each score while training");
}

enum class HiddenActivation { tanh, sigmoid };
inline Names names_of(HiddenActivation) {
  static constexpr std::string_view names[] = {"tanh", "sigmoid"};
  return names;
}

/// Of autoencoders with tied weights: how they learn, and the chains that samples come from.
struct TiedSection {
  double momentum = 0.5, rate_decay = 1;
  int64_t burn_in = 100, chain_length = 1000;
};
template <class V>
void fields_of_tied(TiedSection& s, V& v) {
  v("momentum", s.momentum, Bounds{.low = 0, .high = 0.99999},
    "m <- momentum m + (1 - momentum) g");
  v("rate_decay", s.rate_decay, Bounds{.low = 0, .high = 1, .without_low = true},
    "the rate is multiplied by it after every epoch, of a layer where each is trained alone");
  v("burn_in", s.burn_in, between(0, 1000000), "samples: first steps of a chain that are left out");
  v("chain_length", s.chain_length, between(1, 1000000), "samples: consecutive steps of one chain");
}

struct GsnSection : TiedSection {  // as published by Bengio et al. 2014
  List<int64_t> hidden{{1500, 1500}};
  HiddenActivation activation = HiddenActivation::tanh;
  int64_t walkback = 4;
  double corruption = 0.4, noise = 2;
  GsnSection() { rate_decay = 0.995; }
};
template <class V>
void fields(GsnSection& s, V& v) {
  v("hidden", s.hidden, between(1, kMostUnits),
    "units of each hidden layer; one layer is a denoising autoencoder");
  v("activation", s.activation, any(), "of hidden units: tanh, sigmoid");
  v("walkback", s.walkback, between(1, 1000),
    "steps of the chain that each update goes back through");
  v("corruption", s.corruption, between(0, 1), "of visible units by salt and pepper: their share");
  v("noise", s.noise, at_least(0),
    "deviation of the noise before and after the activation, in hidden layers above the first");
  fields_of_tied(s, v);
}

struct CaeSection : TiedSection {
  List<int64_t> hidden{{1000, 1000}};
  double contraction = 0.1;
  double layer_epochs = 50;
  double sigma = 1;
};
template <class V>
void fields(CaeSection& s, V& v) {
  v("hidden", s.hidden, between(1, kMostUnits), "units of each layer, trained one after another");
  v("contraction", s.contraction, at_least(0),
    "weight of the squared norm of the layer's Jacobian");
  v("layer_epochs", s.layer_epochs, above(0),
    "of each layer but the last, which has the rest of the training");
  v("sigma", s.sigma, at_least(0),
    "samples: deviation of the noise that the Jacobian forms into a step");
  fields_of_tied(s, v);
}

}  // namespace gan
