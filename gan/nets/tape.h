#pragma once
/// One training pass through a network, and the way back: what goes in is the loss's derivative in
/// the outputs, what comes out are the gradients that an update needs.

#include <ATen/core/Tensor.h>

#include <vector>

#include "gan/optim/optimizer.h"

namespace gan {

using at::Tensor;

class Tape {
 public:
  virtual ~Tape() = default;

  /// [B, out...], without a graph. Like all that a tape gives, it may be overwritten by the next
  /// tape of the network.
  virtual Tensor output() const = 0;

  /// Gradients in the parameters, in their order, of
  ///   sum_b slope_b . output_b  +  sum_b penalty_b / 2 |d output_b / d x_b|^2
  /// slope: [B, out...], or any other shape of as many numbers an example; penalty: [B], or
  /// undefined for none. Of several outputs the first one is penalised (the fused engine takes a
  /// penalty of a network of one output alone). A penalty may be negative.
  virtual std::vector<Tensor> parameters(const Tensor& slope, const Tensor& penalty = {}) = 0;

  /// One update of the parameters by these gradients. The last use of a tape.
  virtual void descend(const Tensor& slope, const Tensor& penalty, Optimizer& optimizer,
                       UpdateTime when) {
    optimizer.step(parameters(slope, penalty), when);
  }

  /// d (sum_b slope_b . output_b) / d x of the examples [first, first + slope.size(0)): [b, in...].
  virtual Tensor input(const Tensor& slope, int64_t first = 0) = 0;
};

}  // namespace gan
