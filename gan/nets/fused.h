#pragma once
/// The fused engine: training passes by matrix products and a few passes over preallocated buffers,
/// with derivatives by hand. It works on the parameters of a reference network. Networks of dense,
/// maxout and dropout layers alone go through DensePasses, others through ImagePasses.
///
/// Where D is piecewise linear, its slope in x is a product of weights and of masks that are
/// constant almost everywhere. The gradient of |slope|^2 is then one more pass through the same
/// matrices, and exact.

#include <memory>
#include <string>
#include <vector>

#include "gan/kernels/products.h"
#include "gan/nets/network.h"

namespace gan {

class FusedPasses;

class FusedEngine {
 public:
  /// Why this network needs the reference engine, or "".
  static std::string unsupported(const NetworkSpec& spec, bool penalised);

  /// parameters: as Network::parameters(), contiguous float32 on the CPU; moments: the running
  /// means and variances of batch norm, in order.
  FusedEngine(const NetworkSpec& spec, const std::vector<LayerShape>& shapes,
              std::vector<Tensor> parameters, std::vector<Tensor> moments,
              kernels::Format precision);
  ~FusedEngine();

  std::unique_ptr<Tape> record(at::TensorList parts, const Pass& pass);

  /// To be called after the parameters were changed.
  void parameters_changed();

 private:
  std::unique_ptr<FusedPasses> passes_;
};

}  // namespace gan
