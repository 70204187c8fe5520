#include "gan/nets/weighted.h"

namespace gan {

Tensor activate(const Tensor& a, Activation activation, double slope) {
  switch (activation) {
    case Activation::linear:
      return a;
    case Activation::relu:
      return at::relu(a);
    case Activation::leaky_relu:
      return at::leaky_relu(a, slope);
    case Activation::sigmoid:
      return at::sigmoid(a);
    case Activation::hard_sigmoid:
      return (a / 6 + 0.5).clamp(0, 1);  // ATen has no second derivative of its own
    case Activation::tanh:
      return at::tanh(a);
  }
  return a;
}

bool Weighted::constrain() {
  if (spectral_norm_) {
    spectral_norm_->iterate(weight_);
    return true;
  }
  if (max_norm_ <= 0) return false;
  const at::NoGradGuard no_grad;
  Tensor rows = weight_.flatten(1);  // [units, inputs], or [kernels, what is in one]: a view
  const Tensor norm = rows.norm(2, {1}, true);
  rows.mul_(norm.clamp_max(max_norm_).div_(norm.clamp_min(1e-12)));
  return true;
}

}  // namespace gan
