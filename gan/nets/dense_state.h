#pragma once
/// What the fused engine keeps of a network between its passes: weights in the precision of its
/// products, and of each layer the inputs, the derivatives and the dropout's masks. Memory grows
/// when it must and is never given back.

#include <ATen/ATen.h>
#include <ATen/Parallel.h>

#include <algorithm>
#include <vector>

#include "gan/kernels/passes.h"
#include "gan/kernels/team.h"
#include "gan/kernels/tiles.h"
#include "gan/nets/network.h"

namespace gan {

using kernels::sized;

class DenseState {
 public:
  /// A dense or maxout layer, and the dropout before it.
  struct Block {
    int64_t inputs, units, pieces = 1;  ///< outputs of the product: units * pieces
    kernels::Unit unit;
    const Dropout* dropout = nullptr;
    size_t dropout_layer = 0;
    const float *weight = nullptr, *bias = nullptr;  ///< [units * pieces, inputs], [units * pieces]
    int64_t outputs() const { return units * pieces; }
  };

  DenseState(const NetworkSpec& spec, const Shape& input, std::vector<Tensor> parameters,
             kernels::Format precision);

  void parameters_changed() { shadows_are_old_ = true; }

 protected:
  void ensure_size(int64_t rows);
  void refresh_shadows(kernels::Team& team);
  void draw_masks(kernels::Team& team, const Pass& pass);

  /// This member's own, for a product.
  float* tile(const kernels::Team& team, int64_t n) {
    return sized(tiles_[static_cast<size_t>(team.index)], n);
  }

  /// Of the inputs of layer l, from `row` and `unit` on.
  kernels::Mask mask(size_t l, int64_t row, int64_t unit) const {
    const Block& b = blocks_[l];
    if (!b.dropout || !training_) return {};
    return {layers_[l].keep.data() + row * b.inputs + unit, static_cast<float>(b.dropout->scale)};
  }

  template <class Char>
  Char* element(Char* buffer, int64_t i) const {
    return buffer + i * kernels::bytes_of(precision_);
  }
  char* input(size_t l, int64_t row, int64_t unit) {
    return element(layers_[l].input.data(), row * blocks_[l].inputs + unit);
  }
  char* delta(size_t l, int64_t row, int64_t output) {
    return element(layers_[l].delta.data(), row * blocks_[l].outputs() + output);
  }
  uint8_t* chosen(size_t l, int64_t row, int64_t unit) {
    return layers_[l].index.data() + row * blocks_[l].units + unit;
  }
  const void* weight(size_t l, int64_t output, int64_t input) const {
    const int64_t at = output * blocks_[l].inputs + input;
    if (precision_ == kernels::Format::fp32) return blocks_[l].weight + at;
    return static_cast<const char*>(shadows_[2 * l].data_ptr()) + 2 * at;
  }

  /// Of delta(l): maxout passes nothing back to the pieces that it did not choose, nor to a unit
  /// that is dropped.
  bool mostly_zeros(size_t l) const;

  int64_t widest() const;
  double operations(int64_t rows) const;  ///< multiplications and additions of one pass

  struct Layer {
    kernels::Aligned<char> input, delta;  ///< [rows, inputs], [rows, outputs]: of `precision_`
    std::vector<uint8_t> keep, index;     ///< of the dropout before it; of its maxout
  };
  NetworkSpec spec_;
  Shape input_;  ///< of an example, whose numbers the first layer sees as a row
  std::vector<Tensor> parameters_, shadows_;  ///< shadows: weights in bfloat16
  kernels::Format precision_;
  std::vector<Block> blocks_;
  std::vector<Layer> layers_;
  kernels::Aligned<float> y_;  ///< outputs, float32
  int64_t rows_ = 0;
  bool training_ = false;

 private:
  std::vector<kernels::Aligned<float>> tiles_;  ///< of each thread
  bool shadows_are_old_ = true;
};

}  // namespace gan
