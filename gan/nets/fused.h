#pragma once
/// The fused engine: training passes by matrix products and a few passes over preallocated buffers,
/// with derivatives by hand. It works on the parameters of a reference network. Networks of dense,
/// maxout and dropout layers alone go through DensePasses, others through ImagePasses.
///
/// A penalty's gradient, of |slope|^2 / 2 with slope = dD/dx, is exact. Let u be the tangents of
/// what goes into the activations f, as x moves along the slope, and d the derivatives of D in it.
/// The weights of a layer get d times the tangent of what comes in. Where D is piecewise linear,
/// that is all, one more pass through the same matrices. Elsewhere f' changes, too: u d f''/f' goes
/// all the way back.

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

  /// penalised: penalties may be asked for, which others refuse. parameters: as
  /// Network::parameters(), contiguous float32 on the CPU; moments: the running means and variances
  /// of batch norm, in order.
  FusedEngine(const NetworkSpec& spec, const std::vector<LayerShape>& shapes,
              std::vector<Tensor> parameters, std::vector<Tensor> moments,
              kernels::Format precision, bool penalised);
  ~FusedEngine();

  std::unique_ptr<Tape> record(at::TensorList parts, const Pass& pass);

  /// To be called after the parameters were changed.
  void parameters_changed();

 private:
  std::unique_ptr<FusedPasses> passes_;
  bool penalised_;
};

}  // namespace gan
