#include "gan/nets/resampling.h"

#include <ATen/ATen.h>

namespace gan {

at::Tensor smoothing_filter(const at::Tensor& x, double sum) {
  const at::Tensor side = at::tensor({1.0, 3.0, 3.0, 1.0}, x.options().requires_grad(false));
  const at::Tensor square = side.unsqueeze(1) * side.unsqueeze(0) * (sum / 64);
  return square.expand({x.size(1), 1, 4, 4});
}

}  // namespace gan
