#pragma once
/// Everything that generates: adversarial nets, mixtures, and the controls that they are judged beside.

#include <ATen/core/Tensor.h>

#include <functional>
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

  /// n examples, [n, D] float32 in scaled units. Example i is a function of (seed, first + i) alone,
  /// up to rounding; no other state is touched.
  virtual Tensor sample(int64_t n, uint64_t seed, int64_t first = 0) = 0;

  /// What reading the model back needs. Names start with "model.".
  virtual void visit_state(const StateVisitor&) {}
};

// What a model may be able to do besides; ask with dynamic_cast.

/// Samples are a function of a latent point.
class Latent {
 public:
  virtual ~Latent() = default;
  virtual Tensor noise(int64_t n, uint64_t seed, int64_t first = 0) = 0;  ///< [n, Z], as `sample` draws it
  virtual Tensor decode(const Tensor& z) = 0;                             ///< [n, Z] -> [n, D]
};

/// log p(x) in nats can be computed.
class Likelihood {
 public:
  enum class Kind { exact, ais, bound };
  virtual ~Likelihood() = default;
  virtual Kind kind() const = 0;
  virtual Tensor log_probability(const Tensor& x) = 0;  ///< [N, D] -> [N]
};

}  // namespace gan
