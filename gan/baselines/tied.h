#pragma once
/// Layers of units joined by weights that serve both ways: up into a layer and, transposed, down
/// into the one below. What autoencoders and generative stochastic networks are made of, at the
/// speed of gan/kernels.

#include <ATen/core/Tensor.h>

#include <vector>

#include "gan/core/random.h"
#include "gan/kernels/passes.h"
#include "gan/kernels/weight_gradient.h"
#include "gan/model/generative_model.h"
#include "gan/optim/optimizer.h"

namespace gan {

/// Layer 0 are the visible units. Parameters are float32 on the CPU: weights(l) [size(l), size(l -
/// 1)], biases(l) [size(l)].
class TiedLayers {
 public:
  /// Weights U(-r, r), r = sqrt(6 / (inputs + outputs)) (Glorot & Bengio 2010), biases 0.
  /// `precision`: of products.
  TiedLayers(std::vector<int64_t> sizes, kernels::Format precision, const Stream& stream);

  size_t depth() const { return sizes_.size() - 1; }  ///< layers above the visible one
  int64_t size(size_t l) const { return sizes_[l]; }
  kernels::Format precision() const { return precision_; }
  const Tensor& weights(size_t l) const { return weights_[l - 1]; }
  const Tensor& biases(size_t l) const { return biases_[l]; }
  const float* bias(size_t l) const { return biases_[l].data_ptr<float>(); }
  double operations()
      const;  ///< multiplications and additions of one example through all weights once

  /// weights "<prefix>1.weights" and so on, biases "<prefix>0.biases" and so on.
  void visit_state(const std::string& prefix, const StateVisitor& visit);

  /// Before a team begins: room for its members. In it: the weights in `precision`, where they are
  /// old.
  void prepare();
  void refresh(kernels::Team& team);

  /// This member's own, until it asks for another.
  float* tile(const kernels::Team& team, int64_t n) {
    return kernels::sized(tiles_[static_cast<size_t>(team.index)], n);
  }

  /// What units [unit, unit + units) of layer l receive from below [rows, size(l - 1)] and above
  /// [rows, size(l + 1)], of `precision`, either of them nullptr for nothing: a tile [rows, units],
  /// without biases.
  float* incoming(const kernels::Team& team, size_t l, const void* below, const void* above,
                  int64_t rows, int64_t unit, int64_t units);

  /// The gradient sum over rows of upper' lower, upper [rows, size(l)], lower [rows, size(l - 1)],
  /// in this member's part of the rows of weights(l): use(first unit, units, gradient [units,
  /// size(l - 1)]).
  template <class Use>
  void weight_gradient(const kernels::Team& team, size_t l, const void* upper, const void* lower,
                       int64_t rows, Use use) {
    kernels::each_part(
        team,
        {.left = upper,
         .n = size(l),
         .right = lower,
         .m = size(l - 1),
         .rows = rows,
         .precision = precision_},
        [&](int64_t n) { return tile(team, n); }, use);
  }

  /// The same of the biases of layer l: the sum over rows of delta [rows, size(l)].
  template <class Use>
  void bias_gradient(const kernels::Team& team, size_t l, const void* delta, int64_t rows,
                     Use use) {
    const auto [begin, end] = team.share(size(l), kernels::kGrain);
    if (begin == end) return;
    float* g = tile(team, end - begin);
    kernels::sum_rows(precision_, {rows, end - begin, size(l)}, nullptr, element(delta, begin), g);
    use(begin, end - begin, g);
  }

  /// Weights, then biases, each from the lowest: for an optimiser.
  std::vector<Tensor> parameters() const;
  /// The step of an optimiser of parameters() in rows [unit, unit + units) of weights(l), or of
  /// biases(l), while their gradient is still in a cache.
  void update_weights(const Optimizer& optimizer, size_t l, int64_t unit, int64_t units,
                      const float* gradient, const UpdateTime& when);
  void update_biases(const Optimizer& optimizer, size_t l, int64_t unit, int64_t units,
                     const float* gradient, const UpdateTime& when);

  /// After all parts of an update.
  void finish(Optimizer& optimizer, const UpdateTime& when) {
    if (optimizer.finish(when, 0)) shadows_are_old_ = true;
  }

  const void* element(const void* buffer, int64_t i) const {
    return static_cast<const char*>(buffer) + i * kernels::bytes_of(precision_);
  }
  void* element(void* buffer, int64_t i) const {
    return static_cast<char*>(buffer) + i * kernels::bytes_of(precision_);
  }

 private:
  const void* weight(size_t l, int64_t unit, int64_t input) const;

  std::vector<int64_t> sizes_;
  kernels::Format precision_;
  std::vector<Tensor> weights_, biases_, shadows_;  ///< shadows: weights in bfloat16
  std::vector<kernels::Aligned<float>> tiles_;      ///< of each thread
  bool shadows_are_old_ = true;
};

}  // namespace gan
