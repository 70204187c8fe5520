#pragma once
/// Products with one row of weights, as of D's logit or of a convolution to one channel: a general
/// product would spend its time on what it does not need. By the calling thread alone; buffers of
/// type void* hold float32 or bfloat16, as `precision` says. Rows of x [rows, k] follow each other.

#include <cstdint>

#include "gan/kernels/products.h"

namespace gan::kernels {

/// out [rows] = x w, w: [k]
void times_row(Format precision, int64_t rows, int64_t k, const void* x, const void* w, float* out);

/// out [rows, k] = d w', d: [rows]
void outer_product(Format precision, int64_t rows, int64_t k, const void* d, const void* w,
                   float* out);

/// out [k] = d' x, or out + d' x
void weighted_sum(Format precision, int64_t rows, int64_t k, const void* d, const void* x,
                  bool accumulate, float* out);

}  // namespace gan::kernels
