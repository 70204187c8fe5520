#pragma once
/// Optimiser updates in one pass over memory. Each has a plain ATen reference that tests hold it
/// against; the reference also serves tensors that are not contiguous float32 on the CPU.

#include <ATen/core/Tensor.h>

namespace gan::kernels {

using at::Tensor;

/// A part of the parameters, in float32 on the CPU, for the calling thread alone.
struct ParameterSlice {
  int64_t n;
  float *w, *first,
      *second;   ///< parameters, their moments; second may be nullptr where there is none
  void* shadow;  ///< w in bfloat16 is written here, unless it is nullptr
};

/// v <- mu v - eta g; w <- w + v. (pylearn2's SGD with momentum, not Nesterov)
void momentum_update(const ParameterSlice& part, const float* g, double eta, double mu);
void momentum_update(Tensor& w, const Tensor& g, Tensor& v, double eta, double mu);
void momentum_update_reference(Tensor& w, const Tensor& g, Tensor& v, double eta, double mu);

/// m <- mu m + (1 - mu) g; w <- w - eta m: momentum as an average of gradients (the published code
/// of Bengio et al. 2014).
void averaged_update(const ParameterSlice& part, const float* g, double eta, double mu);
void averaged_update_reference(Tensor& w, const Tensor& g, Tensor& m, double eta, double mu);

struct AdamRates {
  double eta, beta1, beta2, epsilon;
  int64_t update;  ///< from 0
};
/// Kingma & Ba 2015, algorithm 1.
void adam_update(const ParameterSlice& part, const float* g, const AdamRates& rates);
void adam_update(Tensor& w, const Tensor& g, Tensor& m, Tensor& v, const AdamRates& rates);
void adam_update_reference(Tensor& w, const Tensor& g, Tensor& m, Tensor& v,
                           const AdamRates& rates);

/// sum of x^2, in an order that depends on n alone
double sum_of_squares(int64_t n, const float* x);

}  // namespace gan::kernels
