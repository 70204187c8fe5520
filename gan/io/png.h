#pragma once

#include <cstdint>
#include <span>
#include <string>
#include <string_view>
#include <vector>

namespace gan {

/// 8-bit pixels in C order: [height, width, channels], channels 1 (grey) or 3 (RGB).
struct Image {
  int64_t height = 0, width = 0, channels = 1;
  std::vector<uint8_t> pixels;
};

/// With a text that names gan as the software that made it. @throws DataError on a wrong shape
std::string encode_png(const Image& image);

/// Whether encode_png or encode_animated_png made this file, by that text; false for anything that
/// is no PNG file.
bool is_png_of_gan(std::string_view bytes);

struct Frame {
  Image image;
  uint16_t milliseconds = 100;
};

/// An animated PNG (W3C PNG, third edition), played `times`, 0 = for ever; whoever knows no
/// animation shows the first frame. Of the others only the rectangle that changed is stored.
/// @throws DataError on a wrong shape, on frames that differ in theirs, without frames
std::string encode_animated_png(std::span<const Frame> frames, uint32_t times = 0);

/// Palette and 16 bits become 8-bit grey or RGB; alpha is dropped, gamma ignored.
/// @throws DataError naming `who`
Image decode_png(std::string_view bytes, std::string_view who);

}  // namespace gan
