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

#include "gan/data/encoding.h"
#include "gan/data/picture_settings.h"
#include "gan/spec/adversarial.h"
#include "gan/spec/ais.h"
#include "gan/spec/cae.h"
#include "gan/spec/dbm.h"
#include "gan/spec/dbn.h"
#include "gan/spec/gsn.h"
#include "gan/spec/mixture.h"
#include "gan/spec/nce.h"
#include "gan/spec/rbm.h"

namespace gan {

constexpr int64_t kConfigFormat = 1;
constexpr double kMostSteps = 1e12;  ///< so that batches can be counted

/// The kind of model that is trained: the name of a row in the table of families (family.h).
struct FamilyName {
  std::string text = "adversarial";
  FamilyName() = default;
  FamilyName(std::string_view name) : text(name) {}
  FamilyName(const char* name) : text(name) {}
  bool operator==(const FamilyName&) const = default;
};

enum class StopRule {
  steps,  ///< after the given steps
  best,   ///< when the validation score has not risen by `margin` standard errors for `patience`
          ///< evaluations
  indistinguishable,  ///< when a fresh classifier separates samples from held-out data with surely
                      ///< less than 0.5 + epsilon accuracy (the paper's criterion, as an
                      ///< equivalence test)
};
inline Names names_of(StopRule) {
  static constexpr std::string_view names[] = {"steps", "best", "indistinguishable"};
  return names;
}

/// Computed at each evaluation of a training, on the validation split.
enum class WatchedScore { own, frechet, kernel, precision, recall, density, coverage };
inline Names names_of(WatchedScore) {
  static constexpr std::string_view names[] = {"own",    "frechet", "kernel",  "precision",
                                               "recall", "density", "coverage"};
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

/// What is done about trouble in a training (gan/doctor/).
enum class DoctorMode {
  off,
  watch,  ///< it is said
  act,    ///< it is said, and some of it is mended
};
inline Names names_of(DoctorMode) {
  static constexpr std::string_view names[] = {"off", "watch", "act"};
  return names;
}

struct RunSection {
  FamilyName model;
  Engine engine = Engine::automatic;
  Precision precision = Precision::automatic;
  int64_t seed = 1;
  std::string device = "auto";
  int64_t threads = 0;
  List<WatchedScore> scores{{WatchedScore::own}};
  StopRule stop = StopRule::steps;
  int64_t patience = 10;
  double margin = 0;
  double epsilon = 0.05;
  int64_t checks = 3;
  int64_t log_every = 50, evaluate_every = 0, sample_every = 0, checkpoint_every = 1000,
          keep_every = 0;
  DoctorMode doctor = DoctorMode::watch;
};
template <class V>
void fields(RunSection& s, V& v) {
  v("model", s.model, any(),
    "kind of model: adversarial, bernoulli-mixture, rbm, dbn, dbm, nce, gsn (also for denoising autoencoders), stacked-cae");
  v("engine", s.engine, any(),
    "auto (fused if it supports the networks), fused (only on a CPU, for networks whose layers it supports), reference");
  v("precision", s.precision, any(),
    "precision of the operands of matrix products in the fused engine: auto, fp32, bf16");
  v("seed", s.seed, at_least(0), "seed of every random stream");
  v("device", s.device, any(), "auto, cpu or cuda");
  v("threads", s.threads, between(0, 1024), "number of threads; 0 = one per core");
  v("scores", s.scores, any(),
    "scores that each evaluation computes on the validation split; the first one chooses the best checkpoint: own (Parzen windows, log p(x) or modes, depending on the model and the data; always computed), frechet, kernel, precision, recall, density, coverage (on features, see docs/judge.md)");
  v("stop", s.stop, any(),
    "end of training: steps, best (the validation score no longer rises) or indistinguishable (the accuracy of a fresh classifier that separates samples from held-out data is below 0.5 + epsilon)");
  v("patience", s.patience, at_least(1),
    "stop = best: training ends after this many evaluations without a better score");
  if (s.stop == StopRule::best)
    v("margin", s.margin, at_least(0),
      "stop = best: a score counts as better only if it is higher by this many of its standard errors");
  v("epsilon", s.epsilon, between(0, 0.5),
    "stop = indistinguishable: the upper end of the 95% interval of the accuracy must be below 0.5 + epsilon, so smaller differences are accepted");
  v("checks", s.checks, at_least(1),
    "stop = indistinguishable: number of evaluations in a row that must pass, each with one classifier");
  v("log_every", s.log_every, at_least(1), "steps between lines of metrics.jsonl");
  v("evaluate_every", s.evaluate_every, at_least(0), "steps between evaluations; 0 = never");
  v("sample_every", s.sample_every, at_least(0), "steps between pictures of samples; 0 = never");
  v("checkpoint_every", s.checkpoint_every, at_least(0),
    "steps between checkpoints; 0 = only the last");
  v("keep_every", s.keep_every, at_least(0),
    "steps between checkpoints that are kept; all others except last and best are removed; 0 = keep only these (and, if run.doctor may act, the first)");
  v("doctor", s.doctor, any(),
    "response to problems during training: off; watch (report them, see docs/doctor.md); act (also reinitialise dead units, return to a checkpoint with lower learning rates or a penalty when training diverges or its samples collapse, and stop when the validation score has fallen)");
}

inline Names names_of(Scale) {
  static constexpr std::string_view names[] = {"unit", "symmetric", "standard", "none", "gcn"};
  return names;
}

inline Names names_of(Labels) {
  static constexpr std::string_view names[] = {"auto", "off"};
  return names;
}
inline Names names_of(PictureCrop) {
  static constexpr std::string_view names[] = {"none", "centre"};
  return names;
}
inline Names names_of(Colour) {
  static constexpr std::string_view names[] = {"auto", "rgb", "grey", "rgba"};
  return names;
}

struct DataSection {
  std::string source;
  int64_t train = 0, valid = 0;
  Scale scale = Scale::unit;
  double norm = 55;  ///< the paper's authors' on CIFAR-10
  bool binarise = false;
  PictureSettings pictures;
};
template <class V>
void fields(DataSection& s, V& v) {
  v("source", s.source, any(),
    "training data: mnist, fashion-mnist, cifar10, a folder with the files of such a data set, a folder or a ZIP file of pictures, a .npy, .csv or .tsv file (also .gz), toy:NAME");
  v("train", s.train, at_least(0), "number of training examples; 0 = the source's usual split");
  v("valid", s.valid, at_least(0), "number of validation examples; 0 = the source's usual split");
  v("scale", s.scale, any(),
    "scaling of the data: unit [0, 1], symmetric [-1, 1], standard (mean 0, standard deviation 1), none, gcn (global contrast normalisation)");
  if (s.scale == Scale::gcn)
    v("norm", s.norm, between(1e-6, 1e6), "L2 norm of each example after its mean is subtracted");
  v("binarise", s.binarise, any(),
    "set each value to 0 or 1 once; the probability of 1 is the value itself");
  PictureSettings& p = s.pictures;
  v("labels", p.labels, any(),
    "labels: auto (those of the data; for pictures, from dataset.json, metadata.csv or the names of their folders) or off");
  v("resize", p.resize, any(), "pictures: none, or WIDTHxHEIGHT, the size to which each is scaled");
  v("crop", p.crop, any(),
    "pictures: none (scaling may change the proportions) or centre (the edges are cut off to keep the proportions)");
  v("colour", p.colour, any(),
    "pictures: auto (grey if all of them are grey, else rgb), rgb, grey or rgba");
  v("background", p.background, any(),
    "pictures: colour behind transparent pixels: white, black, grey or #rrggbb");
}

struct TrainingSection {
  int64_t steps = 0;
  double epochs = 0;
  int64_t batch_size = 100;
  double learning_rate = 1e-3;
};
template <class V>
void fields(TrainingSection& s, V& v) {
  v("steps", s.steps, between(0, kMostSteps), "number of generator updates");
  v("epochs", s.epochs, at_least(0), "number of passes over the training data, in place of steps");
  v("batch_size", s.batch_size, at_least(1), "number of examples in a minibatch");
  v("learning_rate", s.learning_rate, above(0), "learning rate at the first step");
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
/// Whether a final value is reached, after schedule_steps.
inline bool has_end(Schedule schedule) {
  return schedule == Schedule::cosine || schedule == Schedule::linear;
}

struct OptimizerSection {
  Method method = Method::adam;
  double beta1 = 0.5, beta2 = 0.999, epsilon = 1e-8;
  std::optional<double> final_beta2;
  double momentum = 0.5, final_momentum = 0.5;
  int64_t momentum_epochs = 1;
  Schedule schedule = Schedule::constant;
  double decay = 1.000004, min_rate = 1e-6;
  int64_t schedule_steps = 0;
};
template <class V>
void fields(OptimizerSection& s, V& v) {
  v("method", s.method, any(), "optimiser: momentum or adam");
  if (s.method == Method::adam) {
    v("beta1", s.beta1, Bounds{.low = 0, .high = 0.99999}, "decay of the mean of gradients");
    v("beta2", s.beta2, Bounds{.low = 0, .high = 0.9999999},
      "decay of the mean of squared gradients");
    v("final_beta2", s.final_beta2, Bounds{.low = 0, .high = 0.9999999},
      "beta2 at the end of the schedule, cosine or linear; none = it stays constant");
    v("epsilon", s.epsilon, above(0), "added to the root of the mean squared gradient");
  } else {
    v("momentum", s.momentum, Bounds{.low = 0, .high = 0.99999}, "momentum in the first epoch");
    v("final_momentum", s.final_momentum, Bounds{.low = 0, .high = 0.99999},
      "momentum from epoch momentum_epochs on, reached by a linear change");
    v("momentum_epochs", s.momentum_epochs, at_least(1),
      "epoch in which final_momentum is reached");
  }
  v("schedule", s.schedule, any(),
    "schedule of the learning rate and of the settings that have a final value: constant, exponential, cosine, linear");
  if (s.schedule == Schedule::exponential)
    v("decay", s.decay, at_least(1), "the rate is divided by this number in every step");
  if (has_end(s.schedule))
    v("schedule_steps", s.schedule_steps, at_least(1),
      "steps until min_rate and the other final values are reached");
  if (s.schedule != Schedule::constant)
    v("min_rate", s.min_rate, at_least(0), "lowest learning rate");
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
  AugmentationSection augmentation;
  MixtureSection mixture;
  RbmSection rbm;
  NceSection nce;
  DbnSection dbn;
  DbmSection dbm;
  AisSection ais;
  GsnSection gsn;
  CaeSection cae;
};

/// Whether this kind of model has a section of that name besides [run], [data] and [training].
bool has_section(const Config& config, std::string_view section);

/// Calls v(name, section) for every section that this kind of model has. Each section is asked for
/// after those before it were visited, since what they hold may decide about it.
template <class V>
void sections(Config& c, V&& v) {
  v("run", c.run);
  v("data", c.data);
  v("training", c.training);
  const auto visit = [&](std::string_view name, auto& section) {
    if (has_section(c, name)) v(name, section);
  };
  visit("optimizer", c.optimizer);
  visit("game", c.game);
  visit("generator", c.generator);
  visit("discriminator", c.discriminator);
  visit("augmentation", c.augmentation);
  visit("rbm", c.rbm);
  visit("nce", c.nce);
  visit("dbn", c.dbn);
  visit("dbm", c.dbm);
  visit("gsn", c.gsn);
  visit("cae", c.cae);
  visit("mixture", c.mixture);
  visit("ais", c.ais);
}

/// `who` names the source in errors, which carry line numbers. Missing keys keep their defaults.
/// @throws UsageError for a syntax error, an unknown section or key (the nearest is suggested), a
/// wrong type, a number out of range, a newer format.
Config parse_config(std::string_view toml, const std::string& who);

/// Applies "section.key=value" (value in TOML; a bare word is taken as a string). @throws
/// UsageError
void override_config(Config& config, const std::string& assignment);

/// TOML with every key of every section: parse_config(format_config(c)) is c. @throws UsageError
/// for text that is not UTF-8, which TOML cannot hold.
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
