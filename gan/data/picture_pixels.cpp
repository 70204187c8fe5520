#include "gan/data/picture_pixels.h"

#include <algorithm>
#include <cassert>
#include <cstring>

namespace gan {
namespace {

constexpr int kOpaque = 255;

/// `over` covers `alpha` / 255 of `under`.
uint8_t blended(int over, int under, int alpha) {
  return static_cast<uint8_t>((over * alpha + under * (kOpaque - alpha) + kOpaque / 2) / kOpaque);
}

/// Rec. ITU-R BT.601-7, section 2.5.1, rounded.
uint8_t luma(const uint8_t* rgb) {
  return static_cast<uint8_t>((299 * rgb[0] + 587 * rgb[1] + 114 * rgb[2] + 500) / 1000);
}

bool is_all_grey(std::span<const uint8_t> rgb) {
  for (size_t i = 0; i + 2 < rgb.size(); i += 3)
    if (rgb[i] != rgb[i + 1] || rgb[i + 1] != rgb[i + 2]) return false;
  return true;
}

}  // namespace

void set_pixels(DecodedPicture& picture, std::span<const uint8_t> pixels, int64_t channels,
                bool with_alpha, Rgb background) {
  const size_t from = static_cast<size_t>(channels), n = pixels.size() / from;
  const bool is_grey = channels < 3, has_alpha = channels == 2 || channels == 4;
  picture.channels = with_alpha ? 4 : 3;
  picture.grey = true;
  picture.transparent = false;
  if (channels == 3 && !with_alpha) {
    picture.pixels.assign(pixels.begin(), pixels.end());
    picture.grey = is_all_grey(pixels);
    return;
  }
  const int behind[] = {background.red, background.green, background.blue};
  picture.pixels.resize(n * static_cast<size_t>(picture.channels));
  const uint8_t* in = pixels.data();
  uint8_t* out = picture.pixels.data();
  for (size_t i = 0; i < n; ++i, in += from, out += picture.channels) {
    const int alpha = has_alpha ? in[from - 1] : kOpaque;
    for (size_t k = 0; k < 3; ++k) {
      const uint8_t own = in[is_grey ? 0 : k];
      out[k] = with_alpha || alpha == kOpaque ? own : blended(own, behind[k], alpha);
    }
    if (with_alpha) out[3] = static_cast<uint8_t>(alpha);
    picture.transparent |= alpha != kOpaque;
    picture.grey &= out[0] == out[1] && out[1] == out[2];
  }
}

std::vector<uint8_t> rgb_of_cmyk(std::span<const uint8_t> cmyk) {
  const size_t n = cmyk.size() / 4;
  std::vector<uint8_t> rgb(n * 3);
  for (size_t i = 0; i < n; ++i)
    for (size_t k = 0; k < 3; ++k)
      rgb[i * 3 + k] = blended(kOpaque - cmyk[i * 4 + k], 0, kOpaque - cmyk[i * 4 + 3]);
  return rgb;
}

std::vector<uint8_t> channels_first(const DecodedPicture& picture, int64_t channels) {
  assert(channels <= picture.channels);
  const auto from = static_cast<size_t>(picture.channels), n = picture.pixels.size() / from;
  std::vector<uint8_t> out(n * static_cast<size_t>(channels));
  const uint8_t* const in = picture.pixels.data();
  if (channels == 1) {
    for (size_t i = 0; i < n; ++i) out[i] = luma(in + i * from);
    return out;
  }
  for (size_t k = 0; k < static_cast<size_t>(channels); ++k)
    for (size_t i = 0; i < n; ++i) out[k * n + i] = in[i * from + k];
  return out;
}

uint64_t digest_of(std::span<const uint8_t> bytes) {
  uint64_t hash = 0xcbf29ce484222325u ^ bytes.size();
  for (size_t at = 0; at < bytes.size(); at += sizeof(uint64_t)) {
    uint64_t word = 0;
    std::memcpy(&word, bytes.data() + at, std::min(sizeof word, bytes.size() - at));
    hash = (hash ^ word) * 0x9e3779b97f4a7c15u;
    hash ^= hash >> 32;
  }
  hash = (hash ^ (hash >> 30)) * 0xbf58476d1ce4e5b9u;  // splitmix64, Steele et al. 2014
  hash = (hash ^ (hash >> 27)) * 0x94d049bb133111ebu;
  return hash ^ (hash >> 31);
}

}  // namespace gan
