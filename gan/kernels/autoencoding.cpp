#include "gan/kernels/autoencoding.h"

#include "gan/kernels/elementary.h"

namespace gan::kernels {
namespace {

GAN_CLONES void to_normal_span(int64_t n, const float* u, const float* v, float* cosines,
                               float* sines) {
  for (int64_t i = 0; i < n; ++i) {
    const float radius = __builtin_sqrtf(-2 * logarithm(1 - u[i]));
    const SineCosine at = sine_cosine(v[i]);
    cosines[i] = radius * at.cosine;
    sines[i] = radius * at.sine;
  }
}

GAN_CLONES void add_span(int64_t n, float factor, const float* x, float* sum) {
  for (int64_t i = 0; i < n; ++i) sum[i] += factor * x[i];
}

template <class T>
GAN_INLINE void shift_row(int64_t n, const void* y, float factor, const float* x, void* out) {
  for (int64_t i = 0; i < n; ++i)
    store(static_cast<T*>(out), i, load(static_cast<const T*>(y), i) + factor * x[i]);
}
GAN_BOTH(shift_row, (int64_t n, const void* y, float factor, const float* x, void* out),
         (n, y, factor, x, out))

template <class T>
GAN_INLINE void corrupt_row(int64_t n, const float* x, const float* u, float rate, void* out) {
  for (int64_t i = 0; i < n; ++i) {
    const float bit = u[i] < 0.5f * rate ? 1.0f : 0.0f;
    store(static_cast<T*>(out), i, u[i] < rate ? bit : x[i]);
  }
}
GAN_BOTH(corrupt_row, (int64_t n, const float* x, const float* u, float rate, void* out),
         (n, x, u, rate, out))

template <class T>
GAN_INLINE void draw_row(int64_t n, const float* a, const float* bias, const float* u, float rate,
                         float* mean, void* out) {
  for (int64_t i = 0; i < n; ++i) {
    mean[i] = 1 / (1 + exponential(-(a[i] + bias[i])));
    store(static_cast<T*>(out), i, u[i] < (1 - rate) * mean[i] + 0.5f * rate ? 1.0f : 0.0f);
  }
}
GAN_BOTH(draw_row,
         (int64_t n, const float* a, const float* bias, const float* u, float rate, float* mean,
          void* out),
         (n, a, bias, u, rate, mean, out))

template <class T>
GAN_INLINE double cross_entropy_row(int64_t n, const float* a, const float* bias, const float* x,
                                    float scale, void* error) {
  constexpr int kLanes = 16;
  float lanes[kLanes] = {};
  const auto one = [&](int64_t i, float& sum) GAN_LAMBDA {
    const float z = a[i] + bias[i], e = exponential(z > 0 ? -z : z), most = 1 / (1 + e);
    sum += ((z > 0 ? z : 0.0f) - x[i] * z) + logarithm(1 + e);  // softplus(z) - x z
    store(static_cast<T*>(error), i, scale * ((z > 0 ? most : e * most) - x[i]));
  };
  int64_t i = 0;
  for (; i + kLanes <= n; i += kLanes)
    for (int j = 0; j < kLanes; ++j) one(i + j, lanes[j]);
  for (; i < n; ++i) one(i, lanes[0]);
  double total = 0;
  for (const float lane : lanes) total += lane;
  return total;
}
GAN_CLONES double cross_entropy_row_fp32(int64_t n, const float* a, const float* bias,
                                         const float* x, float scale, void* error) {
  return cross_entropy_row<float>(n, a, bias, x, scale, error);
}
GAN_CLONES double cross_entropy_row_bf16(int64_t n, const float* a, const float* bias,
                                         const float* x, float scale, void* error) {
  return cross_entropy_row<Bf16>(n, a, bias, x, scale, error);
}

template <class T>
GAN_INLINE void contract_row(int64_t n, const float* d, const void* h_, float factor,
                             const float* squares, void* out) {
  const T* h = static_cast<const T*>(h_);
  for (int64_t i = 0; i < n; ++i) {
    const float y = load(h, i), s = y * (1 - y);
    store(static_cast<T*>(out), i, s * (d[i] + 2 * factor * squares[i] * s * (1 - 2 * y)));
  }
}
GAN_BOTH(contract_row,
         (int64_t n, const float* d, const void* h, float factor, const float* squares, void* out),
         (n, d, h, factor, squares, out))

template <class T>
GAN_INLINE void sum_slopes_columns(Size size, const void* h_, float* out) {
  const T* h = static_cast<const T*>(h_);
  for (int64_t i = 0; i < size.n; ++i) out[i] = 0;
  for (int64_t r = 0; r < size.rows; ++r, h += size.stride)
    for (int64_t i = 0; i < size.n; ++i) {
      const float y = load(h, i), s = y * (1 - y);
      out[i] += s * s;
    }
}
GAN_BOTH(sum_slopes_columns, (Size size, const void* h, float* out), (size, h, out))

}  // namespace

void to_normal(int64_t n, const float* u, float* out) {
  const int64_t half = n / 2;
  to_normal_span(half, u, u + half, out, out + half);
  float unused;
  if (n % 2) to_normal_span(1, u + n - 1, u + n, out + n - 1, &unused);
}

void add(Size size, float factor, const float* x, float* sum) {
  for (int64_t r = 0; r < size.rows; ++r)
    add_span(size.n, factor, x + r * size.stride, sum + r * size.n);
}

void shift(Format precision, Size size, const void* y, float factor, const float* x, void* out) {
  for (int64_t r = 0, at = 0; r < size.rows; ++r, at += size.stride) GAN_PICK(shift_row)
  (size.n, at_element(precision, y, at), factor, x + at, at_element(precision, out, at));
}

void corrupt(Format precision, int64_t n, const float* x, const float* u, float rate, void* out) {
  GAN_PICK(corrupt_row)(n, x, u, rate, out);
}

void draw_bits(Format precision, Size size, const float* a, const float* bias, const float* u,
               float rate, float* mean, void* out) {
  for (int64_t r = 0, at = 0; r < size.rows; ++r, at += size.stride) GAN_PICK(draw_row)
  (size.n, a + r * size.n, bias, u + at, rate, mean + at, at_element(precision, out, at));
}

double cross_entropy(Format precision, Size size, const float* a, const float* bias, const float* x,
                     float scale, void* error) {
  double total = 0;
  for (int64_t r = 0, at = 0; r < size.rows; ++r, at += size.stride)
    total += GAN_PICK(cross_entropy_row)(size.n, a + r * size.n, bias, x + at, scale,
                                         at_element(precision, error, at));
  return total;
}

void contract(Format precision, Size size, const float* d, const void* h, float factor,
              const float* squares, void* out) {
  for (int64_t r = 0, at = 0; r < size.rows; ++r, at += size.stride) GAN_PICK(contract_row)
  (size.n, d + r * size.n, at_element(precision, h, at), factor, squares,
   at_element(precision, out, at));
}

void sum_slopes(Format precision, Size size, const void* h, float* out) {
  GAN_PICK(sum_slopes_columns)(size, h, out);
}

}  // namespace gan::kernels
