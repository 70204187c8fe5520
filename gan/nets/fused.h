#pragma once
/// The fused engine: training passes through a multi-layer perceptron by matrix products and a few
/// passes over preallocated buffers, with derivatives by hand. It works on the parameters of a
/// reference network.
///
/// Where D is piecewise linear, its slope in x is a product of weights and of masks that are
/// constant almost everywhere. The gradient of |slope|^2 is then one more pass through the same
/// matrices, and exact.

#include <map>
#include <memory>
#include <string>
#include <vector>

#include "gan/kernels/products.h"
#include "gan/nets/network.h"

namespace gan {

class FusedEngine {
 public:
  /// Why this network needs the reference engine, or "".
  static std::string unsupported(const NetworkSpec& spec, bool penalised);

  /// parameters: weight and bias of each dense or maxout layer, contiguous float32 on the CPU.
  FusedEngine(const NetworkSpec& spec, const Shape& input, std::vector<Tensor> parameters,
              kernels::Format precision);
  ~FusedEngine();

  std::unique_ptr<Tape> record(at::TensorList parts, const Pass& pass);

  /// To be called after the parameters were changed.
  void parameters_changed();

  class Passes;

 private:
  std::unique_ptr<Passes> passes_;
};

}  // namespace gan
