#include "gan/kernels/grouped_sums.h"

#include <cstring>

#include "gan/core/clones.h"

#ifdef GAN_HAS_VERSIONS
#include <immintrin.h>
#endif

namespace gan::kernels {
namespace {

constexpr int64_t kChannels = kGroupChannels;

using Sixteen = float __attribute__((vector_size(64)));
using Eight = float __attribute__((vector_size(32)));
using Four = float __attribute__((vector_size(16)));

/// P positions, whose sums stay in registers.
template <class Vector, int P>
GAN_INLINE void sum_block(const KernelPlaces& k, const float* x, const float* w, float* out) {
  constexpr int kWidth = sizeof(Vector) / sizeof(float), kParts = kChannels / kWidth;
  Vector sum[P * kParts] = {};
  for (int64_t line = 0; line < k.kernel; ++line) {
    const float* from = x + line * k.line * kChannels;
    for (int64_t i = 0; i < k.kernel * kChannels; ++i, w += kChannels) {
      Vector weights[kParts];
#pragma GCC unroll 4
      for (int part = 0; part < kParts; ++part)
        std::memcpy(&weights[part], w + part * kWidth, sizeof(Vector));
#pragma GCC unroll 28
      for (int p = 0; p < P; ++p)
#pragma GCC unroll 4
        for (int part = 0; part < kParts; ++part)
          sum[p * kParts + part] += from[p * kChannels + i] * weights[part];
    }
  }
#pragma GCC unroll 28
  for (int i = 0; i < P * kParts; ++i) std::memcpy(out + i * kWidth, &sum[i], sizeof(Vector));
}

/// So many positions, P at a time.
template <class Vector, int P, int kPositions>
GAN_INLINE void sum_all(const KernelPlaces& k, const float* x, const float* w, float* out) {
  constexpr int kRest = kPositions % P;
  for (int p = 0; p + P <= kPositions; p += P)
    sum_block<Vector, P>(k, x + p * kChannels, w, out + p * kChannels);
  if constexpr (kRest > 0) {
    constexpr int kFirst = (kPositions - kRest) * kChannels;
    sum_block<Vector, kRest>(k, x + kFirst, w, out + kFirst);
  }
}

/// The sums of so many inputs stay in registers.
template <class Vector, int kInputs>
GAN_INLINE void add_in_turn(int64_t positions, const float* x, const float* d, float* sum) {
  constexpr int kWidth = sizeof(Vector) / sizeof(float), kParts = kChannels / kWidth;
  for (int64_t first = 0; first < kChannels; first += kInputs) {
    Vector sums[kInputs * kParts] = {};
    for (int64_t q = 0; q < positions; ++q) {
      Vector outputs[kParts];
#pragma GCC unroll 4
      for (int part = 0; part < kParts; ++part)
        std::memcpy(&outputs[part], d + q * kChannels + part * kWidth, sizeof(Vector));
#pragma GCC unroll 16
      for (int i = 0; i < kInputs; ++i)
#pragma GCC unroll 4
        for (int part = 0; part < kParts; ++part)
          sums[i * kParts + part] += x[q * kChannels + first + i] * outputs[part];
    }
    float* to = sum + first * kChannels;
#pragma GCC unroll 16
    for (int i = 0; i < kInputs * kParts; ++i)
      for (int lane = 0; lane < kWidth; ++lane) to[i * kWidth + lane] += sums[i][lane];
  }
}

/// Many positions, or few.
template <class Vector, int kMany, int kFew>
GAN_INLINE void sum_in_turn(const KernelPlaces& k, int64_t positions, const float* x,
                            const float* w, float* out) {
  if (positions == kManyPositions)
    sum_all<Vector, kMany, kManyPositions>(k, x, w, out);
  else
    sum_all<Vector, kFew, kFewPositions>(k, x, w, out);
}

#ifdef GAN_HAS_VERSIONS
GAN_VERSION_FOR("avx512f")
void sum_at(const KernelPlaces& k, int64_t positions, const float* x, const float* w, float* out) {
  sum_in_turn<Sixteen, kManyPositions, kFewPositions>(k, positions, x, w, out);
}
GAN_VERSION_FOR("avx2,fma")
void sum_at(const KernelPlaces& k, int64_t positions, const float* x, const float* w, float* out) {
  sum_in_turn<Eight, 6, 4>(k, positions, x, w, out);
}
GAN_VERSION_FOR("default")
#endif
void sum_at(const KernelPlaces& k, int64_t positions, const float* x, const float* w, float* out) {
  sum_in_turn<Four, 2, 2>(k, positions, x, w, out);
}

#ifdef GAN_HAS_VERSIONS
GAN_VERSION_FOR("avx512f")
void add_products_at(int64_t positions, const float* x, const float* d, float* sum) {
  add_in_turn<Sixteen, 16>(positions, x, d, sum);
}
GAN_VERSION_FOR("avx2,fma")
void add_products_at(int64_t positions, const float* x, const float* d, float* sum) {
  add_in_turn<Eight, 4>(positions, x, d, sum);
}
GAN_VERSION_FOR("default")
#endif
void add_products_at(int64_t positions, const float* x, const float* d, float* sum) {
  add_in_turn<Four, 2>(positions, x, d, sum);
}

/// What processors have instructions for, written out.
void sum_pairs_plainly(int64_t positions, const KernelPlaces& k, const Bf16* x, const Bf16* w,
                       float* out) {
  for (int64_t p = 0; p < positions; ++p)
    for (int64_t o = 0; o < kChannels; ++o) {
      float sum = 0;
      for (int64_t line = 0; line < k.kernel; ++line)
        for (int64_t i = 0; i < k.kernel * kChannels; ++i)
          sum += load(x, (line * k.line + p) * kChannels + i) *
                 load(w, ((line * k.kernel * kChannels + i) / 2 * kChannels + o) * 2 + i % 2);
      out[p * kChannels + o] = sum;
    }
}
void add_pairs_plainly(int64_t pairs, const Bf16* x, const Bf16* d, float* sum) {
  for (int64_t q = 0; q < pairs; ++q, x += 2 * kChannels, d += 2 * kChannels)
    for (int64_t i = 0; i < kChannels; ++i)
      for (int64_t o = 0; o < kChannels; ++o)
        sum[i * kChannels + o] +=
            load(x, 2 * i) * load(d, 2 * o) + load(x, 2 * i + 1) * load(d, 2 * o + 1);
}

#ifdef GAN_HAS_VERSIONS
#define GAN_PAIRS __attribute__((target("avx512f,avx512bf16"), optimize("O3")))

GAN_PAIRS GAN_INLINE __m512bh sixteen_pairs(const Bf16* from) {
  return reinterpret_cast<__m512bh>(_mm512_loadu_si512(from));
}
/// One pair, sixteen times.
GAN_PAIRS GAN_INLINE __m512bh same_pair(const Bf16* from) {
  int32_t pair;
  std::memcpy(&pair, from, sizeof(pair));
  return reinterpret_cast<__m512bh>(_mm512_set1_epi32(pair));
}

template <int P>
GAN_PAIRS GAN_INLINE void sum_pairs(const KernelPlaces& k, const Bf16* x, const Bf16* w,
                                    float* out) {
  __m512 sum[P];
#pragma GCC unroll 28
  for (int p = 0; p < P; ++p) sum[p] = _mm512_setzero_ps();
  for (int64_t line = 0; line < k.kernel; ++line) {
    const Bf16* from = x + line * k.line * kChannels;
    for (int64_t i = 0; i < k.kernel * kChannels; i += 2, w += 2 * kChannels) {
      const __m512bh weights = sixteen_pairs(w);
#pragma GCC unroll 28
      for (int p = 0; p < P; ++p)
        sum[p] = _mm512_dpbf16_ps(sum[p], weights, same_pair(from + p * kChannels + i));
    }
  }
#pragma GCC unroll 28
  for (int p = 0; p < P; ++p) _mm512_storeu_ps(out + p * kChannels, sum[p]);
}
GAN_PAIRS void sum_pairs_fast(int64_t positions, const KernelPlaces& k, const Bf16* x,
                              const Bf16* w, float* out) {
  if (positions == kManyPositions)
    sum_pairs<kManyPositions>(k, x, w, out);
  else
    sum_pairs<kFewPositions>(k, x, w, out);
}

GAN_PAIRS void add_pairs_fast(int64_t pairs, const Bf16* x, const Bf16* d, float* sum) {
  __m512 sums[kChannels];
#pragma GCC unroll 16
  for (int i = 0; i < kChannels; ++i) sums[i] = _mm512_loadu_ps(sum + i * kChannels);
  for (int64_t q = 0; q < pairs; ++q, x += 2 * kChannels, d += 2 * kChannels) {
    const __m512bh outputs = sixteen_pairs(d);
#pragma GCC unroll 16
    for (int i = 0; i < kChannels; ++i)
      sums[i] = _mm512_dpbf16_ps(sums[i], outputs, same_pair(x + 2 * i));
  }
#pragma GCC unroll 16
  for (int i = 0; i < kChannels; ++i) _mm512_storeu_ps(sum + i * kChannels, sums[i]);
}
#endif

}  // namespace

void sum_positions(const KernelPlaces& k, int64_t positions, const float* x, const float* w,
                   float* out) {
  sum_at(k, positions, x, w, out);
}
void add_products(int64_t positions, const float* x, const float* d, float* sum) {
  add_products_at(positions, x, d, sum);
}

bool has_fast_pairs() {
#ifdef GAN_HAS_VERSIONS
  // Intel's AVX512-BF16 alone is slower than its float32.
  static const bool has = __builtin_cpu_supports("avx512bf16") && __builtin_cpu_is("amd");
  return has;
#else
  return false;
#endif
}

void sum_positions(const KernelPlaces& k, int64_t positions, const Bf16* x, const Bf16* w,
                   float* out) {
#ifdef GAN_HAS_VERSIONS
  if (has_fast_pairs()) return sum_pairs_fast(positions, k, x, w, out);
#endif
  sum_pairs_plainly(positions, k, x, w, out);
}

void add_products(int64_t pairs, const Bf16* x, const Bf16* d, float* sum) {
#ifdef GAN_HAS_VERSIONS
  if (has_fast_pairs()) return add_pairs_fast(pairs, x, d, sum);
#endif
  add_pairs_plainly(pairs, x, d, sum);
}

void pair_up(int64_t pairs, const Bf16* places, Bf16* out) {
  for (int64_t q = 0; q < pairs; ++q, places += 2 * kChannels)
    for (int64_t i = 0; i < kChannels; ++i) {
      out[(q * kChannels + i) * 2] = places[i];
      out[(q * kChannels + i) * 2 + 1] = places[kChannels + i];
    }
}

}  // namespace gan::kernels
