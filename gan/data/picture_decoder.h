#pragma once
/// Files of pictures to pixels, by libvips; ordinary JPEG files that keep their size by
/// libjpeg-turbo alone.

#include <string>
#include <string_view>

#include "gan/data/picture_pixels.h"

namespace gan {

/// "PNG", "JPEG", "WebP", "GIF" or "BMP", by how the file begins; "" for anything else.
std::string_view picture_kind(std::string_view bytes);
inline constexpr size_t kKindBytes = 12;  ///< that picture_kind looks at

/// A file that is to be left out.
struct UnreadablePicture {
  std::string why;  ///< "is empty", "is a damaged PNG file, or a part of one"
};

/// libvips loads a hundred libraries, so it is opened when the first decoder is made.
/// Any thread may decode; one that did must call end_thread before it ends.
class PictureDecoder {
 public:
  static constexpr int64_t kMostPixels = 200'000'000;

  /// @throws UsageError for settings that are none, DataError where there is no libvips
  explicit PictureDecoder(const PictureSettings& settings, int64_t most_pixels = kMostPixels);

  /// `bytes` is only read; libvips takes no constant memory.
  /// @throws UnreadablePicture, and DataError naming `who` for one with too many pixels
  DecodedPicture decode(std::string& bytes, std::string_view who) const;

  static void end_thread();

 private:
  std::optional<PictureSize> size_;
  bool crop_, with_alpha_;
  Rgb background_;
  int64_t most_pixels_;
};

}  // namespace gan
