#include "gan/game/penalties.h"

#include <ATen/ATen.h>
#include <torch/csrc/autograd/autograd.h>

namespace gan {

Tensor gradient_penalty(const Tensor& logits, const Tensor& x) {
  const Tensor slope = torch::autograd::grad({logits.sum()}, {x}, {}, /*retain_graph=*/true, /*create_graph=*/true)[0];  // [B, D]
  return slope.square().sum() / (2.0 * static_cast<double>(x.size(0)));
}

}  // namespace gan
