#include "gan/io/png.h"

#include <png.h>

#include <csetjmp>
#include <cstdio>
#include <limits>
#include <new>

#include "gan/core/error.h"
#include "gan/io/bytes.h"

namespace gan {
namespace {

constexpr std::string_view kMagic = "\x89PNG\r\n\x1a\n";
constexpr size_t kMaxInflation = 1032;  // deflate makes no more bytes of one
constexpr size_t kMessage = 128;

// libpng leaves its calls, and these callbacks, by longjmp: no object with a destructor lives in them.

void on_error(png_structp png, png_const_charp message) {
  std::snprintf(static_cast<char*>(png_get_error_ptr(png)), kMessage, "%s", message);
  png_longjmp(png, 1);
}

void on_warning(png_structp, png_const_charp) {}

void take_bytes(png_structp png, png_bytep to, size_t count) {
  auto& rest = *static_cast<std::string_view*>(png_get_io_ptr(png));
  if (rest.size() < count) png_error(png, "the file ends early; copy it again");
  std::memcpy(to, rest.data(), count);
  rest.remove_prefix(count);
}

void add_bytes(png_structp png, png_bytep from, size_t count) {
  bool added = true;
  try {
    static_cast<std::string*>(png_get_io_ptr(png))->append(reinterpret_cast<const char*>(from), count);
  } catch (const std::bad_alloc&) {
    added = false;
  }
  if (!added) png_error(png, "out of memory");
}

void flush_nothing(png_structp) {}

/// libpng's state for one image; `message` says what stopped it.
struct Codec {
  enum Way { kRead, kWrite };

  explicit Codec(Way chosen)
      : way(chosen),
        png((way == kRead ? png_create_read_struct : png_create_write_struct)(PNG_LIBPNG_VER_STRING, message,
                                                                              on_error, on_warning)),
        info(png ? png_create_info_struct(png) : nullptr) {
    if (info) return;
    destroy();
    throw std::bad_alloc();
  }
  ~Codec() { destroy(); }
  Codec(const Codec&) = delete;
  Codec& operator=(const Codec&) = delete;

  /// Whether `body` came to its end. It may touch objects of its caller but hold none over a libpng call.
  template <class Body>
  bool run(const Body& body) {
    if (setjmp(png_jmpbuf(png)) != 0) return false;
    body();
    return true;
  }

  void destroy() {
    if (way == kRead) png_destroy_read_struct(&png, &info, nullptr);
    if (way == kWrite) png_destroy_write_struct(&png, &info);
  }

  char message[kMessage] = "";
  Way way;
  png_structp png;
  png_infop info;
};

void read_image(png_structp png, png_infop info, size_t file_size, Image& image) {
  png_read_info(png, info);
  image.height = png_get_image_height(png, info);
  image.width = png_get_image_width(png, info);
  if (png_get_rowbytes(png, info) > kMaxInflation * file_size / static_cast<size_t>(image.height)) {
    png_error(png, "its header names more pixels than the file can hold; copy it again");
  }
  png_set_expand(png);
  png_set_scale_16(png);
  png_set_strip_alpha(png);
  const int passes = png_set_interlace_handling(png);
  png_read_update_info(png, info);
  image.channels = png_get_channels(png, info);
  const size_t row = png_get_rowbytes(png, info);
  image.pixels.resize(static_cast<size_t>(image.height) * row);
  for (int pass = 0; pass < passes; ++pass) {
    for (size_t at = 0; at < image.pixels.size(); at += row) png_read_row(png, &image.pixels[at], nullptr);
  }
  png_read_end(png, nullptr);
}

void write_image(png_structp png, png_infop info, const Image& image) {
  png_set_IHDR(png, info, static_cast<uint32_t>(image.width), static_cast<uint32_t>(image.height), 8,
               image.channels == 1 ? PNG_COLOR_TYPE_GRAY : PNG_COLOR_TYPE_RGB, PNG_INTERLACE_NONE,
               PNG_COMPRESSION_TYPE_BASE, PNG_FILTER_TYPE_BASE);
  png_write_info(png, info);
  const auto row = static_cast<size_t>(image.width * image.channels);
  for (size_t at = 0; at < image.pixels.size(); at += row) png_write_row(png, &image.pixels[at]);
  png_write_end(png, info);
}

}  // namespace

std::string encode_png(const Image& image) {
  constexpr int64_t kMaxSide = std::numeric_limits<int32_t>::max();
  const Shape shape{image.height, image.width, image.channels};
  if (image.height < 1 || image.width < 1 || image.height > kMaxSide || image.width > kMaxSide ||
      (image.channels != 1 && image.channels != 3) ||
      byte_count(shape, 1) != static_cast<int64_t>(image.pixels.size())) {
    throw DataError("encode_png: expected [height, width, 1 or 3] and as many bytes, got {} and {} bytes",
                    shape_text(shape), image.pixels.size());
  }
  std::string out;
  Codec codec(Codec::kWrite);
  png_set_write_fn(codec.png, &out, add_bytes, flush_nothing);
  if (!codec.run([&] { write_image(codec.png, codec.info, image); })) {
    throw DataError("encode_png: {} for an image of {}", codec.message, shape_text(shape));
  }
  return out;
}

Image decode_png(std::string_view bytes, std::string_view who) {
  if (!bytes.starts_with(kMagic)) {
    throw DataError("{}: not a PNG file: expected it to begin with {}, got {}", who, in_quotes(kMagic),
                    in_quotes(bytes.substr(0, kMagic.size())));
  }
  Image image;
  std::string_view rest = bytes;
  Codec codec(Codec::kRead);
  png_set_read_fn(codec.png, &rest, take_bytes);
  if (!codec.run([&] { read_image(codec.png, codec.info, bytes.size(), image); })) {
    throw DataError("{}: unreadable PNG file: {}", who, codec.message);
  }
  return image;
}

}  // namespace gan
