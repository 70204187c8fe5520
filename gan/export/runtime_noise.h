#pragma once
// The z and the labels of `gan sample --seed`: Philox-4x32-10 (Salmon et al. 2011). Standard normal
// numbers go through the mathematical library's sine, cosine and logarithm, which may round
// otherwise elsewhere.

#include <cmath>
#include <cstdint>

#ifndef GAN_NAMESPACE
#define GAN_NAMESPACE generator
#endif

namespace GAN_NAMESPACE {

inline std::uint64_t mix(std::uint64_t x) {  // splitmix64
  x += 0x9e3779b97f4a7c15u;
  x = (x ^ (x >> 30)) * 0xbf58476d1ce4e5b9u;
  x = (x ^ (x >> 27)) * 0x94d049bb133111ebu;
  return x ^ (x >> 31);
}

// Of the random numbers called `name`.
inline std::uint64_t key_of(std::uint64_t seed, const char* name) {
  std::uint64_t hash = 0xcbf29ce484222325u;  // FNV-1a
  for (; *name; ++name) hash = (hash ^ static_cast<unsigned char>(*name)) * 0x100000001b3u;
  return mix(mix(seed) ^ hash);
}

// Numbers 4 * block to 4 * block + 3 of a sample.
inline void philox(std::uint64_t key, std::uint64_t sample, std::uint32_t block,
                   std::uint32_t out[4]) {
  std::uint32_t c[4] = {0, static_cast<std::uint32_t>(sample), block,
                        static_cast<std::uint32_t>(sample >> 32)};
  std::uint32_t k0 = static_cast<std::uint32_t>(key), k1 = static_cast<std::uint32_t>(key >> 32);
  for (int round = 0; round < 10; ++round, k0 += 0x9E3779B9u, k1 += 0xBB67AE85u) {
    const std::uint64_t p0 = std::uint64_t{0xD2511F53u} * c[0],
                        p1 = std::uint64_t{0xCD9E8D57u} * c[2];
    c[0] = static_cast<std::uint32_t>(p1 >> 32) ^ c[1] ^ k0;
    c[1] = static_cast<std::uint32_t>(p1);
    c[2] = static_cast<std::uint32_t>(p0 >> 32) ^ c[3] ^ k1;
    c[3] = static_cast<std::uint32_t>(p0);
  }
  for (int i = 0; i < 4; ++i) out[i] = c[i];
}

inline float unit_of_bits(std::uint32_t bits) {  // [0, 1)
  return static_cast<float>(bits >> 8) * (1.0f / 16777216.0f);
}

// Box and Muller: two normal numbers of two that are uniform.
inline void two_normal(std::uint32_t a, std::uint32_t b, float out[2]) {
  constexpr float kTiny = 1.0f / 4294967296.0f;  // 2^-32
  const float angle = static_cast<float>(static_cast<std::int32_t>(a)) * (2 * kTiny) + kTiny,
              uniform = static_cast<float>(b) * kTiny + kTiny / 2,
              radius = std::sqrt(-2.0f * std::log(uniform)), pi = 3.14159265f;
  out[0] = std::sin(pi * angle) * radius;
  out[1] = std::cos(pi * angle) * radius;
}

// z of the samples first, first + 1, ... of this seed: [n, size].
inline void noise_of_seed(bool normal, std::uint64_t seed, std::uint64_t first, std::int64_t n,
                          std::int64_t size, float* z) {
  const std::uint64_t key = key_of(seed, "sample");
  const float root3 = 1.7320508f;
  for (std::int64_t i = 0; i < n; ++i, z += size)
    for (std::int64_t j = 0; j < size; j += 4) {
      std::uint32_t bits[4];
      float four[4];
      philox(key, first + static_cast<std::uint64_t>(i), static_cast<std::uint32_t>(j / 4), bits);
      if (normal) {
        two_normal(bits[0], bits[1], four);
        two_normal(bits[2], bits[3], four + 2);
      }
      for (int k = 0; k < 4 && !normal; ++k)
        four[k] = unit_of_bits(bits[k]) * (2 * root3) - root3;  // variance 1
      for (std::int64_t k = 0; k < 4 && j + k < size; ++k) z[j + k] = four[k];
    }
}

// Labels of the same samples, each class as probable as any other: [n].
inline void labels_of_seed(std::uint64_t seed, std::uint64_t first, std::int64_t n,
                           std::int64_t classes, std::int64_t* label) {
  const std::uint64_t key = key_of(seed, "sample.labels");
  for (std::int64_t i = 0; i < n; ++i) {
    std::uint32_t bits[4];
    philox(key, first + static_cast<std::uint64_t>(i), 0, bits);
    label[i] = static_cast<std::int64_t>(unit_of_bits(bits[0]) * static_cast<float>(classes));
    if (label[i] >= classes) label[i] = classes - 1;
  }
}

}  // namespace GAN_NAMESPACE
