#pragma once
/// For tests: picture files of every kind, and archives of them.

#include <dlfcn.h>
#include <vips/vips.h>

#include <cmath>
#include <cstdlib>
#include <filesystem>
#include <stdexcept>
#include <string>
#include <string_view>
#include <utility>
#include <vector>

#include "gan/core/files.h"
#include "gan/io/bytes.h"
#include "gan/io/png.h"
#include "gan/io/zip_testing.h"

namespace gan {

/// Smooth colours, other ones for each seed.
inline Image test_picture(int seed, int64_t width = 32, int64_t height = 32, int64_t channels = 3) {
  Image image{height, width, channels, {}};
  for (int64_t y = 0; y < height; ++y)
    for (int64_t x = 0; x < width; ++x)
      for (int64_t c = 0; c < channels; ++c) {
        const double wave =
            std::sin(0.11 * static_cast<double>(x + 3 * c) + 1.7 * seed) +
            std::cos(0.13 * static_cast<double>(y) + 0.9 * seed * static_cast<double>(c + 1));
        image.pixels.push_back(static_cast<uint8_t>(127.5 + 60 * wave));
      }
  return image;
}

inline Image plain_picture(int64_t width, int64_t height, const std::vector<uint8_t>& pixel) {
  Image image{height, width, static_cast<int64_t>(pixel.size()), {}};
  for (int64_t i = 0; i < width * height; ++i)
    image.pixels.insert(image.pixels.end(), pixel.begin(), pixel.end());
  return image;
}

/// What libvips saves: of bytes, or of 16-bit numbers.
class PictureSaver {
 public:
  /// suffix: ".jpg[Q=95]", ".webp[lossless]", ".png[bitdepth=1]" ...
  static std::string save(const Image& image, const std::string& suffix,
                          VipsInterpretation as = VIPS_INTERPRETATION_sRGB) {
    return PictureSaver().saved(image.pixels.data(), image.pixels.size(), image, suffix,
                                VIPS_FORMAT_UCHAR, as);
  }
  /// Each byte b as the 16-bit number 257 b.
  static std::string save_16_bit(const Image& image, const std::string& suffix) {
    std::vector<uint16_t> wide;
    for (const uint8_t b : image.pixels) wide.push_back(static_cast<uint16_t>(b * 257));
    const auto as = image.channels < 3 ? VIPS_INTERPRETATION_GREY16 : VIPS_INTERPRETATION_RGB16;
    return PictureSaver().saved(wide.data(), wide.size() * 2, image, suffix, VIPS_FORMAT_USHORT,
                                as);
  }

 private:
  template <class Function>
  Function* function(const char* name) const {
    return reinterpret_cast<Function*>(::dlsym(library_, name));
  }

  std::string saved(const void* values, size_t size, const Image& image, const std::string& suffix,
                    VipsBandFormat format, VipsInterpretation as) const {
    function<decltype(::vips_init)>("vips_init")("gan");
    VipsImage* raw =
        function<decltype(::vips_image_new_from_memory_copy)>("vips_image_new_from_memory_copy")(
            values, size, static_cast<int>(image.width), static_cast<int>(image.height),
            static_cast<int>(image.channels), format);
    VipsImage* named = nullptr;
    function<decltype(::vips_copy)>("vips_copy")(raw, &named, "interpretation", as, nullptr);
    void* buffer = nullptr;
    size_t length = 0;
    const int failed = function<decltype(::vips_image_write_to_buffer)>(
        "vips_image_write_to_buffer")(named, suffix.c_str(), &buffer, &length, nullptr);
    std::string bytes(static_cast<const char*>(buffer), failed == 0 ? length : 0);
    function<decltype(::g_free)>("g_free")(buffer);
    const auto unref = function<decltype(::g_object_unref)>("g_object_unref");
    unref(named);
    unref(raw);
    if (bytes.empty()) throw std::runtime_error("cannot save a " + suffix);
    return bytes;
  }

  void* library_ = ::dlopen("libvips.so.42", RTLD_NOW | RTLD_LOCAL);
};

/// A JPEG file with an EXIF orientation, which the picture does not have yet.
inline std::string turned(const std::string& jpeg, uint16_t orientation) {
  std::string tiff("II*\0\x08\0\0\0\x01\0\x12\x01\x03\0\x01\0\0\0", 18);
  append_little(tiff, orientation);
  tiff += std::string(6, '\0');
  const std::string exif = std::string("Exif\0\0", 6) + tiff;
  std::string segment = "\xff\xe1";
  const size_t length = exif.size() + 2;
  segment += static_cast<char>(length >> 8);
  segment += static_cast<char>(length & 0xff);
  return jpeg.substr(0, 2) + segment + exif + jpeg.substr(2);
}

/// A PNG header that promises so many pixels, and no pixels.
inline std::string empty_png(uint32_t width, uint32_t height) {
  const auto big = [](uint32_t n) {
    std::string out;
    for (int shift = 24; shift >= 0; shift -= 8) out += static_cast<char>(n >> shift);
    return out;
  };
  const auto chunk = [&](const std::string& name, const std::string& data) {
    uint32_t crc = 0xffffffffu;
    for (const char c : name + data) {
      crc ^= static_cast<uint8_t>(c);
      for (int k = 0; k < 8; ++k) crc = crc & 1 ? 0xedb88320u ^ (crc >> 1) : crc >> 1;
    }
    return big(static_cast<uint32_t>(data.size())) + name + data + big(~crc);
  };
  const std::string header = big(width) + big(height) + std::string("\x08\x02\0\0\0", 5);
  return "\x89PNG\r\n\x1a\n" + chunk("IHDR", header) +
         chunk("IDAT", std::string("\x78\x9c\x03\0", 4)) + chunk("IEND", "");
}

}  // namespace gan
