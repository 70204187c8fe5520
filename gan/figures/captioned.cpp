#include <algorithm>
#include <vector>

#include "gan/core/error.h"
#include "gan/figures/axes.h"
#include "gan/figures/plot.h"

namespace gan {
namespace {

constexpr int64_t kMargin = 14, kHead = 24,
                  kBetween = 16;  // pixels: around all, of a caption, between pictures

/// The upper left corner of a picture; its caption is above.
struct Corner {
  int64_t left, top;
};

void copy(const Image& from, Image& onto, Corner corner) {
  for (int64_t row = 0; row < from.height; ++row)
    for (int64_t column = 0; column < from.width; ++column)
      for (int64_t channel = 0; channel < 3; ++channel)
        onto.pixels[((corner.top + row) * onto.width + corner.left + column) * 3 + channel] =
            from.pixels[(row * from.width + column) * from.channels + channel % from.channels];
}

}  // namespace

Image draw_captioned(std::span<const Captioned> pictures, int64_t width) {
  if (pictures.empty()) throw UsageError("captioned pictures: there are none");
  std::vector<Corner> corners;
  int64_t left = kMargin, top = kMargin, bottom = top, right = 0;  // bottom: of the row
  for (const auto& [name, note, image] : pictures) {
    if (image.height < 1 || image.width < 1 || (image.channels != 1 && image.channels != 3) ||
        static_cast<int64_t>(image.pixels.size()) != image.height * image.width * image.channels)
      throw DataError("captioned pictures: '{}' is no picture: {}x{} pixels of {} channels", name,
                      image.width, image.height, image.channels);
    if (left > kMargin && left + image.width + kMargin > width) {
      left = kMargin;
      top = bottom + kBetween;
    }
    corners.push_back({left, top + kHead});
    right = std::max(right, left + image.width);
    bottom = std::max(bottom, top + kHead + image.height);
    left += image.width + kBetween;
  }

  Canvas canvas(right + kMargin, bottom + kMargin);
  for (size_t i = 0; i < pictures.size(); ++i) {
    const auto& [name, note, image] = pictures[i];
    const double space = static_cast<double>(image.width), x = static_cast<double>(corners[i].left),
                 y = static_cast<double>(corners[i].top) - 8;
    const std::string title = canvas.shortened(name, kTitleFont, space);
    canvas.text(title, {x, y}, Align::left, kTitleFont);
    const double used = canvas.text_width(title, kTitleFont) + 10;
    if (used < space)
      canvas.text(canvas.shortened(note, kLabelFont, space - used), {x + used, y}, Align::left,
                  kLabelFont, {colours::kSoftInk});
  }
  Image out = canvas.image();
  for (size_t i = 0; i < pictures.size(); ++i) copy(pictures[i].image, out, corners[i]);
  return out;
}

}  // namespace gan
