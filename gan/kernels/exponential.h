#pragma once
/// e^x and log(1 + e^x) for loops that the compiler turns into vectors. NaN comes through.

#include <cstdint>

#include "gan/core/clones.h"

namespace gan::kernels {

/// Cephes' expf, to about 2 units in the last place; vectors of any width.
GAN_INLINE float exponential(float x) {
  x = x > 88.0f ? 88.0f : x;
  x = x < -87.0f ? -87.0f : x;
  const float n = (x * 1.44269504f + 12582912.0f) - 12582912.0f;  // rounded to a whole number
  const float r = (x - n * 0.693359375f) + n * 2.12194440e-4f;
  float p = 1.9875691500e-4f;
  p = p * r + 1.3981999507e-3f;
  p = p * r + 8.3334519073e-3f;
  p = p * r + 4.1665795894e-2f;
  p = p * r + 1.6666665459e-1f;
  p = p * r + 5.0000001201e-1f;
  return (p * r * r + r + 1) * __builtin_bit_cast(float, (static_cast<int32_t>(n) + 127) << 23);
}

/// e^-x for x >= 0, to a few units in the last place.
GAN_INLINE double exponential_of_minus(double x) {
  x = x > 700.0 ? 700.0 : x;
  const double shifted = x * -1.4426950408889634 +
                         6755399441055744.0;  // its low bits: -x / log 2, rounded to a whole number
  const double n = shifted - 6755399441055744.0;
  const double r = (-x - n * 0.693147180369123816490) - n * 1.90821492927058770002e-10;
  double p = 1.0 / 6227020800;  // Taylor: |r| <= log 2 / 2
  p = p * r + 1.0 / 479001600;
  p = p * r + 1.0 / 39916800;
  p = p * r + 1.0 / 3628800;
  p = p * r + 1.0 / 362880;
  p = p * r + 1.0 / 40320;
  p = p * r + 1.0 / 5040;
  p = p * r + 1.0 / 720;
  p = p * r + 1.0 / 120;
  p = p * r + 1.0 / 24;
  p = p * r + 1.0 / 6;
  p = p * r + 0.5;
  p = p * r + 1;
  p = p * r + 1;
  return p * __builtin_bit_cast(double, (__builtin_bit_cast(int64_t, shifted) + 1023) << 52);
}

/// log(1 + e^x) = max(x, 0) + log(1 + e^-|x|); the logarithm as 2 artanh(t / (2 + t)), t = e^-|x|.
GAN_INLINE double softplus(double x) {
  const double size = __builtin_fabs(x), t = exponential_of_minus(size), s = t / (2 + t),
               q = s * s;  // q <= 1/9
  double p = 1.0 / 33;
  p = p * q + 1.0 / 31;
  p = p * q + 1.0 / 29;
  p = p * q + 1.0 / 27;
  p = p * q + 1.0 / 25;
  p = p * q + 1.0 / 23;
  p = p * q + 1.0 / 21;
  p = p * q + 1.0 / 19;
  p = p * q + 1.0 / 17;
  p = p * q + 1.0 / 15;
  p = p * q + 1.0 / 13;
  p = p * q + 1.0 / 11;
  p = p * q + 1.0 / 9;
  p = p * q + 1.0 / 7;
  p = p * q + 1.0 / 5;
  p = p * q + 1.0 / 3;
  p = p * q + 1;
  return 0.5 * (x + size) + 2 * s * p;
}

/// The same in single precision, to about 3 units in the last place.
GAN_INLINE float softplus(float x) {
  const float size = __builtin_fabsf(x), t = exponential(-size), s = t / (2 + t), q = s * s;
  float p = 1.0f / 13;
  p = p * q + 1.0f / 11;
  p = p * q + 1.0f / 9;
  p = p * q + 1.0f / 7;
  p = p * q + 1.0f / 5;
  p = p * q + 1.0f / 3;
  p = p * q + 1;
  return 0.5f * (x + size) + 2 * s * p;
}

}  // namespace gan::kernels
