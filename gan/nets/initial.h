#pragma once
/// How the weights and biases of a layer start.

#include <ATen/core/Tensor.h>

#include "gan/nets/layers.h"

namespace gan {

/// How many inputs a unit sums over, and how many units an input goes to.
struct Fan {
  double inputs, outputs;
  Fan turned() const { return {outputs, inputs}; }
};

/// Of k x k kernels between so many channels, `stride` apart; of a dense layer, kernels are of one
/// position.
Fan fan_of(int64_t in, int64_t out, int64_t kernel = 1, int64_t stride = 1);

/// [rows, columns]; row r is drawn as sample r of the stream.
Tensor draw_weights(const Init& init, int64_t rows, int64_t columns, const Fan& fan,
                    const Stream& stream);

/// @throws UsageError where the data's marginals are asked for and cannot be had
Tensor draw_bias(const Bias& bias, const Shape& shape, const LayerPlace& place);

}  // namespace gan
