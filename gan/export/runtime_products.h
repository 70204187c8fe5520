#pragma once
// Products and activations of an exported generator; see runtime.h.

#include <cmath>
#include <cstddef>
#include <cstring>

#ifndef GAN_NAMESPACE
#define GAN_NAMESPACE generator  // another name for a second generator in the same program
#endif

namespace GAN_NAMESPACE {

using Index = std::ptrdiff_t;

enum class Activation { linear, relu, leaky_relu, sigmoid, hard_sigmoid, tanh };

// Weights of a product [inputs, outputs] lie in panels of so many outputs, [panel, input, output],
// filled up with zeros; those of few outputs lie output by output.
constexpr Index kLanes = 16;
constexpr bool few_outputs(Index outputs) {
  return outputs <= 4;
}
constexpr Index weights_of_product(Index inputs, Index outputs) {
  return inputs * (few_outputs(outputs) ? outputs : (outputs + kLanes - 1) / kLanes * kLanes);
}

// As many numbers at once as the processor has in a register, and so many rows that the sums of a
// panel stay in registers. Loops over them are written as templates, which every compiler unrolls.
#if defined(__AVX512F__)
constexpr Index kWide = 16, kRows = 8;
#elif defined(__AVX__)
constexpr Index kWide = 8, kRows = 4;
#elif defined(__GNUC__)
constexpr Index kWide = 4, kRows = 2;
#else
constexpr Index kWide = 1, kRows = 1;
#endif
#if defined(__GNUC__)
typedef float Lanes __attribute__((vector_size(kWide * sizeof(float))));
#define GAN_UNROLLED inline __attribute__((always_inline))
#else
using Lanes = float;
#define GAN_UNROLLED inline
#endif
constexpr Index kVectors = kLanes / kWide;  // of a panel

template <Index i = 0>
GAN_UNROLLED void load_panel(const float* from, Lanes* to) {
  if constexpr (i < kVectors) {
    std::memcpy(&to[i], from + i * kWide, sizeof(Lanes));
    load_panel<i + 1>(from, to);
  }
}

template <Index end, Index i = 0>
GAN_UNROLLED void store(const Lanes* from, float* to) {
  if constexpr (i < end) {
    std::memcpy(to + i * kWide, &from[i], sizeof(Lanes));
    store<end, i + 1>(from, to);
  }
}

// sums[r, j] += x[r] w[j]
template <Index end, Index i = 0>
GAN_UNROLLED void add_outer(const float* x, Index stride_x, const Lanes* w, Lanes* sums) {
  if constexpr (i < end) {
    sums[i] += w[i % kVectors] * x[i / kVectors * stride_x];
    add_outer<end, i + 1>(x, stride_x, w, sums);
  }
}

// sums[j] += x[j] w[j]
template <Index i = 0>
GAN_UNROLLED void add_products(const Lanes* x, const Lanes* w, Lanes* sums) {
  if constexpr (i < kVectors) {
    sums[i] += x[i] * w[i];
    add_products<i + 1>(x, w, sums);
  }
}

// y[r, j] = b[j] + sum_k x[r, k] panel[k, j] of R rows and `outputs` <= kLanes outputs
template <Index R>
inline void multiply_tile(const float* x, Index stride_x, Index inputs, const float* panel,
                          const float* biases, Index outputs, float* y, Index stride_y) {
  Lanes sums[R * kVectors] = {}, w[kVectors];
  for (Index k = 0; k < inputs; ++k) {
    load_panel(panel + k * kLanes, w);
    add_outer<R * kVectors>(x + k, stride_x, w, sums);
  }
  float tile[R * kLanes];
  store<R * kVectors>(sums, tile);
  for (Index r = 0; r < R; ++r)
    for (Index j = 0; j < outputs; ++j)
      y[r * stride_y + j] = tile[r * kLanes + j] + (biases ? biases[j] : 0);
}

// The same of up to R rows.
template <Index R>
inline void multiply_rows(Index rows, const float* x, Index stride_x, Index inputs,
                          const float* panel, const float* biases, Index outputs, float* y,
                          Index stride_y) {
  if constexpr (R > 1) {
    if (rows < R)
      return multiply_rows<R - 1>(rows, x, stride_x, inputs, panel, biases, outputs, y, stride_y);
  }
  multiply_tile<R>(x, stride_x, inputs, panel, biases, outputs, y, stride_y);
}

inline float dot(const float* x, const float* w, Index n) {
  Lanes sums[kVectors] = {}, a[kVectors], b[kVectors];
  Index k = 0;
  for (; k + kLanes <= n; k += kLanes) {
    load_panel(x + k, a);
    load_panel(w + k, b);
    add_products(a, b, sums);
  }
  float lanes[kLanes], sum = 0;
  store<kVectors>(sums, lanes);
  for (Index j = 0; j < kLanes; ++j) sum += lanes[j];
  for (; k < n; ++k) sum += x[k] * w[k];
  return sum;
}

// y = x W + b, or without b: [rows, inputs] -> [rows, outputs]
inline void multiply(Index rows, const float* x, Index stride_x, Index inputs, const float* w,
                     const float* biases, Index outputs, float* y, Index stride_y) {
  if (few_outputs(outputs)) {
    for (Index r = 0; r < rows; ++r)
      for (Index j = 0; j < outputs; ++j)
        y[r * stride_y + j] =
            dot(x + r * stride_x, w + j * inputs, inputs) + (biases ? biases[j] : 0);
    return;
  }
  for (Index j = 0; j < outputs; j += kLanes) {
    const Index here = outputs - j < kLanes ? outputs - j : kLanes;
    for (Index r = 0; r < rows; r += kRows) {
      const Index left = rows - r < kRows ? rows - r : kRows;
      multiply_rows<kRows>(left, x + r * stride_x, stride_x, inputs, w + j * inputs,
                           biases ? biases + j : nullptr, here, y + r * stride_y + j, stride_y);
    }
  }
}

inline void activate(Activation activation, float slope, float* x, Index n) {
  switch (activation) {
    case Activation::linear:
      break;
    case Activation::relu:
      for (Index i = 0; i < n; ++i) x[i] = x[i] < 0 ? 0 : x[i];
      break;
    case Activation::leaky_relu:
      for (Index i = 0; i < n; ++i) x[i] = x[i] < 0 ? slope * x[i] : x[i];
      break;
    case Activation::sigmoid:
      for (Index i = 0; i < n; ++i) x[i] = 1 / (1 + std::exp(-x[i]));
      break;
    case Activation::hard_sigmoid:
      for (Index i = 0; i < n; ++i) {
        const float y = x[i] / 6 + 0.5f;
        const float positive = y < 0 ? 0 : y;
        x[i] = positive > 1 ? 1 : positive;
      }
      break;
    case Activation::tanh:
      for (Index i = 0; i < n; ++i) x[i] = std::tanh(x[i]);
      break;
  }
}

}  // namespace GAN_NAMESPACE

#undef GAN_UNROLLED
