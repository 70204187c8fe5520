#include "gan/kernels/one_kernel.h"

#include <algorithm>

#include "gan/core/clones.h"
#include "gan/kernels/elementary.h"

namespace gan::kernels {
namespace {

constexpr int64_t kLanes = 16;  // sums side by side, of which the compiler makes vectors

template <class T>
GAN_INLINE void times_row_loop(int64_t rows, int64_t k, const void* x_, const void* w_,
                               float* out) {
  const T *x = static_cast<const T*>(x_), *w = static_cast<const T*>(w_);
  for (int64_t r = 0; r < rows; ++r, x += k) {
    float lanes[kLanes] = {};
    int64_t i = 0;
    for (; i + kLanes <= k; i += kLanes)
      for (int64_t l = 0; l < kLanes; ++l) lanes[l] += load(x, i + l) * load(w, i + l);
    float sum = 0;
    for (; i < k; ++i) sum += load(x, i) * load(w, i);
    for (int64_t l = 0; l < kLanes; ++l) sum += lanes[l];
    out[r] = sum;
  }
}
GAN_BOTH(times_row_loop, (int64_t rows, int64_t k, const void* x, const void* w, float* out),
         (rows, k, x, w, out))

template <class T>
GAN_INLINE void outer_loop(int64_t rows, int64_t k, const void* d_, const void* w_, float* out) {
  const T *d = static_cast<const T*>(d_), *w = static_cast<const T*>(w_);
  for (int64_t r = 0; r < rows; ++r, out += k) {
    const float factor = load(d, r);
    for (int64_t i = 0; i < k; ++i) out[i] = factor * load(w, i);
  }
}
GAN_BOTH(outer_loop, (int64_t rows, int64_t k, const void* d, const void* w, float* out),
         (rows, k, d, w, out))

template <class T>
GAN_INLINE void weighted_loop(int64_t rows, int64_t k, const void* d_, const void* x_, float* out) {
  const T *d = static_cast<const T*>(d_), *x = static_cast<const T*>(x_);
  for (int64_t r = 0; r < rows; ++r, x += k) {
    const float factor = load(d, r);
    for (int64_t i = 0; i < k; ++i) out[i] += factor * load(x, i);
  }
}
GAN_BOTH(weighted_loop, (int64_t rows, int64_t k, const void* d, const void* x, float* out),
         (rows, k, d, x, out))

}  // namespace

void times_row(Format precision, int64_t rows, int64_t k, const void* x, const void* w,
               float* out) {
  GAN_PICK(times_row_loop)(rows, k, x, w, out);
}

void outer_product(Format precision, int64_t rows, int64_t k, const void* d, const void* w,
                   float* out) {
  GAN_PICK(outer_loop)(rows, k, d, w, out);
}

void weighted_sum(Format precision, int64_t rows, int64_t k, const void* d, const void* x,
                  bool accumulate, float* out) {
  if (!accumulate) std::fill_n(out, k, 0.0f);
  GAN_PICK(weighted_loop)(rows, k, d, x, out);
}

}  // namespace gan::kernels
