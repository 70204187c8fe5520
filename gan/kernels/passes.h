#pragma once
/// The element-wise passes between the products of a network, forward and back, each over [rows, n]
/// by the calling thread alone: the members of a team take a part each. Buffers of type void* hold
/// float32 or bfloat16, as `precision` says; all arithmetic is float32. passes_test.cpp holds each
/// against plain ATen.

#include <cstdint>

#include "gan/kernels/products.h"

namespace gan::kernels {

/// A unit's activation. slope 1 is linear, 0 is ReLU, between them leaky ReLU.
struct Unit {
  enum class Kind { piecewise, sigmoid, hard_sigmoid, tanh } kind = Kind::piecewise;
  float slope = 1;
  bool curved() const { return kind == Kind::sigmoid || kind == Kind::tanh; }
};

/// Rows and columns of a part of a larger matrix, whose rows are `stride` apart. What comes from a
/// product, the first float argument of each pass, has no others between its rows.
struct Size {
  int64_t rows, n, stride;  ///< in outputs; of maxout, in its units
};

/// Dropout after a pass: bytes [rows, n], and the factor on what is kept. keep = nullptr:
/// everything, unscaled.
struct Mask {
  const uint8_t* keep = nullptr;
  float scale = 1;
};

/// keep[i] = u[i] < probability
void draw_mask(int64_t n, const float* u, float probability, uint8_t* keep);

/// out = mask(factor[row] * mask?(x)): factor may be nullptr; `twice` applies the mask two times.
void convert(Format precision, Size size, const float* x, const float* factor, Mask mask,
             bool twice, void* out);

/// out = mask(activation(a + bias))
void activate(Format precision, Size size, const float* a, const float* bias, Unit unit, Mask mask,
              void* out);

/// out = d * mask * activation'(.), from the outputs h of `activate` with the same mask.
void derive(Format precision, Size size, const float* d, const void* h, Unit unit, Mask mask,
            void* out);

/// out = a * d * f''/f', from the outputs h of an activation f: what a change of its input by a
/// adds to d, a derivative that has been through f. 0 where f has no curve.
void bend(Format precision, Size size, const float* a, const void* d, const void* h, Unit unit,
          void* out);

/// a: [rows, n * pieces] -> out = mask(max over pieces of a + bias), index of the largest.
void maxout(Format precision, Size size, int64_t pieces, const float* a, const float* bias,
            Mask mask, void* out, uint8_t* index);

/// d: [rows, n] -> out [rows, n * pieces]: d * mask at the chosen piece, 0 elsewhere.
void maxout_back(Format precision, Size size, int64_t pieces, const float* d, const uint8_t* index,
                 Mask mask, void* out);

/// a: [rows, n * pieces] -> out [rows, n]: a * mask of the chosen pieces.
void maxout_pick(Format precision, Size size, int64_t pieces, const float* a, const uint8_t* index,
                 Mask mask, void* out);

/// out = factor[row] * h + t; t may be nullptr.
void mix(Format precision, Size size, const float* factor, const void* h, const void* t, void* out);

/// out [n] = sum over rows of factor[row] * d; factor may be nullptr.
void sum_rows(Format precision, Size size, const float* factor, const void* d, float* out);

/// float32 -> bfloat16, to the nearest.
void shorten(int64_t n, const float* x, void* out);

}  // namespace gan::kernels
