#include "gan/data/jpeg.h"

#include <turbojpeg.h>

#include <memory>
#include <type_traits>

namespace gan {
namespace {

using namespace std::string_view_literals;

struct Destroy {
  void operator()(tjhandle handle) const { ::tjDestroy(handle); }
};
using Decompressor = std::unique_ptr<std::remove_pointer_t<tjhandle>, Destroy>;

/// Whether EXIF data hold an orientation other than "upright" in 16 bits. Other bytes that look
/// like the tag of one count, too. Source: CIPA DC-008 (Exif 2.32), sections 4.6.2 and 4.6.4: tag
/// 274, type 3, count 1, value 1
bool is_turned(std::string_view exif) {
  constexpr std::string_view kTags[] = {"\x12\x01"sv, "\x01\x12"sv};  // little, big endian
  constexpr std::string_view kUpright[] = {"\x12\x01\3\0\1\0\0\0\1\0"sv,
                                           "\x01\x12\0\3\0\0\0\1\0\1"sv};
  for (int order = 0; order < 2; ++order)
    for (size_t at = exif.find(kTags[order]); at != exif.npos; at = exif.find(kTags[order], at + 1))
      if (!exif.substr(at).starts_with(kUpright[order])) return true;
  return false;
}

/// By the segments of a JPEG file before its pixels.
bool may_be_turned(std::string_view bytes) {
  constexpr size_t kMarker = 2, kLength = 2;
  size_t at = kMarker;
  while (at + kMarker + kLength <= bytes.size() && bytes[at] == '\xff') {
    const char marker = bytes[at + 1];
    if (marker == '\xda') return false;  // SOS: pixels begin
    const size_t length = static_cast<size_t>(static_cast<uint8_t>(bytes[at + 2])) << 8 |
                          static_cast<uint8_t>(bytes[at + 3]);
    const std::string_view segment = bytes.substr(at + kMarker, length);
    if (marker == '\xe1' && is_turned(segment)) return true;  // APP1
    at += kMarker + length;
  }
  return true;  // not a usual file
}

}  // namespace

std::optional<JpegPixels> ordinary_jpeg(std::string_view bytes, int64_t most_pixels) {
  if (may_be_turned(bytes)) return {};
  const Decompressor decompressor(::tjInitDecompress());
  const auto* const data = reinterpret_cast<const unsigned char*>(bytes.data());
  int width = 0, height = 0, sampling = 0, space = 0;
  if (!decompressor || ::tjDecompressHeader3(decompressor.get(), data, bytes.size(), &width,
                                             &height, &sampling, &space) != 0)
    return {};
  const bool is_grey = space == TJCS_GRAY, is_colour = space == TJCS_YCbCr || space == TJCS_RGB;
  if ((!is_grey && !is_colour) || int64_t{width} * height > most_pixels) return {};
  JpegPixels out{.size = {width, height}, .channels = is_grey ? 1 : 3};
  out.pixels.resize(static_cast<size_t>(width * height * out.channels));
  const bool decoded =
      ::tjDecompress2(decompressor.get(), data, bytes.size(), out.pixels.data(), width, 0, height,
                      is_grey ? TJPF_GRAY : TJPF_RGB, TJFLAG_LIMITSCANS) == 0;
  if (!decoded) return {};  // after a warning, too
  return out;
}

}  // namespace gan
