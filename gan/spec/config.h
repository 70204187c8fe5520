#pragma once
/// Everything that decides a run, as plain data. A recipe, the command line's --set, a run's
/// config.toml and a checkpoint's header all are this struct.

#include <algorithm>
#include <cstdint>
#include <functional>
#include <optional>
#include <string>
#include <string_view>
#include <utility>
#include <vector>

#include "gan/spec/network.h"

namespace gan {

constexpr int64_t kConfigFormat = 1;
constexpr double kMostSteps = 1e12;  ///< so that batches can be counted

/// One value for each of several parts, such as layers; the last stands for all further ones.
template <class T> struct List {
  std::vector<T> values;
  T at(size_t i) const { return values[std::min(i, values.size() - 1)]; }
  size_t size() const { return values.size(); }
};

enum class ModelKind { adversarial, bernoulli_mixture, rbm, dbn, dbm, nce, gsn, stacked_cae };
inline Names names_of(ModelKind) {
  static constexpr std::string_view names[] = {"adversarial", "bernoulli-mixture", "rbm", "dbn", "dbm", "nce", "gsn", "stacked-cae"};
  return names;
}

enum class StopRule {
  steps,              ///< after the given steps
  best,               ///< when the validation score has not improved for `patience` evaluations
  indistinguishable,  ///< when a fresh classifier cannot tell samples from held-out data (the paper's criterion)
};
inline Names names_of(StopRule) {
  static constexpr std::string_view names[] = {"steps", "best", "indistinguishable"};
  return names;
}

enum class Engine { automatic, fused, reference };
inline Names names_of(Engine) {
  static constexpr std::string_view names[] = {"auto", "fused", "reference"};
  return names;
}
enum class Precision { automatic, fp32, bf16 };
inline Names names_of(Precision) {
  static constexpr std::string_view names[] = {"auto", "fp32", "bf16"};
  return names;
}

struct RunSection {
  ModelKind model = ModelKind::adversarial;
  Engine engine = Engine::automatic;
  Precision precision = Precision::automatic;
  int64_t seed = 1;
  std::string device = "auto";
  int64_t threads = 0;
  StopRule stop = StopRule::steps;
  int64_t patience = 10;
  double epsilon = 0.05;
  int64_t checks = 3;
  int64_t log_every = 50, evaluate_every = 0, sample_every = 0, checkpoint_every = 1000, keep_every = 0;
};
template <class V> void fields(RunSection& s, V& v) {
  v("model", s.model, any(), "adversarial, bernoulli-mixture, rbm, dbn, dbm, nce, gsn (denoising autoencoders too), stacked-cae");
  v("engine", s.engine, any(), "auto (fused where it can), fused (on a CPU, for dense, maxout and dropout), reference");
  v("precision", s.precision, any(), "of products' operands in the fused engine: auto, fp32, bf16");
  v("seed", s.seed, at_least(0), "of every random stream");
  v("device", s.device, any(), "auto, cpu, cuda");
  v("threads", s.threads, between(0, 1024), "0 = one per core");
  v("stop", s.stop, any(), "steps, best (validation score), indistinguishable (two-sample test)");
  v("patience", s.patience, at_least(1), "stop = best: evaluations without a better score");
  v("epsilon", s.epsilon, between(0, 0.5), "stop = indistinguishable: accuracy surely under 0.5 + epsilon");
  v("checks", s.checks, at_least(1), "stop = indistinguishable: in so many evaluations in a row");
  v("log_every", s.log_every, at_least(1), "steps between two lines of metrics.jsonl");
  v("evaluate_every", s.evaluate_every, at_least(0), "steps, 0 = never");
  v("sample_every", s.sample_every, at_least(0), "steps between two pictures, 0 = never");
  v("checkpoint_every", s.checkpoint_every, at_least(0), "steps, 0 = only the last");
  v("keep_every", s.keep_every, at_least(0), "steps; other checkpoints but last and best are removed, 0 = never keep");
}

enum class Scale { unit, symmetric, standard, none, gcn };
inline Names names_of(Scale) {
  static constexpr std::string_view names[] = {"unit", "symmetric", "standard", "none", "gcn"};
  return names;
}

struct DataSection {
  std::string source;
  int64_t train = 0, valid = 0;
  Scale scale = Scale::unit;
  double norm = 55;  ///< the paper's authors' on CIFAR-10
  bool binarise = false;
};
template <class V> void fields(DataSection& s, V& v) {
  v("source", s.source, any(), "mnist, fashion-mnist, cifar10, a folder of their files, a .npy or .csv file, toy:NAME");
  v("train", s.train, at_least(0), "examples to train on, 0 = the source's usual split");
  v("valid", s.valid, at_least(0), "examples to choose with, 0 = the source's usual split");
  v("scale", s.scale, any(), "unit [0, 1], symmetric [-1, 1], standard (mean 0, deviation 1), none, gcn (global contrast normalisation)");
  if (s.scale == Scale::gcn) v("norm", s.norm, between(1e-6, 1e6), "L2 norm of each example, less its mean");
  v("binarise", s.binarise, any(), "each value to 0 or 1 once, with probability = value");
}

struct TrainingSection {
  int64_t steps = 0;
  double epochs = 0;
  int64_t batch_size = 100;
  double learning_rate = 1e-3;
};
template <class V> void fields(TrainingSection& s, V& v) {
  v("steps", s.steps, between(0, kMostSteps), "generator updates");
  v("epochs", s.epochs, at_least(0), "instead of steps: passes over the training data");
  v("batch_size", s.batch_size, at_least(1), "examples a minibatch");
  v("learning_rate", s.learning_rate, above(0), "at the first step");
}

enum class Method { momentum, adam };
inline Names names_of(Method) {
  static constexpr std::string_view names[] = {"momentum", "adam"};
  return names;
}
enum class Schedule {
  constant,
  exponential,  ///< rate / decay^t, at least min_rate
  cosine,       ///< from rate to min_rate over schedule_steps, then min_rate
  linear,       ///< the same along a straight line
};
inline Names names_of(Schedule) {
  static constexpr std::string_view names[] = {"constant", "exponential", "cosine", "linear"};
  return names;
}

struct OptimizerSection {
  Method method = Method::adam;
  double beta1 = 0.5, beta2 = 0.999, epsilon = 1e-8;
  double momentum = 0.5, final_momentum = 0.5;
  int64_t momentum_epochs = 1;
  Schedule schedule = Schedule::constant;
  double decay = 1.000004, min_rate = 1e-6;
  int64_t schedule_steps = 0;
};
template <class V> void fields(OptimizerSection& s, V& v) {
  v("method", s.method, any(), "momentum, adam");
  if (s.method == Method::adam) {
    v("beta1", s.beta1, Bounds{.low = 0, .high = 0.99999}, "decay of the gradient's mean");
    v("beta2", s.beta2, Bounds{.low = 0, .high = 0.9999999}, "decay of its square");
    v("epsilon", s.epsilon, above(0), "added to its root");
  } else {
    v("momentum", s.momentum, Bounds{.low = 0, .high = 0.99999}, "in the first epoch");
    v("final_momentum", s.final_momentum, Bounds{.low = 0, .high = 0.99999}, "reached linearly");
    v("momentum_epochs", s.momentum_epochs, at_least(1), "in this epoch");
  }
  v("schedule", s.schedule, any(), "constant, exponential, cosine, linear");
  if (s.schedule == Schedule::exponential) v("decay", s.decay, at_least(1), "rate is divided by it every step");
  if (s.schedule == Schedule::cosine || s.schedule == Schedule::linear) v("schedule_steps", s.schedule_steps, at_least(1), "steps of the fall");
  if (s.schedule != Schedule::constant) v("min_rate", s.min_rate, at_least(0), "the rate never falls below");
}

enum class Update {
  alternating,   ///< Algorithm 1: k steps of D, then one of G against the new D
  simultaneous,  ///< the authors' code: one shared fake batch, both gradients at the same parameters
};
inline Names names_of(Update) {
  static constexpr std::string_view names[] = {"alternating", "simultaneous"};
  return names;
}

struct GameSection {
  std::string value = "non-saturating";
  Update update = Update::alternating;
  int64_t k = 1;
  double r1 = 0, r2 = 0;
  double averaging = 0;
};
template <class V> void fields(GameSection& s, V& v) {
  v("value", s.value, any(), "minimax, non-saturating, least-squares, wasserstein, hinge, relativistic");
  v("update", s.update, any(), "alternating (Algorithm 1), simultaneous (the authors' code)");
  v("k", s.k, between(1, 1000000), "steps of D for one of G");
  v("r1", s.r1, at_least(0), "weight of R1: r1 / 2 E |dD/dx|^2 on data");
  v("r2", s.r2, at_least(0), "weight of R2: the same on samples");
  v("averaging", s.averaging, Bounds{.low = 0, .high = 0.9999999}, "of G's parameters, decay a step; 0 = none");
}

enum class NoiseKind { uniform, normal };
inline Names names_of(NoiseKind) {
  static constexpr std::string_view names[] = {"uniform", "normal"};
  return names;
}

struct GeneratorSection {
  NoiseKind noise = NoiseKind::normal;
  int64_t noise_size = 100;
  NetworkSpec layers;
};
template <class V> void fields(GeneratorSection& s, V& v) {
  v("noise", s.noise, any(), "uniform on [-sqrt 3, sqrt 3], normal; both have variance 1");
  v("noise_size", s.noise_size, between(1, kMostUnits), "dimensions of z");
  v("layers", s.layers, any(), "from z to an example");
}

struct DiscriminatorSection {
  NetworkSpec layers;
};
template <class V> void fields(DiscriminatorSection& s, V& v) {
  v("layers", s.layers, any(), "from an example to one logit; the sigmoid is in the value function");
}

struct MixtureSection {
  int64_t components = 100;
  double pseudo_count = 1;
};
template <class V> void fields(MixtureSection& s, V& v) {
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
template <class V> void fields(RbmSection& s, V& v) {
  v("visible", s.visible, any(), "bernoulli (binary data), gaussian (variance 1: data.scale = 'standard')");
  v("hidden", s.hidden, between(1, kMostUnits), "binary hidden units");
  v("k", s.k, between(1, 1000000), "Gibbs sweeps of a step: CD-k, or PCD-k where the chains persist");
  v("k_epochs", s.k_epochs, at_least(0), "so many passes with each of CD-1, CD-2, ... up to k, and the rate divided by it; 0: k from the start");
  v("persistent", s.persistent, any(), "chains go on from step to step (PCD); false: they start at the minibatch (CD)");
  if (s.persistent) v("chains", s.chains, between(1, 1000000), "how many persist");
  v("weight_decay", s.weight_decay, at_least(0), "of the weights: decay / 2 |W|^2 is added to the loss");
  v("sparsity_cost", s.sparsity_cost, at_least(0), "of hidden units that are on more or less often than `sparsity`; 0 = none");
  if (s.sparsity_cost > 0) v("sparsity", s.sparsity, Bounds{.low = 0, .high = 1}, "how often a hidden unit should be on");
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
template <class V> void fields(NceSection& s, V& v) {
  v("noise", s.noise, any(), "marginals (the product of the data's), mixture (of the [mixture] section, trained first)");
  if (s.noise == NceNoise::mixture) v("noise_epochs", s.noise_epochs, between(1, 1000000), "of EM on the mixture, before the model's own steps");
  v("nu", s.nu, between(1, 10000), "examples of noise for each of the data");
  v("hidden", s.hidden, between(1, kMostUnits), "binary hidden units of the rbm; its visible units are binary too");
  v("burn_in", s.burn_in, at_least(0), "Gibbs sweeps from noise to a sample");
}

/// RBMs stacked one after the other: what each layer is, and how it is trained. Lists have a value for each layer.
struct StackSection {
  List<int64_t> hidden = {{500, 500}};
  List<double> epochs = {{100}}, rates = {{0.05}}, final_rates = {{1}};
  List<int64_t> k = {{1}}, k_epochs = {{0}};
  List<bool> persistent = {{false}};
  int64_t chains = 100;
  double weight_decay = 2e-4;
  int64_t burn_in = 1000;
};
template <class V> void fields_of_stack(StackSection& s, V& v) {
  v("hidden", s.hidden, between(1, kMostUnits), "binary units of each hidden layer, from the data upwards");
  v("epochs", s.epochs, Bounds{.low = 0, .high = 1e9, .without_low = true}, "passes over the data while a layer is trained alone");
  v("rates", s.rates, above(0), "a layer's learning rate, at its first step");
  v("final_rates", s.final_rates, between(0, 1), "share of it that is left at the layer's last step, reached along a line; 1: constant");
  v("k", s.k, between(1, 1000000), "Gibbs sweeps of a layer's step: CD-k, or PCD-k where the chains persist");
  v("k_epochs", s.k_epochs, at_least(0), "so many passes with each of CD-1, CD-2, ... up to k, and the rate divided by it; 0: k from the start");
  v("persistent", s.persistent, any(), "chains go on from step to step (PCD); false: they start at the minibatch (CD)");
  v("chains", s.chains, between(1, 1000000), "how many persist");
  v("weight_decay", s.weight_decay, at_least(0), "of a layer's weights while it is trained alone: decay / 2 |W|^2 is added to the loss");
  v("burn_in", s.burn_in, at_least(0), "Gibbs sweeps from noise to a sample");
}

struct DbnSection : StackSection {
  double up_down_epochs = 0;
  List<int64_t> up_down_k = {{3, 6, 10}};
  DbnSection() { hidden = {{500, 2000}}; }
};
template <class V> void fields(DbnSection& s, V& v) {
  fields_of_stack(s, v);
  v("up_down_epochs", s.up_down_epochs, between(0, 1e9), "of fine-tuning all layers at training.learning_rate, after them; 0 = none");
  if (s.up_down_epochs > 0) v("up_down_k", s.up_down_k, between(1, 1000000), "Gibbs sweeps of its top layers, in equal parts of its steps");
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
template <class V> void fields(DbmSection& s, V& v) {
  fields_of_stack(s, v);
  v("joint_epochs", s.joint_epochs, Bounds{.low = 0, .high = 1e9, .without_low = true}, "of training all layers together at training.learning_rate, after each alone");
  v("mean_field", s.mean_field, between(1, 1000000), "iterations at most, of the posterior's approximation");
  v("tolerance", s.tolerance, at_least(0), "it ends where its means change by less on average");
  v("sweeps", s.sweeps, between(1, 1000000), "Gibbs sweeps of the persistent chains in each step of training together");
  v("joint_weight_decay", s.joint_weight_decay, at_least(0), "as weight_decay, while training together");
  v("sparsity_cost", s.sparsity_cost, at_least(0), "of hidden units that are on more or less often than `sparsity`, while training together; 0 = none");
  if (s.sparsity_cost > 0) v("sparsity", s.sparsity, between(0, 1), "how often each layer's units should be on");
}

struct AisSection {
  int64_t runs = 100;
  int64_t temperatures = 14500;
  int64_t quick_temperatures = 1000;
};
template <class V> void fields(AisSection& s, V& v) {
  v("runs", s.runs, between(2, 1000000), "of annealed importance sampling, for log Z");
  v("temperatures", s.temperatures, between(1, 100000000), "between the base and the model; 14,500 is Salakhutdinov & Murray's schedule");
  v("quick_temperatures", s.quick_temperatures, between(1, 100000000), "the same for each score while training");
}

enum class HiddenActivation { tanh, sigmoid };
inline Names names_of(HiddenActivation) {
  static constexpr std::string_view names[] = {"tanh", "sigmoid"};
  return names;
}

struct GsnSection {  // as published by Bengio et al. 2014
  List<int64_t> hidden{{1500, 1500}};
  HiddenActivation activation = HiddenActivation::tanh;
  int64_t walkback = 4;
  double corruption = 0.4, noise = 2;
  double momentum = 0.5, rate_decay = 0.995;
  int64_t burn_in = 100, chain_length = 1000;
};
template <class V> void fields(GsnSection& s, V& v) {
  v("hidden", s.hidden, between(1, kMostUnits), "units of each hidden layer; one layer is a denoising autoencoder");
  v("activation", s.activation, any(), "of hidden units: tanh, sigmoid");
  v("walkback", s.walkback, between(1, 1000), "steps of the chain that each update goes back through");
  v("corruption", s.corruption, between(0, 1), "of visible units by salt and pepper: their share");
  v("noise", s.noise, at_least(0), "deviation of the noise before and after the activation, in hidden layers above the first");
  v("momentum", s.momentum, Bounds{.low = 0, .high = 0.99999}, "m <- momentum m + (1 - momentum) g");
  v("rate_decay", s.rate_decay, Bounds{.low = 0, .high = 1, .without_low = true}, "the rate is multiplied by it after every epoch");
  v("burn_in", s.burn_in, between(0, 1000000), "samples: first steps of a chain that are left out");
  v("chain_length", s.chain_length, between(1, 1000000), "samples: consecutive steps of one chain");
}

struct CaeSection {
  List<int64_t> hidden{{1000, 1000}};
  double contraction = 0.1;
  double layer_epochs = 50;
  double momentum = 0.5, rate_decay = 1;
  double sigma = 1;
  int64_t burn_in = 100, chain_length = 1000;
};
template <class V> void fields(CaeSection& s, V& v) {
  v("hidden", s.hidden, between(1, kMostUnits), "units of each layer, trained one after another");
  v("contraction", s.contraction, at_least(0), "weight of the squared norm of the layer's Jacobian");
  v("layer_epochs", s.layer_epochs, above(0), "of each layer but the last, which has the rest of the training");
  v("momentum", s.momentum, Bounds{.low = 0, .high = 0.99999}, "m <- momentum m + (1 - momentum) g");
  v("rate_decay", s.rate_decay, Bounds{.low = 0, .high = 1, .without_low = true}, "the rate is multiplied by it after every epoch of a layer");
  v("sigma", s.sigma, at_least(0), "samples: deviation of the noise that the Jacobian forms into a step");
  v("burn_in", s.burn_in, between(0, 1000000), "samples: first steps of a chain that are left out");
  v("chain_length", s.chain_length, between(1, 1000000), "samples: consecutive steps of one chain");
}

struct Config {
  int64_t format = kConfigFormat;
  std::string about;  ///< one line for `gan info recipes`
  RunSection run;
  DataSection data;
  TrainingSection training;
  OptimizerSection optimizer;
  GameSection game;
  GeneratorSection generator;
  DiscriminatorSection discriminator;
  MixtureSection mixture;
  RbmSection rbm;
  NceSection nce;
  DbnSection dbn;
  DbmSection dbm;
  AisSection ais;
  GsnSection gsn;
  CaeSection cae;
};

/// Restricted Boltzmann machines, however they are trained, and stacks of them.
constexpr bool is_boltzmann(ModelKind m) { return m == ModelKind::rbm || m == ModelKind::nce || m == ModelKind::dbn || m == ModelKind::dbm; }
/// The layers of a deep one; nullptr for any other model.
inline const StackSection* stack_of(const Config& c) { return c.run.model == ModelKind::dbn ? &c.dbn : c.run.model == ModelKind::dbm ? static_cast<const StackSection*>(&c.dbm) : nullptr; }
inline StackSection* stack_of(Config& c) { return const_cast<StackSection*>(stack_of(std::as_const(c))); }

/// Calls v(name, section) for every section that this kind of model has.
template <class V> void sections(Config& c, V&& v) {
  v("run", c.run);
  v("data", c.data);
  v("training", c.training);
  if (c.run.model == ModelKind::adversarial) {
    v("optimizer", c.optimizer);
    v("game", c.game);
    v("generator", c.generator);
    v("discriminator", c.discriminator);
  } else if (c.run.model == ModelKind::rbm) {
    v("optimizer", c.optimizer);
    v("rbm", c.rbm);
    v("ais", c.ais);
  } else if (c.run.model == ModelKind::nce) {
    v("optimizer", c.optimizer);
    v("nce", c.nce);
    if (c.nce.noise == NceNoise::mixture) v("mixture", c.mixture);
    v("ais", c.ais);
  } else if (c.run.model == ModelKind::gsn) {
    v("gsn", c.gsn);
  } else if (c.run.model == ModelKind::stacked_cae) {
    v("cae", c.cae);
  } else if (c.run.model == ModelKind::dbn) {
    v("optimizer", c.optimizer);
    v("dbn", c.dbn);
    v("ais", c.ais);
  } else if (c.run.model == ModelKind::dbm) {
    v("optimizer", c.optimizer);
    v("dbm", c.dbm);
    v("ais", c.ais);
  } else {
    v("mixture", c.mixture);
  }
}

/// `who` names the source in errors, which carry line numbers. Missing keys keep their defaults.
/// @throws UsageError for a syntax error, an unknown section or key (the nearest is suggested), a wrong
/// type, a number out of range, a newer format.
Config parse_config(std::string_view toml, const std::string& who);

/// Applies "section.key=value" (value in TOML; a bare word is taken as a string). @throws UsageError
void override_config(Config& config, const std::string& assignment);

/// TOML with every key of every section: parse_config(format_config(c)) is c. @throws UsageError for text that is not
/// UTF-8, which TOML cannot hold.
std::string format_config(const Config& config);

/// ("training.batch_size", "100"), ... in the order of format_config.
std::vector<std::pair<std::string, std::string>> flatten(const Config& config);

/// The first setting that is not the same; "nothing" stands for one that is not there.
struct Difference {
  std::string key;  ///< "training.batch_size", "generator.layers[2]"
  std::string before, now;
};
std::optional<Difference> first_difference(const Config& before, const Config& now);

}  // namespace gan
