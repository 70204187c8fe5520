#pragma once
/// Numbers of float32 or bfloat16 in memory, for loops that the compiler turns into vectors.

#include <cstdint>

#include "gan/core/clones.h"

namespace gan::kernels {

struct Bf16 {
  uint16_t bits;
};

// __builtin_bit_cast: std::bit_cast would stay a call inside functions with GAN_CLONES, since it
// lacks their attributes.
GAN_INLINE float load(const float* p, int64_t i) {
  return p[i];
}
GAN_INLINE float load(const Bf16* p, int64_t i) {
  return __builtin_bit_cast(float, static_cast<uint32_t>(p[i].bits) << 16);
}
GAN_INLINE void store(float* p, int64_t i, float x) {
  p[i] = x;
}
GAN_INLINE void store(Bf16* p, int64_t i, float x) {  // to the nearest, ties to even
  const uint32_t bits = __builtin_bit_cast(uint32_t, x);
  p[i].bits = static_cast<uint16_t>((bits + 0x7fffu + ((bits >> 16) & 1)) >> 16);
}

}  // namespace gan::kernels
