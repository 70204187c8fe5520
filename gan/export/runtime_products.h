#pragma once
// Products and activations of an exported generator; see runtime.h.

#include <cstddef>
#include <cstdint>
#include <cstring>

#ifndef GAN_NAMESPACE
#define GAN_NAMESPACE generator  // another name for a second generator in the same program
#endif

namespace GAN_NAMESPACE {

using Index = std::ptrdiff_t;

enum class Activation { linear, relu, leaky_relu, sigmoid, hard_sigmoid, tanh };

// Weights of a product [inputs, outputs] lie in panels of so many outputs, [panel, input, output],
// filled up with zeros; those of few outputs lie output by output.
constexpr Index kLanes = 16, kFew = 4;
constexpr bool few_outputs(Index outputs) {
  return outputs <= kFew;
}
constexpr Index weights_of_product(Index inputs, Index outputs) {
  return inputs * (few_outputs(outputs) ? outputs : (outputs + kLanes - 1) / kLanes * kLanes);
}

// Where rows of numbers begin: row r of `columns` rows a line at line r / columns, column r %
// columns.
template <class Number>
struct Places {
  Number* first;
  Index columns, stride, to_line;

  // Of R rows from here on.
  template <Index R>
  void next(Number** rows, Index& line, Index& column) const {
    for (Index r = 0; r < R; ++r) {
      rows[r] = first + line * to_line + column * stride;
      if (++column < columns) continue;
      column = 0;
      ++line;
    }
  }
};

// Rows of numbers, each in `pieces` of `length` numbers, `to_piece` apart.
struct Rows {
  Places<const float> at;
  Index pieces, length, to_piece;
};

// Rows of so many numbers that follow each other.
inline Rows rows_of(const float* first, Index length) {
  return {{first, 1, 0, length}, 1, length, 0};
}

// As many numbers at once as the processor has in a register, and so many rows and panels that
// their sums stay in registers. Loops over them are written as templates, which every compiler
// unrolls.
#if defined(__AVX512F__)
constexpr Index kWide = 16, kRows = 8, kPanels = 2;
#elif defined(__AVX__)
constexpr Index kWide = 8, kRows = 4, kPanels = 1;
#elif defined(__GNUC__)
constexpr Index kWide = 4, kRows = 2, kPanels = 1;
#else
constexpr Index kWide = 1, kRows = 1, kPanels = 1;
#endif
#if defined(__GNUC__)
typedef float Lanes __attribute__((vector_size(kWide * sizeof(float))));
#define GAN_UNROLLED inline __attribute__((always_inline))
#else
using Lanes = float;
#define GAN_UNROLLED inline
#endif
constexpr Index kVectors = kLanes / kWide;  // of a panel

// Vectors of panels that begin `stride` numbers apart.
template <Index end, Index i = 0>
GAN_UNROLLED void load(const float* from, Index stride, Lanes* to) {
  if constexpr (i < end) {
    std::memcpy(&to[i], from + i / kVectors * stride + i % kVectors * kWide, sizeof(Lanes));
    load<end, i + 1>(from, stride, to);
  }
}

template <Index end, Index i = 0>
GAN_UNROLLED void store(const Lanes* from, float* to) {
  if constexpr (i < end) {
    std::memcpy(to + i * kWide, &from[i], sizeof(Lanes));
    store<end, i + 1>(from, to);
  }
}

// sums[j] += x[j]
template <Index end, Index i = 0>
GAN_UNROLLED void add(const Lanes* x, Lanes* sums) {
  if constexpr (i < end) {
    sums[i] += x[i];
    add<end, i + 1>(x, sums);
  }
}

// sums[j] += x[j] w[j]
template <Index end, Index i = 0>
GAN_UNROLLED void add_products(const Lanes* x, const Lanes* w, Lanes* sums) {
  if constexpr (i < end) {
    sums[i] += x[i] * w[i];
    add_products<end, i + 1>(x, w, sums);
  }
}

// sums[r, j] += x[r][k] w[j] of V vectors
template <Index V, Index end, Index i = 0>
GAN_UNROLLED void add_outer(const float* const* x, Index k, const Lanes* w, Lanes* sums) {
  if constexpr (i < end) {
    sums[i] += w[i % V] * x[i / V][k];
    add_outer<V, end, i + 1>(x, k, w, sums);
  }
}

// The same of so many inputs, each to sums of its own: sums[i, r, j] += x[r][k + i] panel[i, j].
template <Index V, Index end, Index inputs, Index i = 0>
GAN_UNROLLED void add_inputs(const float* const* x, Index k, const float* panel, Index stride,
                             Lanes* sums) {
  if constexpr (i < inputs) {
    Lanes w[V];
    load<V>(panel + i * kLanes, stride, w);
    add_outer<V, end>(x, k + i, w, sums + i * end);
    add_inputs<V, end, inputs, i + 1>(x, k, panel, stride, sums);
  }
}

// sums[0, ...] += sums[k, ...] for k > 0
template <Index end, Index inputs>
GAN_UNROLLED void add_sums(Lanes* sums) {
  if constexpr (inputs > 1) {
    add<end>(sums + (inputs - 1) * end, sums);
    add_sums<end, inputs - 1>(sums);
  }
}

template <Index R, Index V, Index r = 0>
GAN_UNROLLED void store_rows(Lanes* sums, const Lanes* biases, float* const* y) {
  if constexpr (r < R) {
    add<V>(biases, sums + r * V);
    store<V>(sums + r * V, y[r]);
    store_rows<R, V, r + 1>(sums, biases, y);
  }
}

// A product of rows: y[r, j] = b[j] + sum_k x[r, k] W[k, j], or without b.
struct Product {
  Rows x;
  const float *panels, *biases;
  Index outputs;  // in these panels, the last of which may be in part beyond them
  Places<float> y;
};

// Rows R, from this line and column on, of P panels.
template <Index R, Index P>
inline void multiply_tile(const Product& p, Index& line, Index& column) {
  constexpr Index V = P * kVectors, end = R * V;
  // A sum waits for the one before it: few rows have several sums, of every kInputs-th input each.
  constexpr Index kInputs = end < 8 ? 8 / end : 1;
  const float* x[R];
  float* y[R];
  Index l = line, c = column;
  p.x.at.template next<R>(x, l, c);
  p.y.template next<R>(y, line, column);
  const Index length = p.x.length, stride = p.x.pieces * length * kLanes;
  const float* panels = p.panels;
  Lanes sums[kInputs * end] = {}, b[V] = {};
  for (Index piece = 0; piece < p.x.pieces; ++piece, panels += length * kLanes) {
    Index k = 0;
    for (; k + kInputs <= length; k += kInputs)
      add_inputs<V, end, kInputs>(x, k, panels + k * kLanes, stride, sums);
    for (; k < length; ++k) add_inputs<V, end, 1>(x, k, panels + k * kLanes, stride, sums);
    for (Index r = 0; r < R; ++r) x[r] += p.x.to_piece;
  }
  add_sums<end, kInputs>(sums);
  if (p.outputs == P * kLanes) {
    if (p.biases) load<V>(p.biases, kLanes, b);
    return store_rows<R, V>(sums, b, y);
  }
  float tile[R * P * kLanes];
  store<end>(sums, tile);
  for (Index r = 0; r < R; ++r)
    for (Index j = 0; j < p.outputs; ++j)
      y[r][j] = tile[r * P * kLanes + j] + (p.biases ? p.biases[j] : 0);
}

// The same of up to R rows.
template <Index R, Index P>
inline void multiply_rows(const Product& p, Index rows, Index& line, Index& column) {
  if constexpr (R > 1) {
    if (rows < R) return multiply_rows<R - 1, P>(p, rows, line, column);
  }
  multiply_tile<R, P>(p, line, column);
}

template <Index P>
inline void multiply_panels(const Product& p, Index rows) {
  Index line = 0, column = 0;
  for (; rows > 0; rows -= kRows) multiply_rows<kRows, P>(p, rows, line, column);
}

template <Index n>
GAN_UNROLLED float sum_of(const float* x) {
  if constexpr (n == 1)
    return x[0];
  else
    return sum_of<n / 2>(x) + sum_of<n / 2>(x + n / 2);
}

// sums[j] += x w[j] of J outputs
template <Index J, Index j = 0>
GAN_UNROLLED void add_dots(const Lanes* x, const float* w, Index stride, Lanes* sums) {
  if constexpr (j < J) {
    Lanes here[kVectors];
    load<kVectors>(w + j * stride, kLanes, here);
    add_products<kVectors>(x, here, sums + j * kVectors);
    add_dots<J, j + 1>(x, w, stride, sums);
  }
}

// One row of J outputs, whose weights lie output by output.
template <Index J>
inline void multiply_row(const Product& p, const float* x, float* y) {
  if constexpr (J > 1) {
    if (p.outputs < J) return multiply_row<J - 1>(p, x, y);
  }
  const Index length = p.x.length, stride = p.x.pieces * length;
  const float* w = p.panels;
  Lanes sums[J * kVectors] = {}, here[kVectors];
  float lanes[J * kLanes], rest[J * kLanes] = {};
  for (Index piece = 0; piece < p.x.pieces; ++piece, x += p.x.to_piece, w += length) {
    Index k = 0;
    for (; k + kLanes <= length; k += kLanes) {
      load<kVectors>(x + k, kLanes, here);
      add_dots<J>(here, w + k, stride, sums);
    }
    for (Index j = 0; j < J; ++j)
      for (Index i = 0; i < length - k; ++i)
        rest[j * kLanes + i] += x[k + i] * w[j * stride + k + i];
  }
  store<J * kVectors>(sums, lanes);
  for (Index j = 0; j < J; ++j)
    y[j] = sum_of<kLanes>(lanes + j * kLanes) + sum_of<kLanes>(rest + j * kLanes) +
           (p.biases ? p.biases[j] : 0);
}

// All outputs of so many rows.
inline void multiply(const Product& p, Index rows) {
  if (few_outputs(p.outputs)) {
    const float* x = nullptr;
    float* y = nullptr;
    for (Index r = 0, x_line = 0, x_column = 0, y_line = 0, y_column = 0; r < rows; ++r) {
      p.x.at.template next<1>(&x, x_line, x_column);
      p.y.template next<1>(&y, y_line, y_column);
      multiply_row<kFew>(p, x, y);
    }
    return;
  }
  Product part = p;
  for (Index left = p.outputs; left > 0; left -= kPanels * kLanes) {
    part.outputs = left < kPanels * kLanes ? left : kPanels * kLanes;
    const auto product = part.outputs > kLanes ? multiply_panels<kPanels> : multiply_panels<1>;
    product(part, rows);
    part.panels += kPanels * kLanes * p.x.pieces * p.x.length;
    if (part.biases) part.biases += kPanels * kLanes;
    part.y.first += kPanels * kLanes;
  }
}

// e^x to about 2 units in the last place, in a form that compilers turn into vectors (Cephes'
// expf).
inline float exponential(float x) {
  x = x > 88 ? 88 : x < -87 ? -87 : x;
  const auto n = static_cast<std::int32_t>(x * 1.44269504f + (x < 0 ? -0.5f : 0.5f));
  const float r = x - static_cast<float>(n) * 0.693359375f + static_cast<float>(n) * 2.12194440e-4f;
  float p = 1.9875691500e-4f;
  p = p * r + 1.3981999507e-3f;
  p = p * r + 8.3334519073e-3f;
  p = p * r + 4.1665795894e-2f;
  p = p * r + 1.6666665459e-1f;
  p = p * r + 5.0000001201e-1f;
  const std::int32_t bits = (n + 127) * (1 << 23);
  float power;
  std::memcpy(&power, &bits, sizeof power);
  return (p * r * r + r + 1) * power;
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
      for (Index i = 0; i < n; ++i) x[i] = 1 / (1 + exponential(-x[i]));
      break;
    case Activation::hard_sigmoid:
      for (Index i = 0; i < n; ++i) {
        const float y = x[i] / 6 + 0.5f;
        const float positive = y < 0 ? 0 : y;
        x[i] = positive > 1 ? 1 : positive;
      }
      break;
    case Activation::tanh:
      for (Index i = 0; i < n; ++i) x[i] = 2 / (1 + exponential(-2 * x[i])) - 1;
      break;
  }
}

}  // namespace GAN_NAMESPACE

#undef GAN_UNROLLED
