#include "gan/kernels/gibbs.h"

#include <type_traits>

#include "gan/core/clones.h"
#include "gan/kernels/exponential.h"

namespace gan::kernels {
namespace {

/// The two forms of every loop that may leave out one of its results.
struct Nowhere {};
GAN_INLINE void put(Nowhere, int64_t, float) {}
GAN_INLINE void put(float* out, int64_t i, float x) {
  out[i] = x;
}

template <class P, class On>
GAN_INLINE void binary_loop(int64_t n, const float* a, float scale, const float* bias,
                            const float* u, P p, On on) {
  for (int64_t i = 0; i < n; ++i) {
    const float chance = 1 / (1 + exponential(-(scale * a[i] + bias[i])));
    put(p, i, chance);
    if constexpr (!std::is_same_v<On, Nowhere>) put(on, i, u[i] < chance ? 1.0f : 0.0f);
  }
}
GAN_CLONES void binary_both(int64_t n, const float* a, float scale, const float* bias,
                            const float* u, float* __restrict p, float* __restrict on) {
  binary_loop(n, a, scale, bias, u, p, on);
}
GAN_CLONES void binary_on(int64_t n, const float* a, float scale, const float* bias, const float* u,
                          float* __restrict on) {
  binary_loop(n, a, scale, bias, u, Nowhere{}, on);
}
GAN_CLONES void binary_p(int64_t n, const float* a, float scale, const float* bias,
                         float* __restrict p) {
  binary_loop(n, a, scale, bias, nullptr, p, Nowhere{});
}

GAN_CLONES void normal_row(int64_t n, const float* a, float scale, const float* bias,
                           const float* noise, float* __restrict out) {
  for (int64_t i = 0; i < n; ++i) out[i] = scale * a[i] + bias[i] + noise[i];
}
GAN_CLONES void mean_row(int64_t n, const float* a, float scale, const float* bias,
                         float* __restrict out) {
  for (int64_t i = 0; i < n; ++i) out[i] = scale * a[i] + bias[i];
}

/// In lanes, so that the sum is one of vectors.
constexpr int64_t kLanes = 16;
template <class Term>
GAN_INLINE double sum(int64_t n, Term term) {
  double lanes[kLanes] = {};
  int64_t i = 0;
  for (; i + kLanes <= n; i += kLanes)
    for (int64_t j = 0; j < kLanes; ++j) lanes[j] += term(i + j);
  double total = 0;
  for (; i < n; ++i) total += term(i);
  for (const double lane : lanes) total += lane;
  return total;
}
#define GAN_TERM(expression)                      \
  [&](int64_t i) __attribute__((always_inline)) { \
    return expression;                            \
  }

GAN_CLONES double softplus_span(int64_t n, const float* a, const float* bias) {
  return sum(n, GAN_TERM(static_cast<double>(softplus(a[i] + bias[i]))));
}
GAN_CLONES double change_span(int64_t n, const float* a, const float* bias, double from,
                              double to) {
  return sum(n,
             GAN_TERM(softplus(to * (static_cast<double>(a[i]) + static_cast<double>(bias[i]))) -
                      softplus(from * (static_cast<double>(a[i]) + static_cast<double>(bias[i])))));
}
GAN_CLONES double change_from_base_span(int64_t n, const float* a, const float* bias,
                                        const float* base, double from, double to) {
  const auto along = [&](int64_t i, double beta) __attribute__((always_inline)) {
    return softplus((1 - beta) * static_cast<double>(base[i]) +
                    beta * (static_cast<double>(a[i]) + static_cast<double>(bias[i])));
  };
  return sum(n, GAN_TERM(along(i, to) - along(i, from)));
}
GAN_CLONES double replace_span(int64_t n, const float* __restrict fresh, float* __restrict x) {
  const double change = sum(n, GAN_TERM(static_cast<double>(__builtin_fabsf(fresh[i] - x[i]))));
  for (int64_t i = 0; i < n; ++i) x[i] = fresh[i];
  return change;
}
GAN_CLONES double dot_span(int64_t n, const float* x, const float* y) {
  return sum(n, GAN_TERM(static_cast<double>(x[i]) * static_cast<double>(y[i])));
}

GAN_CLONES double distance_span(int64_t n, const float* x, const float* y) {
  return sum(n, GAN_TERM((static_cast<double>(x[i]) - static_cast<double>(y[i])) *
                         (static_cast<double>(x[i]) - static_cast<double>(y[i]))));
}

GAN_CLONES void scale_span(int64_t n, float factor, float* x) {
  for (int64_t i = 0; i < n; ++i) x[i] *= factor;
}
GAN_CLONES void shift_span(int64_t n, const float* __restrict shift, float factor,
                           float* __restrict x) {
  for (int64_t i = 0; i < n; ++i) x[i] = factor * (x[i] - shift[i]);
}

GAN_CLONES bool copy_binary_span(int64_t n, const float* x, float* __restrict out) {
  int wrong = 0;
  for (int64_t i = 0; i < n; ++i) {
    wrong |= (x[i] != 0) & (x[i] != 1);
    out[i] = x[i];
  }
  return wrong == 0;
}

GAN_CLONES void add_scaled_span(int64_t n, const float* x, float factor, float* __restrict y) {
  for (int64_t i = 0; i < n; ++i) y[i] += factor * x[i];
}

}  // namespace

void sample_binary(int64_t rows, int64_t n, const float* a, float scale, const float* bias,
                   const float* u, float* p, float* on) {
  for (int64_t at = 0; at < rows * n; at += n) {
    if (p && on)
      binary_both(n, a + at, scale, bias, u + at, p + at, on + at);
    else if (on)
      binary_on(n, a + at, scale, bias, u + at, on + at);
    else
      binary_p(n, a + at, scale, bias, p + at);
  }
}

void sample_normal(int64_t rows, int64_t n, const float* a, float scale, const float* bias,
                   const float* noise, float* mean, float* x) {
  for (int64_t at = 0; at < rows * n; at += n) {
    if (mean) mean_row(n, a + at, scale, bias, mean + at);
    if (x) normal_row(n, a + at, scale, bias, noise + at, x + at);
  }
}

double sum_softplus(int64_t n, const float* a, const float* bias) {
  return softplus_span(n, a, bias);
}
double softplus_change(int64_t n, const float* a, const float* bias, double from, double to) {
  return change_span(n, a, bias, from, to);
}
double softplus_change(int64_t n, const float* a, const float* bias, const float* base, double from,
                       double to) {
  return change_from_base_span(n, a, bias, base, from, to);
}
double replace(int64_t n, const float* fresh, float* x) {
  return replace_span(n, fresh, x);
}
double dot(int64_t n, const float* x, const float* y) {
  return dot_span(n, x, y);
}
double squared_distance(int64_t n, const float* x, const float* y) {
  return distance_span(n, x, y);
}

void shift_and_scale(int64_t n, const float* shift, float factor, float* x) {
  if (shift)
    shift_span(n, shift, factor, x);
  else
    scale_span(n, factor, x);
}

bool copy_binary(int64_t n, const float* x, float* out) {
  return copy_binary_span(n, x, out);
}
void add_scaled(int64_t n, const float* x, float factor, float* y) {
  add_scaled_span(n, x, factor, y);
}

}  // namespace gan::kernels
