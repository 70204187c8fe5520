#pragma once
/// One training pass through a network, and the way back: what goes in is the loss's derivative in the
/// outputs, what comes out are the gradients that an update needs.

#include <ATen/core/Tensor.h>

#include <vector>

namespace gan {

using at::Tensor;

class Tape {
 public:
  virtual ~Tape() = default;

  /// [B, outputs], without a graph.
  virtual Tensor output() const = 0;

  /// Gradients in the parameters, in their order, of
  ///   sum_b slope_b . output_b  +  sum_b penalty_b / 2 |d output_b / d x_b|^2
  /// slope: [B, outputs]; penalty: [B], or undefined for none (a network of one output alone can have it).
  virtual std::vector<Tensor> parameters(const Tensor& slope, const Tensor& penalty = {}) = 0;

  /// d (sum_b slope_b . output_b) / d x of the examples [first, first + slope.size(0)): [b, inputs].
  virtual Tensor input(const Tensor& slope, int64_t first = 0) = 0;
};

}  // namespace gan
