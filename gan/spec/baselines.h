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
  v("components", s.components, at_least(1), "number of components, each a product of Bernoullis");
  v("pseudo_count", s.pseudo_count, at_least(0), "pseudo-count of the Beta prior on each pixel");
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
    "visible units: bernoulli (for binary data) or gaussian (variance 1, for data.scale = 'standard')");
  v("hidden", s.hidden, between(1, kMostUnits), "number of binary hidden units");
  v("k", s.k, between(1, 1000000),
    "Gibbs sweeps in each training step: CD-k, or PCD-k if the chains are persistent");
  v("k_epochs", s.k_epochs, at_least(0),
    "passes over the data with each of CD-1, CD-2, ... up to CD-k, with the rate divided by the number of sweeps; 0 = CD-k from the start");
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
    "noise distribution: marginals (the product of the marginals of the data) or mixture (of the [mixture] section, trained first)");
  if (s.noise == NceNoise::mixture)
    v("noise_epochs", s.noise_epochs, between(1, 1000000),
      "epochs of EM on the mixture before the model is trained; training.steps includes them, training.epochs does not");
  v("nu", s.nu, between(1, 10000), "number of noise examples for each data example");
  v("hidden", s.hidden, between(1, kMostUnits),
    "number of binary hidden units of the RBM; its visible units are binary too");
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
    "number of binary units in each hidden layer, from the data upwards");
  v("epochs", s.epochs, Bounds{.low = 0, .high = 1e9, .without_low = true},
    "passes over the data in which a layer is trained alone");
  v("rates", s.rates, above(0), "learning rate of a layer at its first step");
  v("final_rates", s.final_rates, between(0, 1),
    "share of the learning rate that is left at the last step of a layer, after a linear fall; 1 = constant rate");
  v("k", s.k, between(1, 1000000),
    "Gibbs sweeps in each step of a layer: CD-k, or PCD-k if the chains are persistent");
  v("k_epochs", s.k_epochs, at_least(0),
    "passes over the data with each of CD-1, CD-2, ... up to CD-k, with the rate divided by the number of sweeps; 0 = CD-k from the start");
  v("persistent", s.persistent, any(),
    "true: chains continue from one step to the next (PCD); false: they start at the minibatch (CD)");
  v("chains", s.chains, between(1, 1000000), "number of persistent chains");
  v("weight_decay", s.weight_decay, at_least(0),
    "weight decay while a layer is trained alone: weight_decay / 2 |W|^2 is added to the loss");
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
    "epochs of fine-tuning all layers by the up-down algorithm at training.learning_rate, after the layers were trained alone; 0 = none");
  if (s.up_down_epochs > 0)
    v("up_down_k", s.up_down_k, between(1, 1000000),
      "Gibbs sweeps of the top layers in the up-down algorithm; each value holds for an equal part of its steps");
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

struct AisSection {
  int64_t runs = 100;
  int64_t temperatures = 14500;
  int64_t quick_temperatures = 1000;
};
template <class V>
void fields(AisSection& s, V& v) {
  v("runs", s.runs, between(2, 1000000),
    "runs of annealed importance sampling, for the estimate of log Z");
  v("temperatures", s.temperatures, between(1, 100000000),
    "number of temperatures between the base distribution and the model; 14,500 is the schedule of Salakhutdinov & Murray");
  v("quick_temperatures", s.quick_temperatures, between(1, 100000000),
    "number of temperatures for each score during training");
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
    "the rate is multiplied by this number after every epoch; if layers are trained one after another, the epochs of each layer count");
  v("burn_in", s.burn_in, between(0, 1000000),
    "sampling: number of first steps of a chain that are discarded");
  v("chain_length", s.chain_length, between(1, 1000000),
    "sampling: number of consecutive samples from one chain");
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
    "number of units in each hidden layer; with one layer, the model is a denoising autoencoder");
  v("activation", s.activation, any(), "activation of hidden units: tanh or sigmoid");
  v("walkback", s.walkback, between(1, 1000),
    "number of steps of the chain that each update differentiates through");
  v("corruption", s.corruption, between(0, 1),
    "share of visible units that are replaced by salt-and-pepper noise");
  v("noise", s.noise, at_least(0),
    "standard deviation of the noise before and after the activation, in hidden layers above the first");
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
  v("hidden", s.hidden, between(1, kMostUnits),
    "number of units in each layer; layers are trained one after another");
  v("contraction", s.contraction, at_least(0), "weight of the squared norm of a layer's Jacobian");
  v("layer_epochs", s.layer_epochs, above(0),
    "epochs of each layer except the last, which is trained until the end");
  v("sigma", s.sigma, at_least(0),
    "sampling: standard deviation of the noise that the Jacobian turns into a step");
  fields_of_tied(s, v);
}

}  // namespace gan
