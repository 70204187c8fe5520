#include "gan/kernels/updates.h"

#include <ATen/ATen.h>
#include <ATen/Parallel.h>

#include <cmath>

#include "gan/kernels/clones.h"

namespace gan::kernels {
namespace {

constexpr int64_t kGrain = 16384;

bool plain(std::initializer_list<const Tensor*> tensors) {
  for (const Tensor* t : tensors)
    if (!t->device().is_cpu() || t->scalar_type() != at::kFloat || !t->is_contiguous()) return false;
  return true;
}

GAN_CLONES void momentum_span(int64_t n, float* __restrict w, const float* __restrict g, float* __restrict v, float eta, float mu) {
  for (int64_t i = 0; i < n; ++i) {
    v[i] = mu * v[i] - eta * g[i];
    w[i] += v[i];
  }
}

GAN_CLONES void adam_span(int64_t n, float* __restrict w, const float* __restrict g, float* __restrict m, float* __restrict v,
                          float beta1, float beta2, float step, float root_correction, float epsilon) {
  for (int64_t i = 0; i < n; ++i) {
    m[i] = beta1 * m[i] + (1 - beta1) * g[i];
    v[i] = beta2 * v[i] + (1 - beta2) * g[i] * g[i];
    w[i] -= step * m[i] / (__builtin_sqrtf(v[i]) * root_correction + epsilon);
  }
}

}  // namespace

void momentum_update(Tensor& w, const Tensor& g, Tensor& v, double eta, double mu) {
  if (!plain({&w, &g, &v})) return momentum_update_reference(w, g, v, eta, mu);
  float *wp = w.data_ptr<float>(), *vp = v.data_ptr<float>();
  const float* gp = g.data_ptr<float>();
  at::parallel_for(0, w.numel(), kGrain, [&](int64_t a, int64_t b) { momentum_span(b - a, wp + a, gp + a, vp + a, eta, mu); });
}

void momentum_update_reference(Tensor& w, const Tensor& g, Tensor& v, double eta, double mu) {
  v.mul_(mu).sub_(g, eta);
  w.add_(v);
}

void adam_update(Tensor& w, const Tensor& g, Tensor& m, Tensor& v, const AdamRates& r) {
  if (!plain({&w, &g, &m, &v})) return adam_update_reference(w, g, m, v, r);
  const double t = static_cast<double>(r.update + 1);
  const double step = r.eta / (1 - std::pow(r.beta1, t)), root_correction = 1 / std::sqrt(1 - std::pow(r.beta2, t));
  float *wp = w.data_ptr<float>(), *mp = m.data_ptr<float>(), *vp = v.data_ptr<float>();
  const float* gp = g.data_ptr<float>();
  at::parallel_for(0, w.numel(), kGrain, [&](int64_t a, int64_t b) {
    adam_span(b - a, wp + a, gp + a, mp + a, vp + a, r.beta1, r.beta2, step, root_correction, r.epsilon);
  });
}

void adam_update_reference(Tensor& w, const Tensor& g, Tensor& m, Tensor& v, const AdamRates& r) {
  const double t = static_cast<double>(r.update + 1);
  m.mul_(r.beta1).add_(g, 1 - r.beta1);
  v.mul_(r.beta2).addcmul_(g, g, 1 - r.beta2);
  const Tensor root = (v / (1 - std::pow(r.beta2, t))).sqrt_().add_(r.epsilon);
  w.addcdiv_(m, root, -r.eta / (1 - std::pow(r.beta1, t)));
}

}  // namespace gan::kernels
