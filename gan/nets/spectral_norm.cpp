#include "gan/nets/spectral_norm.h"

#include <ATen/ATen.h>

#include "gan/nets/draw.h"

namespace gan {
namespace {

constexpr int kFirstIterations = 15;  // as in torch.nn.utils.parametrizations.spectral_norm
constexpr double kSmallestNorm = 1e-12;

Tensor direction(const Tensor& x) {
  return x / x.norm().clamp_min(kSmallestNorm);
}

}  // namespace

SpectralNorm::SpectralNorm(const Tensor& weight, int64_t dimension, const Stream& init)
    : dimension_(dimension) {
  const at::NoGradGuard no_grad;
  const Tensor w = matrix(weight);
  u_ = direction(draw_normal(init, 1, w.size(0), 0).squeeze(0)).to(weight.device());
  v_ = at::zeros({w.size(1)}, w.options().requires_grad(false));
  for (int i = 0; i < kFirstIterations; ++i) iterate(weight);
}

Tensor SpectralNorm::matrix(const Tensor& weight) const {
  return weight.transpose(0, dimension_).flatten(1);
}

Tensor SpectralNorm::normalised(const Tensor& weight) const {
  return weight / at::dot(u_, at::mv(matrix(weight), v_));
}

void SpectralNorm::iterate(const Tensor& weight) {
  const at::NoGradGuard no_grad;
  const Tensor w = matrix(weight);
  v_.copy_(direction(at::mv(w.t(), u_)));
  u_.copy_(direction(at::mv(w, v_)));
}

}  // namespace gan
