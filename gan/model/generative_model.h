#pragma once
/// Everything that generates: adversarial nets, mixtures, and the controls that they are judged
/// beside.

#include <ATen/core/Tensor.h>

#include <functional>
#include <optional>
#include <span>
#include <string>

#include "gan/io/array.h"

namespace gan {

using at::Tensor;

/// Called with (name, tensor) for everything that a checkpoint must hold; a tensor may be read or
/// filled in place (same shape and dtype). Numbers are 0-d tensors.
using StateVisitor = std::function<void(const std::string& name, Tensor& value)>;

class GenerativeModel {
 public:
  virtual ~GenerativeModel() = default;

  /// n examples, [n, shape...] or rows [n, D], float32 in scaled units. Example i is a function of
  /// (seed, first + i) alone, up to rounding; no other state is touched.
  virtual Tensor sample(int64_t n, uint64_t seed, int64_t first = 0) = 0;

  /// What reading the model back needs. Names start with "model.".
  virtual void visit_state(const StateVisitor&) {}
};

// What a model may be able to do besides; ask with dynamic_cast.

/// Samples are a function of a latent point.
class Latent {
 public:
  virtual ~Latent() = default;
  virtual Tensor noise(int64_t n, uint64_t seed,
                       int64_t first = 0) = 0;  ///< [n, Z], as `sample` draws it
  /// [n, Z] -> examples, as of `sample`. label: [n] int64, the classes of the examples, where the
  /// model is Conditional and has classes, or [n, classes] float32, their shares of each class;
  /// undefined: the first class.
  virtual Tensor decode(const Tensor& z, const Tensor& label = {}) = 0;
};

/// A class can be asked for: each sample has one.
class Conditional {
 public:
  virtual ~Conditional() = default;
  virtual int64_t classes() const = 0;  ///< 0: this model was trained without labels
  /// Of the samples that `sample` draws, each class as probable as any other: [n] int64 on the
  /// model's device; undefined without classes.
  virtual Tensor labels(int64_t n, uint64_t seed, int64_t first = 0) const = 0;
};

/// Which states of its chains a model's `sample` gives.
struct SampledStates {
  int64_t burn_in = 0;  ///< first states of each chain that are left out
  int64_t consecutive =
      1;  ///< then so many follow each other as samples; 1: each sample is from a chain of its own
};

/// Samples come from a Markov chain, each from the one before. What a state holds is the model's
/// own business.
class Chain {
 public:
  virtual ~Chain() = default;
  /// n chains where they begin, [n, S] float32: from the model's own noise, or, with x [n, D]
  /// scaled, at those examples. Chain i is a function of (seed, first + i), and of row i of x.
  virtual Tensor start(int64_t n, uint64_t seed, int64_t first = 0) = 0;
  virtual Tensor start_at(const Tensor& x, uint64_t seed, int64_t first = 0) = 0;
  /// Step t (from 0) of each chain, in place; what it draws is a function of (seed, t, first + i).
  virtual void advance(Tensor& state, uint64_t seed, int64_t t, int64_t first = 0) = 0;
  /// The examples that these states stand for, [n, S] -> [n, D] scaled: means where the model has
  /// them, not draws.
  virtual Tensor show(const Tensor& state) = 0;
  /// Samples of one chain depend on each other: where `consecutive` is above 1, `sample` is no set
  /// of independent examples.
  virtual SampledStates sampled_states() const { return {}; }
};

/// Its visible units are joined to others by weights, which can be looked at as pictures.
class FirstLayerWeights {
 public:
  virtual ~FirstLayerWeights() = default;
  virtual Tensor first_layer_weights() = 0;  ///< [D, H]
};

/// log p(x) in nats can be computed.
class Likelihood {
 public:
  enum class Kind { exact, ais, bound };
  virtual ~Likelihood() = default;
  virtual Kind kind() const = 0;
  virtual Tensor log_probability(const Tensor& x) = 0;  ///< [N, D] -> [N]
};

/// log p(x) = log p*(x) - log Z, where log Z, a sum over too many states, is not known. A path of
/// densities p*_beta leads to it from one that is, for annealed importance sampling (Neal 2001;
/// judge/ais.h). States are the path's own business: of the examples, or of whatever hidden layer
/// the others can be summed out of.
class AnnealedPath {
 public:
  virtual ~AnnealedPath() = default;
  /// Called before all others, for a path whose base is chosen by what the model draws: any is
  /// right, one near to the model best.
  virtual void choose_base(uint64_t /*seed*/) {}
  virtual double base_log_z() const = 0;  ///< at beta = 0, nats
  /// n exact draws at beta = 0, [n, S] float32. Run i is a function of (seed, first + i).
  virtual Tensor draw_base(int64_t n, uint64_t seed, int64_t first = 0) = 0;
  /// From each beta to the next: adds log p*_to - log p*_from of the states to log_weights [n]
  /// float64, then moves the states [n, S], in place, by a transition that leaves p_to invariant.
  /// Transition i, to betas[i + 1], is number t + i and draws a function of (seed, t + i, first +
  /// row).
  virtual void anneal(Tensor& states, Tensor& log_weights, std::span<const double> betas,
                      uint64_t seed, int64_t t, int64_t first = 0) = 0;
  /// log p*(x), [N, D] -> [N] float64; or a lower bound on it, where `bounded`.
  virtual Tensor log_unnormalised(const Tensor& x) = 0;
  virtual bool bounded() const { return false; }
  /// Where few enough states are left to add them all up.
  virtual std::optional<double> exact_log_z() { return {}; }
};

}  // namespace gan
