#pragma once
/// Ordinary JPEG files to pixels, by libjpeg-turbo. libvips makes the same pixels, and takes ten
/// times as long for small pictures.

#include <optional>
#include <string_view>
#include <vector>

#include "gan/data/picture_settings.h"

namespace gan {

struct JpegPixels {
  PictureSize size;
  int64_t channels = 3;         ///< 1: grey, 3: RGB
  std::vector<uint8_t> pixels;  ///< [H, W, channels]
};

/// Nothing for a file that is damaged, in CMYK, turned by its EXIF data, of more than
/// `most_pixels`, or unusual in any other way.
std::optional<JpegPixels> ordinary_jpeg(std::string_view bytes, int64_t most_pixels);

}  // namespace gan
