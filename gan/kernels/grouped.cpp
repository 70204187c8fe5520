#include "gan/kernels/grouped.h"

#include <algorithm>
#include <cstring>

#include "gan/core/clones.h"
#include "gan/kernels/elementary.h"
#include "gan/kernels/tiles.h"

namespace gan::kernels {
namespace {

using Grid = GroupedConvolution::Grid;

constexpr int64_t kTap = kGroupChannels * kGroupChannels;  // weights of a group

GAN_CLONES void widen_places(int64_t count, int64_t stride, const Bf16* from, float* to) {
  for (int64_t x = 0; x < count; ++x)
    for (int64_t i = 0; i < kGroupChannels; ++i)
      to[x * kGroupChannels + i] = load(from, x * stride + i);
}

template <class T>
void copy_as_it_is(int64_t count, int64_t stride, const void* from, void* to) {
  for (int64_t x = 0; x < count; ++x)
    std::copy_n(static_cast<const T*>(from) + x * stride, kGroupChannels,
                static_cast<T*>(to) + x * kGroupChannels);
}

/// The first 16 channels of so many places of an image -> places of 16 channels.
void copy_places(Format from, Format to, int64_t count, int64_t stride, const void* in, void* out) {
  if (from != to)
    widen_places(count, stride, static_cast<const Bf16*>(in), static_cast<float*>(out));
  else if (from == Format::fp32)
    copy_as_it_is<float>(count, stride, in, out);
  else
    copy_as_it_is<Bf16>(count, stride, in, out);
}

/// So many places of 16 zeros.
void* zeros(Format format, int64_t places, Aligned<char>& buffer) {
  const int64_t bytes = places * kGroupChannels * bytes_of(format);
  return std::memset(sized(buffer, bytes), 0, static_cast<size_t>(bytes));
}

template <class T>
void convolve_group(const Grid& g, const T* x, const T* w, float* out) {
  alignas(kCacheLine) float block[kManyPositions * kGroupChannels];
  const KernelPlaces kernel{g.kernel, g.line()};
  int64_t row = 0, column = 0;
  for (int64_t q = 0; row < g.rows();) {
    const bool many = g.positions() - q > 2 * kFewPositions;
    const int64_t count = many ? kManyPositions : kFewPositions;
    sum_positions(kernel, count, x + q * kGroupChannels, w, block);
    for (int64_t i = 0; i < count && row < g.rows(); ++i) {
      if (column < g.columns())
        std::copy_n(block + i * kGroupChannels, kGroupChannels,
                    out + (row * g.columns() + column) * g.channels());
      if (++column == g.line()) {
        column = 0;
        ++row;
      }
    }
    q += count;
  }
}

}  // namespace

bool GroupedConvolution::fits(Format precision, const Sliding& s, int64_t kernels) {
#if defined(__x86_64__)
  if (precision == Format::bf16 && __builtin_cpu_supports("amx-bf16")) return false;
#else
  (void)precision;
#endif
  return s.groups > 1 && s.stride == 1 && s.pad < s.kernel &&
         s.channels == s.groups * kGroupChannels && kernels == s.channels;
}

GroupedConvolution::GroupedConvolution(Format precision, const Sliding& s, bool pairs)
    : precision_(precision),
      pairs_(precision == Format::bf16 && pairs),
      down_{s.groups, s.height, s.width, s.kernel, s.pad},
      up_{s.groups, s.rows, s.columns, s.kernel, s.kernel - 1 - s.pad} {
  const int64_t bytes = s.groups * s.kernel * s.kernel * kTap * bytes_of(operands());
  sized(weights_down_, bytes);
  sized(weights_up_, bytes);
}

void GroupedConvolution::set_kernels(const void* weights, int64_t begin, int64_t end) {
  const int64_t taps = down_.kernel * down_.kernel;
  const auto put = [&](Aligned<char>& to, int64_t group, int64_t tap, int64_t in, int64_t out,
                       float w) {
    const int64_t first = (group * taps + tap) * kTap;
    if (pairs_)
      store(reinterpret_cast<Bf16*>(to.data()),
            first + (in / 2 * kGroupChannels + out) * 2 + in % 2, w);
    else
      store(reinterpret_cast<float*>(to.data()), first + in * kGroupChannels + out, w);
  };
  for (int64_t row = begin; row < end; ++row)
    for (int64_t tap = 0; tap < taps; ++tap)
      for (int64_t in = 0; in < kGroupChannels; ++in) {
        const int64_t group = row / kGroupChannels, out = row % kGroupChannels,
                      at = (row * taps + tap) * kGroupChannels + in;
        const float w = precision_ == Format::fp32 ? load(static_cast<const float*>(weights), at)
                                                   : load(static_cast<const Bf16*>(weights), at);
        put(weights_down_, group, tap, in, out, w);
        put(weights_up_, group, taps - 1 - tap, out, in, w);
      }
}

/// A group of an image between zeros.
const void* GroupedConvolution::padded(const Grid& g, const void* image, int64_t group,
                                       Aligned<char>& buffer) const {
  void* out = zeros(operands(), g.places(), buffer);
  for (int64_t y = 0; y < g.height; ++y)
    copy_places(precision_, operands(), g.width, g.channels(),
                at_element(precision_, image, y * g.width * g.channels() + group * kGroupChannels),
                at_element(operands(), out, ((g.pad + y) * g.line() + g.pad) * kGroupChannels));
  return out;
}

void GroupedConvolution::convolve(const Grid& g, const void* in, const Aligned<char>& weights,
                                  Scratch& scratch, float* out) const {
  for (int64_t group = 0; group < g.groups; ++group) {
    const void* x = padded(g, in, group, scratch.big);
    const void* w = at_element(operands(), weights.data(), group * g.kernel * g.kernel * kTap);
    float* to = out + group * kGroupChannels;
    if (pairs_)
      convolve_group(g, static_cast<const Bf16*>(x), static_cast<const Bf16*>(w), to);
    else
      convolve_group(g, static_cast<const float*>(x), static_cast<const float*>(w), to);
  }
}

void GroupedConvolution::down(const void* big, Scratch& scratch, float* small) const {
  convolve(down_, big, weights_down_, scratch, small);
}

void GroupedConvolution::up(const void* small, Scratch& scratch, float* big) const {
  convolve(up_, small, weights_up_, scratch, big);
}

/// sums [kernel * kernel, in, out] += x' d of a group: x between zeros, d [positions, 16].
void GroupedConvolution::add_group(const void* x, const void* d, Scratch& scratch,
                                   float* sums) const {
  const Grid& g = down_;
  const auto place = [&](int64_t tap) { return tap / g.kernel * g.line() + tap % g.kernel; };
  const int64_t taps = g.kernel * g.kernel;
  if (!pairs_) {
    for (int64_t tap = 0; tap < taps; ++tap)
      add_products(g.positions(), static_cast<const float*>(x) + place(tap) * kGroupChannels,
                   static_cast<const float*>(d), sums + tap * kTap);
    return;
  }
  // A tap sees pairs of places that begin at an even place, or at an odd one.
  const int64_t pairs = (g.positions() + 1) / 2, all = (g.places() - 1) / 2;
  constexpr int64_t kPair = 2 * kGroupChannels;
  Bf16* even = reinterpret_cast<Bf16*>(
      sized(scratch.pairs, (2 * all + pairs) * kPair * bytes_of(Format::bf16)));
  Bf16 *odd = even + all * kPair, *outputs = odd + all * kPair;
  pair_up(all, static_cast<const Bf16*>(x), even);
  pair_up(all, static_cast<const Bf16*>(x) + kGroupChannels, odd);
  pair_up(pairs, static_cast<const Bf16*>(d), outputs);
  for (int64_t tap = 0; tap < taps; ++tap) {
    const Bf16* from = place(tap) % 2 == 0 ? even : odd;
    add_products(pairs, from + place(tap) / 2 * kPair, outputs, sums + tap * kTap);
  }
}

void GroupedConvolution::add_gradient(int64_t images, const void* small, const void* big,
                                      Scratch& scratch, float* sum) const {
  const Grid& g = down_;
  const int64_t taps = g.kernel * g.kernel, line = g.columns() * g.channels();
  float* sums = sized(scratch.sums, g.groups * taps * kTap);
  std::fill_n(sums, g.groups * taps * kTap, 0.0f);
  for (int64_t image = 0; image < images; ++image)
    for (int64_t group = 0; group < g.groups; ++group) {
      const void* x =
          padded(g, at_element(precision_, big, image * g.height * g.width * g.channels()), group,
                 scratch.big);
      void* d = zeros(operands(), g.positions() + 1, scratch.small);
      for (int64_t y = 0; y < g.rows(); ++y)
        copy_places(
            precision_, operands(), g.columns(), g.channels(),
            at_element(precision_, small, (image * g.rows() + y) * line + group * kGroupChannels),
            at_element(operands(), d, y * g.line() * kGroupChannels));
      add_group(x, d, scratch, sums + group * taps * kTap);
    }
  for (int64_t row = 0; row < g.channels(); ++row)
    for (int64_t tap = 0; tap < taps; ++tap)
      for (int64_t in = 0; in < kGroupChannels; ++in)
        sum[(row * taps + tap) * kGroupChannels + in] +=
            sums[(row / kGroupChannels * taps + tap) * kTap + in * kGroupChannels +
                 row % kGroupChannels];
}

}  // namespace gan::kernels
