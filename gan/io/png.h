#pragma once

#include <cstdint>
#include <string>
#include <string_view>
#include <vector>

namespace gan {

/// 8-bit pixels in C order: [height, width, channels], channels 1 (grey) or 3 (RGB).
struct Image {
  int64_t height = 0, width = 0, channels = 1;
  std::vector<uint8_t> pixels;
};

std::string encode_png(const Image& image);  ///< @throws DataError on a wrong shape

/// Palette and 16 bits become 8-bit grey or RGB; alpha is dropped, gamma ignored.
/// @throws DataError naming `who`
Image decode_png(std::string_view bytes, std::string_view who);

}  // namespace gan
