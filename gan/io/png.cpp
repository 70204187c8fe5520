#include "gan/io/png.h"

#include <png.h>
#include <zlib.h>

#include <algorithm>
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

// libpng leaves its calls, and these callbacks, by longjmp: no object with a destructor lives in
// them.

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
    static_cast<std::string*>(png_get_io_ptr(png))
        ->append(reinterpret_cast<const char*>(from), count);
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
        png((way == kRead ? png_create_read_struct : png_create_write_struct)(
            PNG_LIBPNG_VER_STRING, message, on_error, on_warning)),
        info(png ? png_create_info_struct(png) : nullptr) {
    if (info) return;
    destroy();
    throw std::bad_alloc();
  }
  ~Codec() { destroy(); }
  Codec(const Codec&) = delete;
  Codec& operator=(const Codec&) = delete;

  /// Whether `body` came to its end. It may touch objects of its caller but hold none over a libpng
  /// call.
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
    for (size_t at = 0; at < image.pixels.size(); at += row)
      png_read_row(png, &image.pixels[at], nullptr);
  }
  png_read_end(png, nullptr);
}

/// `drawn`: few colours, with edges between them. Then rows pack best as they are, without a
/// filter.
void write_image(png_structp png, png_infop info, const Image& image, bool drawn) {
  if (drawn) {
    png_set_filter(png, PNG_FILTER_TYPE_BASE, PNG_FILTER_NONE);
    png_set_compression_level(png, 9);
  }
  png_set_IHDR(png, info, static_cast<uint32_t>(image.width), static_cast<uint32_t>(image.height),
               8, image.channels == 1 ? PNG_COLOR_TYPE_GRAY : PNG_COLOR_TYPE_RGB,
               PNG_INTERLACE_NONE, PNG_COMPRESSION_TYPE_BASE, PNG_FILTER_TYPE_BASE);
  char keyword[] = "Software";
  char software[] = "gan";
  png_text text{};
  text.compression = PNG_TEXT_COMPRESSION_NONE;
  text.key = keyword;
  text.text = software;
  text.text_length = sizeof software - 1;
  png_set_text(png, info, &text, 1);
  png_write_info(png, info);
  const auto row = static_cast<size_t>(image.width * image.channels);
  for (size_t at = 0; at < image.pixels.size(); at += row) png_write_row(png, &image.pixels[at]);
  png_write_end(png, info);
}

std::string big_endian(uint32_t value) {
  return {static_cast<char>(value >> 24), static_cast<char>(value >> 16),
          static_cast<char>(value >> 8), static_cast<char>(value)};
}

uint32_t load_big(std::string_view bytes) {
  uint32_t value = 0;
  for (const char byte : bytes.substr(0, 4)) value = value << 8 | static_cast<uint8_t>(byte);
  return value;
}

std::string chunk(std::string_view name, const std::string& data) {
  const std::string body = std::string(name) + data;
  const auto crc =
      crc32(0, reinterpret_cast<const Bytef*>(body.data()), static_cast<uInt>(body.size()));
  return big_endian(static_cast<uint32_t>(data.size())) + body +
         big_endian(static_cast<uint32_t>(crc));
}

/// Calls use(name, data, whole chunk) for each chunk of a file that was written here.
template <class Use>
void for_each_chunk(std::string_view file, const Use& use) {
  for (file.remove_prefix(kMagic.size()); !file.empty();) {
    const size_t size = load_big(file), whole = size + 12;
    use(file.substr(4, 4), file.substr(8, size), file.substr(0, whole));
    file.remove_prefix(whole);
  }
}

struct Area {
  int64_t left, top, right, bottom;
};

/// The rectangle outside which both are the same; a pixel where they are the same everywhere.
Area changed(const Image& before, const Image& now) {
  Area area{now.width, now.height, 0, 0};
  const int64_t c = now.channels;
  for (int64_t row = 0; row < now.height; ++row) {
    const uint8_t *a = &before.pixels[row * now.width * c], *b = &now.pixels[row * now.width * c],
                  *end = b + now.width * c;
    const auto first = std::mismatch(b, end, a).first;
    if (first == end) continue;
    const auto last = std::mismatch(std::reverse_iterator(end), std::reverse_iterator(b),
                                    std::reverse_iterator(a + now.width * c))
                          .first.base();
    area = {std::min(area.left, (first - b) / c), std::min(area.top, row),
            std::max(area.right, (last - 1 - b) / c + 1), row + 1};
  }
  return area.bottom > 0 ? area : Area{0, 0, 1, 1};
}

Image cut(const Image& image, const Area& area) {
  Image out{area.bottom - area.top, area.right - area.left, image.channels, {}};
  for (int64_t row = area.top; row < area.bottom; ++row) {
    const auto from = image.pixels.begin() + (row * image.width + area.left) * image.channels;
    out.pixels.insert(out.pixels.end(), from, from + out.width * out.channels);
  }
  return out;
}

std::string frame_control(uint32_t number, const Area& area, uint16_t milliseconds) {
  std::string out = big_endian(number);
  for (const int64_t value : {area.right - area.left, area.bottom - area.top, area.left, area.top})
    out += big_endian(static_cast<uint32_t>(value));
  out += big_endian(static_cast<uint32_t>(milliseconds) << 16 | 1000);
  return chunk("fcTL", out.append(2, '\0'));  // what is there stays, and is overwritten
}

std::string encode(const Image& image, bool drawn) {
  constexpr int64_t kMaxSide = std::numeric_limits<int32_t>::max();
  const Shape shape{image.height, image.width, image.channels};
  if (image.height < 1 || image.width < 1 || image.height > kMaxSide || image.width > kMaxSide ||
      (image.channels != 1 && image.channels != 3) ||
      byte_count(shape, 1) != static_cast<int64_t>(image.pixels.size())) {
    throw DataError(
        "encode_png: expected [height, width, 1 or 3] and as many bytes, got {} and {} bytes",
        shape_text(shape), image.pixels.size());
  }
  std::string out;
  Codec codec(Codec::kWrite);
  png_set_write_fn(codec.png, &out, add_bytes, flush_nothing);
  if (!codec.run([&] { write_image(codec.png, codec.info, image, drawn); })) {
    throw DataError("encode_png: {} for an image of {}", codec.message, shape_text(shape));
  }
  return out;
}

}  // namespace

std::string encode_png(const Image& image) {
  return encode(image, false);
}

bool is_png_of_gan(std::string_view bytes) {
  using namespace std::string_view_literals;
  constexpr size_t kBeforePixels = 512;  // header, animation and text come before them
  const std::string_view mark = "\0\0\0\x0ctEXtSoftware\0gan"sv;
  return bytes.starts_with(kMagic) && bytes.substr(0, kBeforePixels).find(mark) != bytes.npos;
}

std::string encode_animated_png(std::span<const Frame> frames, uint32_t times) {
  if (frames.empty())
    throw DataError("encode_animated_png: there are no frames; give at least one");
  const Image& first = frames[0].image;
  std::string out(kMagic);
  uint32_t number = 0;  // of fcTL and fdAT chunks together
  for_each_chunk(
      encode(first, true), [&](std::string_view name, std::string_view, std::string_view whole) {
        if (name == "IEND") return;
        out += whole;
        if (name != "IHDR") return;
        out += chunk("acTL", big_endian(static_cast<uint32_t>(frames.size())) + big_endian(times));
        out += frame_control(number++, {0, 0, first.width, first.height}, frames[0].milliseconds);
      });
  for (size_t i = 1; i < frames.size(); ++i) {
    const Image& image = frames[i].image;
    if (image.width != first.width || image.height != first.height ||
        image.channels != first.channels || image.pixels.size() != first.pixels.size())
      throw DataError(
          "encode_animated_png: frame {} is {} with {} bytes, the first is {}; expected all of one shape",
          i, shape_text({image.height, image.width, image.channels}), image.pixels.size(),
          shape_text({first.height, first.width, first.channels}));
    const Area area = changed(frames[i - 1].image, image);
    out += frame_control(number++, area, frames[i].milliseconds);
    for_each_chunk(encode(cut(image, area), true),
                   [&](std::string_view name, std::string_view data, std::string_view) {
                     if (name == "IDAT") out += chunk("fdAT", big_endian(number++).append(data));
                   });
  }
  return out + chunk("IEND", "");
}

Image decode_png(std::string_view bytes, std::string_view who) {
  if (!bytes.starts_with(kMagic)) {
    throw DataError("{}: not a PNG file: expected it to begin with {}, got {}", who,
                    in_quotes(kMagic), in_quotes(bytes.substr(0, kMagic.size())));
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
