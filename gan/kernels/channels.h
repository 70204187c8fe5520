#pragma once
/// Passes of batch normalisation over [rows, channels], by the calling thread alone. Buffers of
/// type void* hold float32 or bfloat16, as `precision` says.

#include <cstdint>

#include "gan/kernels/products.h"

namespace gan::kernels {

/// out [channels] += sum over rows of (x - mean)^2
void add_squares(Format precision, int64_t rows, int64_t channels, const void* x, const float* mean,
                 double* out);

/// sums [channels] += sum over rows of x, products [channels] += sum over rows of x (y - mean);
/// y and products may be nullptr.
void add_sums(Format precision, int64_t rows, int64_t channels, const void* x, const void* y,
              const float* mean, double* sums, double* products);

/// out [rows, channels] = a x + b y + c; y may be nullptr.
void combine(Format precision, int64_t rows, int64_t channels, const void* x, const void* y,
             const float* a, const float* b, const float* c, float* out);

}  // namespace gan::kernels
