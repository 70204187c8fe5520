#pragma once
/// Decoded pictures, and what becomes of their pixels.

#include <cstdint>
#include <span>
#include <vector>

#include "gan/data/picture_settings.h"

namespace gan {

/// Upright, in sRGB, without an alpha channel unless one is asked for.
struct DecodedPicture {
  PictureSize stored;           ///< upright, before it was cropped or scaled
  PictureSize size;             ///< of the pixels
  int64_t channels = 3;         ///< 3: RGB; 4: RGBA
  std::vector<uint8_t> pixels;  ///< [H, W, channels]
  bool grey = false;            ///< red, green and blue are the same in each pixel
  bool transparent = false;     ///< some pixel was not opaque
};

/// Pixels of 1 (grey), 2 (with alpha), 3 or 4 channels, [n, channels], as RGB over `background` or,
/// with_alpha, as RGBA. Sets pixels, channels, grey and transparent.
void set_pixels(DecodedPicture& picture, std::span<const uint8_t> pixels, int64_t channels,
                bool with_alpha, Rgb background);

/// Of pictures without a colour profile: each ink takes away its share of the light.
/// cmyk: [n, 4], 255 is all of an ink; the result is RGB [n, 3].
std::vector<uint8_t> rgb_of_cmyk(std::span<const uint8_t> cmyk);

/// Channels first, [channels, H, W], as examples are. channels: 1 (the luma of ITU-R BT.601, which
/// of grey pictures is their grey), 3, or 4 of pictures that have as many.
std::vector<uint8_t> channels_first(const DecodedPicture& picture, int64_t channels);

/// Equal for equal bytes, and spread evenly over 64 bits. Not made to withstand an attacker.
uint64_t digest_of(std::span<const uint8_t> bytes);

}  // namespace gan
