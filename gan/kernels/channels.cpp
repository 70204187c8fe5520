#include "gan/kernels/channels.h"

#include <algorithm>

#include "gan/core/clones.h"
#include "gan/kernels/elementary.h"

namespace gan::kernels {
namespace {

/// Rows that are summed in float32 before they are added in float64, and channels at once.
constexpr int64_t kRows = 64, kChannels = 64;

/// Sums of `kRows` rows at most, of `n` channels: [0] of x, [1] of x (y - mean).
template <class T>
GAN_INLINE void sum_block(int64_t rows, int64_t n, int64_t stride, const void* x_, const void* y_,
                          const float* mean, float* sums, float* products) {
  const T *x = static_cast<const T*>(x_), *y = static_cast<const T*>(y_);
  for (int64_t c = 0; c < n; ++c) sums[c] = products[c] = 0;
  for (int64_t r = 0; r < rows; ++r, x += stride) {
    for (int64_t c = 0; c < n; ++c) sums[c] += load(x, c);
    if (!y) continue;
    for (int64_t c = 0; c < n; ++c) products[c] += load(x, c) * (load(y, c) - mean[c]);
    y += stride;
  }
}
GAN_BOTH(sum_block,
         (int64_t rows, int64_t n, int64_t stride, const void* x, const void* y, const float* mean,
          float* sums, float* products),
         (rows, n, stride, x, y, mean, sums, products))

template <class T>
GAN_INLINE void square_block(int64_t rows, int64_t n, int64_t stride, const void* x_,
                             const float* mean, float* squares) {
  const T* x = static_cast<const T*>(x_);
  for (int64_t c = 0; c < n; ++c) squares[c] = 0;
  for (int64_t r = 0; r < rows; ++r, x += stride)
    for (int64_t c = 0; c < n; ++c) {
      const float from_mean = load(x, c) - mean[c];
      squares[c] += from_mean * from_mean;
    }
}
GAN_BOTH(square_block,
         (int64_t rows, int64_t n, int64_t stride, const void* x, const float* mean,
          float* squares),
         (rows, n, stride, x, mean, squares))

template <class T>
GAN_INLINE void combine_row(int64_t n, const void* x_, const void* y_, const float* a,
                            const float* b, const float* c, float* out) {
  const T *x = static_cast<const T*>(x_), *y = static_cast<const T*>(y_);
  if (y)
    for (int64_t i = 0; i < n; ++i) out[i] = a[i] * load(x, i) + b[i] * load(y, i) + c[i];
  else
    for (int64_t i = 0; i < n; ++i) out[i] = a[i] * load(x, i) + c[i];
}
GAN_BOTH(combine_row,
         (int64_t n, const void* x, const void* y, const float* a, const float* b, const float* c,
          float* out),
         (n, x, y, a, b, c, out))

/// body(row, rows, channel, channels) of blocks that a thread's registers and nearest cache hold.
template <class Body>
void each_block(int64_t rows, int64_t channels, Body body) {
  for (int64_t row = 0; row < rows; row += kRows)
    for (int64_t c = 0; c < channels; c += kChannels)
      body(row, std::min(kRows, rows - row), c, std::min(kChannels, channels - c));
}

}  // namespace

void add_squares(Format precision, int64_t rows, int64_t channels, const void* x, const float* mean,
                 double* out) {
  each_block(rows, channels, [&](int64_t row, int64_t count, int64_t c, int64_t n) {
    float squares[kChannels];
    GAN_PICK(square_block)
    (count, n, channels, at_element(precision, x, row * channels + c), mean + c, squares);
    for (int64_t i = 0; i < n; ++i) out[c + i] += static_cast<double>(squares[i]);
  });
}

void add_sums(Format precision, int64_t rows, int64_t channels, const void* x, const void* y,
              const float* mean, double* sums, double* products) {
  each_block(rows, channels, [&](int64_t row, int64_t count, int64_t c, int64_t n) {
    float sum[kChannels], multiplied[kChannels];
    const int64_t at = row * channels + c;
    GAN_PICK(sum_block)
    (count, n, channels, at_element(precision, x, at), at_element(precision, y, at),
     y ? mean + c : nullptr, sum, multiplied);
    for (int64_t i = 0; i < n; ++i) {
      sums[c + i] += static_cast<double>(sum[i]);
      if (y) products[c + i] += static_cast<double>(multiplied[i]);
    }
  });
}

void combine(Format precision, int64_t rows, int64_t channels, const void* x, const void* y,
             const float* a, const float* b, const float* c, float* out) {
  for (int64_t row = 0; row < rows; ++row) GAN_PICK(combine_row)
  (channels, at_element(precision, x, row * channels), at_element(precision, y, row * channels), a,
   b, c, out + row * channels);
}

}  // namespace gan::kernels
