#pragma once
/// What the fused engine asks of its passes through a network. The newest record() is the one that
/// the others refer to.

#include <ATen/core/Tensor.h>

#include <vector>

#include "gan/nets/network.h"

namespace gan {

class FusedPasses {
 public:
  virtual ~FusedPasses() = default;

  virtual void record(at::TensorList parts, const Pass& pass) = 0;  ///< forward
  virtual int64_t serial() const = 0;                               ///< of the newest record
  virtual Tensor output() = 0;

  // As those of Tape:
  virtual std::vector<Tensor> parameters(const Tensor& slope, const Tensor& penalty) = 0;
  virtual void descend(const Tensor& slope, const Tensor& penalty, Optimizer& optimizer,
                       UpdateTime when) = 0;
  virtual Tensor input_gradient(const Tensor& slope, int64_t first) = 0;

  virtual void parameters_changed() = 0;
};

}  // namespace gan
