#pragma once
/// The passes of autoencoders, and of chains that run through them: noise, corruption,
/// reconstruction. As those of passes.h: by the calling thread alone, arithmetic in float32; a
/// buffer of type void* holds what `precision` says. autoencoding_test.cpp holds each against plain
/// ATen.

#include "gan/kernels/passes.h"

namespace gan::kernels {

/// n numbers of N(0, 1) from n uniform ones (n + 1 where n is odd) of [0, 1) (Box & Muller 1958).
void to_normal(int64_t n, const float* u, float* out);

/// sum [rows, n] += factor * x
void add(Size size, float factor, const float* x, float* sum);

/// out = y + factor * x
void shift(Format precision, Size size, const void* y, float factor, const float* x, void* out);

/// Salt and pepper: 0 or 1, each with probability rate / 2, else x. u: as many uniform numbers.
void corrupt(Format precision, int64_t n, const float* x, const float* u, float rate, void* out);

/// What units of probabilities p = sigmoid(a + bias) draw, 0 or 1, then corrupted by salt and
/// pepper: as one draw, of probability (1 - rate) p + rate / 2. mean = p.
void draw_bits(Format precision, Size size, const float* a, const float* bias, const float* u,
               float rate, float* mean, void* out);

/// Sum over all units of the cross-entropy -x log p - (1 - x) log(1 - p), p = sigmoid(a + bias),
/// nats, and error = scale * (p - x), its derivative in a times scale.
double cross_entropy(Format precision, Size size, const float* a, const float* bias, const float* x,
                     float scale, void* error);

/// Through sigmoid units with outputs h and the contractive penalty factor * sum (h (1 - h))^2
/// squares (Rifai et al. 2011): out = h (1 - h) (d + its derivative in h). squares [n]: of each
/// unit's incoming weights.
void contract(Format precision, Size size, const float* d, const void* h, float factor,
              const float* squares, void* out);

/// out [n] = sum over rows of (h (1 - h))^2
void sum_slopes(Format precision, Size size, const void* h, float* out);

}  // namespace gan::kernels
