#include "gan/core/random.h"

#include <Random123/philox.h>
#include <Random123/boxmuller.hpp>

#include <algorithm>
#include <numeric>

#include "gan/core/clones.h"

namespace gan {
namespace {

using Philox = r123::Philox4x32;

uint64_t splitmix(uint64_t x) {
  x += 0x9e3779b97f4a7c15u;
  x = (x ^ (x >> 30)) * 0xbf58476d1ce4e5b9u;
  x = (x ^ (x >> 27)) * 0x94d049bb133111ebu;
  return x ^ (x >> 31);
}

uint64_t hash(std::string_view text) {  // FNV-1a
  uint64_t h = 0xcbf29ce484222325u;
  for (const unsigned char c : text) h = (h ^ c) * 0x100000001b3u;
  return h;
}

/// 40 bits of step, 56 of sample, 32 of block: far beyond any training.
uint32_t top(uint64_t step, uint64_t sample) {
  return static_cast<uint32_t>((step >> 32) << 24 ^ (sample >> 32));
}

GAN_INLINE float unit(uint32_t bits) {
  return static_cast<float>(static_cast<int32_t>(bits >> 8)) * 0x1p-24f;
}  // [0, 1)

Philox::ctr_type block(uint64_t key, uint64_t step, uint64_t sample, uint32_t index) {
  const Philox::key_type k{{static_cast<uint32_t>(key), static_cast<uint32_t>(key >> 32)}};
  const Philox::ctr_type c{
      {static_cast<uint32_t>(step), static_cast<uint32_t>(sample), index, top(step, sample)}};
  return Philox{}(c, k);
}

/// The numbers of the blocks [0, n) of a sample, Philox written out so that several blocks are
/// under way at once.
GAN_CLONES void uniform_blocks(uint64_t key, uint64_t step, uint64_t sample, int64_t n,
                               float* out) {
  for (int64_t b = 0; b < n; ++b) {
    uint64_t c0 = static_cast<uint32_t>(step), c1 = static_cast<uint32_t>(sample),
             c2 = static_cast<uint32_t>(b), c3 = top(step, sample);  // wide: only low words count
    uint32_t k0 = static_cast<uint32_t>(key), k1 = static_cast<uint32_t>(key >> 32);
#pragma GCC unroll 10
    for (int round = 0; round < 10; ++round, k0 += 0x9E3779B9, k1 += 0xBB67AE85) {
      const uint64_t p0 = uint64_t{0xD2511F53} * static_cast<uint32_t>(c0),
                     p1 = uint64_t{0xCD9E8D57} * static_cast<uint32_t>(c2);
      c0 = (p1 >> 32) ^ c1 ^ k0;
      c1 = p1;
      c2 = (p0 >> 32) ^ c3 ^ k1;
      c3 = p0;
    }
    const uint32_t r[4] = {static_cast<uint32_t>(c0), static_cast<uint32_t>(c1),
                           static_cast<uint32_t>(c2), static_cast<uint32_t>(c3)};
    for (int j = 0; j < 4; ++j) out[4 * b + j] = unit(r[j]);
  }
}

/// Calls draw(key, step, sample, block, four floats) for every group of four numbers of a sample.
template <class Draw>
void fill(std::span<float> out, int64_t per_sample, Draw draw) {
  if (per_sample <= 0) return;
  const int64_t samples = static_cast<int64_t>(out.size()) / per_sample;
  const int64_t blocks = (per_sample + 3) / 4;
#pragma omp parallel for if (out.size() > 32768)
  for (int64_t i = 0; i < samples; ++i) {
    float* row = out.data() + i * per_sample;
    for (int64_t b = 0; b < blocks; ++b) {
      float four[4];
      draw(static_cast<uint64_t>(i), static_cast<uint32_t>(b), four);
      const int64_t left = std::min<int64_t>(4, per_sample - 4 * b);
      std::copy(four, four + left, row + 4 * b);
    }
  }
}

}  // namespace

Stream::Stream(uint64_t seed, std::string_view name)
    : key_(splitmix(splitmix(seed) ^ hash(name))) {}
Stream Stream::child(std::string_view name) const {
  return Stream(Key{splitmix(key_ ^ hash(name))});
}
Stream Stream::child(uint64_t index) const {
  return Stream(Key{splitmix(splitmix(key_) + index)});
}

void Stream::uniform(std::span<float> out, int64_t per_sample, uint64_t step,
                     uint64_t first_sample) const {
  if (per_sample <= 0) return;
  const int64_t samples = static_cast<int64_t>(out.size()) / per_sample, whole = per_sample / 4;
#pragma omp parallel for if (out.size() > 32768)
  for (int64_t i = 0; i < samples; ++i) {
    float* row = out.data() + i * per_sample;
    uniform_blocks(key_, step, first_sample + i, whole, row);
    if (per_sample % 4 == 0) continue;
    const auto r = block(key_, step, first_sample + i, static_cast<uint32_t>(whole));
    for (int64_t j = 4 * whole; j < per_sample; ++j) row[j] = unit(r[j % 4]);
  }
}

void Stream::normal(std::span<float> out, int64_t per_sample, uint64_t step,
                    uint64_t first_sample) const {
  fill(out, per_sample, [=, key = key_](uint64_t i, uint32_t b, float* four) {
    const auto r = block(key, step, first_sample + i, b);
    const r123::float2 a = r123::boxmuller(r[0], r[1]), c = r123::boxmuller(r[2], r[3]);
    four[0] = a.x;
    four[1] = a.y;
    four[2] = c.x;
    four[3] = c.y;
  });
}

uint64_t Stream::bits(uint64_t step) const {
  const auto r = block(key_, step, 0, 0);
  return static_cast<uint64_t>(r[1]) << 32 | r[0];
}

std::vector<int64_t> Stream::permutation(int64_t n, uint64_t step) const {
  std::vector<int64_t> order(n);
  std::iota(order.begin(), order.end(), int64_t{0});
  for (int64_t i = n - 1; i > 0; --i) {
    const auto r = block(key_, step, i, 0);
    const uint64_t wide = static_cast<uint64_t>(r[1]) << 32 | r[0];
    const auto pick = static_cast<int64_t>((static_cast<unsigned __int128>(wide) * (i + 1)) >> 64);
    std::swap(order[i], order[pick]);
  }
  return order;
}

}  // namespace gan
