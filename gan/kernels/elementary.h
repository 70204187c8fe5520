#pragma once
/// What the passes over units are made of: loops for both kinds of numbers, and functions that
/// become vectors of any width.

#include <cstdint>
#include <type_traits>

#include "gan/kernels/bfloat16.h"
#include "gan/kernels/exponential.h"
#include "gan/kernels/products.h"

#define GAN_LAMBDA __attribute__((always_inline))

/// name(arguments) for the type that `precision` says, compiled for each kind of processor.
#define GAN_BOTH(name, parameters, arguments) \
  GAN_CLONES void name##_fp32 parameters {    \
    name<float> arguments;                    \
  }                                           \
  GAN_CLONES void name##_bf16 parameters {    \
    name<Bf16> arguments;                     \
  }

#define GAN_PICK(name) (precision == Format::fp32 ? name##_fp32 : name##_bf16)

namespace gan::kernels {

template <class Void>
inline Void* at_element(Format p, Void* buffer, int64_t i) {
  using Byte = std::conditional_t<std::is_const_v<Void>, const char, char>;
  return buffer ? static_cast<Byte*>(buffer) + i * bytes_of(p) : nullptr;
}

/// Cephes' logf, of normal numbers above 0.
GAN_INLINE float logarithm(float x) {
  const int32_t bits = __builtin_bit_cast(int32_t, x);
  const int32_t up = (bits & 0x7fffff) > 0x3504f3 ? 1 : 0;  // a mantissa above sqrt 2 is halved
  const float e = static_cast<float>((bits >> 23) - 127 + up);
  const float m = __builtin_bit_cast(float, (bits & 0x7fffff) | ((127 - up) << 23)) - 1;
  const float z = m * m;
  float p = 7.0376836292e-2f;
  p = p * m - 1.1514610310e-1f;
  p = p * m + 1.1676998740e-1f;
  p = p * m - 1.2420140846e-1f;
  p = p * m + 1.4249322787e-1f;
  p = p * m - 1.6668057665e-1f;
  p = p * m + 2.0000714765e-1f;
  p = p * m - 2.4999993993e-1f;
  p = p * m + 3.3333331174e-1f;
  return (m + (m * z * p - e * 2.12194440e-4f - 0.5f * z)) + e * 0.693359375f;
}

struct SineCosine {
  float sine, cosine;
};
/// Of 2 pi turns, turns in [0, 1]: Cephes' sinf and cosf in the nearest of four quadrants.
GAN_INLINE SineCosine sine_cosine(float turns) {
  const float quarter = (4 * turns + 12582912.0f) - 12582912.0f;  // rounded to a whole number
  const int32_t q = static_cast<int32_t>(quarter);
  const float x = (turns - 0.25f * quarter) * 6.28318530718f, z = x * x;
  const float s = ((-1.9515295891e-4f * z + 8.3321608736e-3f) * z - 1.6666654611e-1f) * z * x + x;
  const float c =
      ((2.443315711809948e-5f * z - 1.388731625493765e-3f) * z + 4.166664568298827e-2f) * z * z -
      0.5f * z + 1;
  const float a = q & 1 ? c : s, b = q & 1 ? s : c;
  return {q & 2 ? -a : a, (q + 1) & 2 ? -b : b};
}

}  // namespace gan::kernels
