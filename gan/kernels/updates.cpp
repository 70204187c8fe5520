#include "gan/kernels/updates.h"

#include <ATen/ATen.h>
#include <ATen/Parallel.h>

#include <cmath>

#include "gan/core/clones.h"
#include "gan/kernels/bfloat16.h"

namespace gan::kernels {
namespace {

constexpr int64_t kGrain = 16384;

bool plain(std::initializer_list<const Tensor*> tensors) {
  for (const Tensor* t : tensors)
    if (!t->device().is_cpu() || t->scalar_type() != at::kFloat || !t->is_contiguous())
      return false;
  return true;
}

struct NoShadow {};
GAN_INLINE void store(NoShadow, int64_t, float) {}

template <class Shadow>
GAN_INLINE void momentum_loop(int64_t n, float* __restrict w, const float* __restrict g,
                              float* __restrict v, float eta, float mu, Shadow shadow) {
  for (int64_t i = 0; i < n; ++i) {
    v[i] = mu * v[i] - eta * g[i];
    w[i] += v[i];
    store(shadow, i, w[i]);
  }
}
GAN_CLONES void momentum_span(int64_t n, float* w, const float* g, float* v, float eta, float mu) {
  momentum_loop(n, w, g, v, eta, mu, NoShadow{});
}
GAN_CLONES void momentum_span(int64_t n, float* w, const float* g, float* v, float eta, float mu,
                              Bf16* __restrict shadow) {
  momentum_loop(n, w, g, v, eta, mu, shadow);
}

template <class Shadow>
GAN_INLINE void averaged_loop(int64_t n, float* __restrict w, const float* __restrict g,
                              float* __restrict m, float eta, float mu, Shadow shadow) {
  for (int64_t i = 0; i < n; ++i) {
    m[i] = mu * m[i] + (1 - mu) * g[i];
    w[i] -= eta * m[i];
    store(shadow, i, w[i]);
  }
}
GAN_CLONES void averaged_span(int64_t n, float* w, const float* g, float* m, float eta, float mu) {
  averaged_loop(n, w, g, m, eta, mu, NoShadow{});
}
GAN_CLONES void averaged_span(int64_t n, float* w, const float* g, float* m, float eta, float mu,
                              Bf16* __restrict shadow) {
  averaged_loop(n, w, g, m, eta, mu, shadow);
}

struct AdamFactors {
  float beta1, beta2, step, root_correction, epsilon;
};
template <class Shadow>
GAN_INLINE void adam_loop(int64_t n, float* __restrict w, const float* __restrict g,
                          float* __restrict m, float* __restrict v, AdamFactors f, Shadow shadow) {
  const float beta1 = f.beta1, beta2 = f.beta2, step = f.step, root_correction = f.root_correction,
              epsilon = f.epsilon;
  for (int64_t i = 0; i < n; ++i) {
    m[i] = beta1 * m[i] + (1 - beta1) * g[i];
    v[i] = beta2 * v[i] + (1 - beta2) * g[i] * g[i];
    w[i] -= step * m[i] / (__builtin_sqrtf(v[i]) * root_correction + epsilon);
    store(shadow, i, w[i]);
  }
}
GAN_CLONES void adam_span(int64_t n, float* w, const float* g, float* m, float* v, AdamFactors f) {
  adam_loop(n, w, g, m, v, f, NoShadow{});
}
GAN_CLONES void adam_span(int64_t n, float* w, const float* g, float* m, float* v, AdamFactors f,
                          Bf16* __restrict shadow) {
  adam_loop(n, w, g, m, v, f, shadow);
}

GAN_CLONES double square_span(int64_t n, const float* x) {
  float lanes[16] = {};
  int64_t i = 0;
  for (; i + 16 <= n; i += 16)
    for (int j = 0; j < 16; ++j) lanes[j] += x[i + j] * x[i + j];
  double sum = 0;
  for (; i < n; ++i) sum += x[i] * x[i];
  for (const float lane : lanes) sum += lane;
  return sum;
}

}  // namespace

void momentum_update(const ParameterSlice& p, const float* g, double eta, double mu) {
  if (p.shadow)
    momentum_span(p.n, p.w, g, p.first, static_cast<float>(eta), static_cast<float>(mu),
                  static_cast<Bf16*>(p.shadow));
  else
    momentum_span(p.n, p.w, g, p.first, static_cast<float>(eta), static_cast<float>(mu));
}

void momentum_update(Tensor& w, const Tensor& g, Tensor& v, double eta, double mu) {
  if (!plain({&w, &g, &v})) return momentum_update_reference(w, g, v, eta, mu);
  float *wp = w.data_ptr<float>(), *vp = v.data_ptr<float>();
  const float* gp = g.data_ptr<float>();
  at::parallel_for(0, w.numel(), kGrain, [&](int64_t a, int64_t b) {
    momentum_update({b - a, wp + a, vp + a, nullptr, nullptr}, gp + a, eta, mu);
  });
}

void momentum_update_reference(Tensor& w, const Tensor& g, Tensor& v, double eta, double mu) {
  v.mul_(mu).sub_(g, eta);
  w.add_(v);
}

void averaged_update(const ParameterSlice& p, const float* g, double eta, double mu) {
  if (p.shadow)
    averaged_span(p.n, p.w, g, p.first, static_cast<float>(eta), static_cast<float>(mu),
                  static_cast<Bf16*>(p.shadow));
  else
    averaged_span(p.n, p.w, g, p.first, static_cast<float>(eta), static_cast<float>(mu));
}

void averaged_update_reference(Tensor& w, const Tensor& g, Tensor& m, double eta, double mu) {
  m.mul_(mu).add_(g, 1 - mu);
  w.sub_(m, eta);
}

void adam_update(const ParameterSlice& p, const float* g, const AdamRates& r) {
  const double t = static_cast<double>(r.update + 1);
  const AdamFactors f{
      .beta1 = static_cast<float>(r.beta1),
      .beta2 = static_cast<float>(r.beta2),
      .step = static_cast<float>(r.eta / (1 - std::pow(r.beta1, t))),
      .root_correction = static_cast<float>(1 / std::sqrt(1 - std::pow(r.beta2, t))),
      .epsilon = static_cast<float>(r.epsilon)};
  if (p.shadow)
    adam_span(p.n, p.w, g, p.first, p.second, f, static_cast<Bf16*>(p.shadow));
  else
    adam_span(p.n, p.w, g, p.first, p.second, f);
}

void adam_update(Tensor& w, const Tensor& g, Tensor& m, Tensor& v, const AdamRates& r) {
  if (!plain({&w, &g, &m, &v})) return adam_update_reference(w, g, m, v, r);
  float *wp = w.data_ptr<float>(), *mp = m.data_ptr<float>(), *vp = v.data_ptr<float>();
  const float* gp = g.data_ptr<float>();
  at::parallel_for(0, w.numel(), kGrain, [&](int64_t a, int64_t b) {
    adam_update({b - a, wp + a, mp + a, vp + a, nullptr}, gp + a, r);
  });
}

void adam_update_reference(Tensor& w, const Tensor& g, Tensor& m, Tensor& v, const AdamRates& r) {
  const double t = static_cast<double>(r.update + 1);
  m.mul_(r.beta1).add_(g, 1 - r.beta1);
  v.mul_(r.beta2).addcmul_(g, g, 1 - r.beta2);
  const Tensor root = (v / (1 - std::pow(r.beta2, t))).sqrt_().add_(r.epsilon);
  w.addcdiv_(m, root, -r.eta / (1 - std::pow(r.beta1, t)));
}

double sum_of_squares(int64_t n, const float* x) {
  return square_span(n, x);
}

}  // namespace gan::kernels
