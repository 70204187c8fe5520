#include "gan/data/picture_settings.h"

#include <fmt/core.h>

#include <string_view>

#include "gan/core/error.h"
#include "gan/core/number.h"
#include "gan/io/bytes.h"

namespace gan {
namespace {

constexpr int64_t kLargestSide = 8192;

/// Of a side in pixels; 0 for anything else.
int64_t side_of(std::string_view text) {
  return parse_number<int64_t>(text).value_or(0);
}

/// Of two hexadecimal digits; -1 for anything else.
int byte_of(std::string_view digits) {
  return parse_number<int>(digits, 16).value_or(-1);
}

}  // namespace

std::string size_text(PictureSize size) {
  return fmt::format("{} x {}", size.width, size.height);
}

std::optional<PictureSize> parse_size(const std::string& text) {
  if (text == "none") return {};
  const std::string_view all = text;
  const size_t x = all.find_first_of("xX");
  PictureSize size;
  if (x != all.npos) size = {side_of(all.substr(0, x)), side_of(all.substr(x + 1))};
  const bool fits = size.width >= 1 && size.height >= 1 && size.width <= kLargestSide &&
                    size.height <= kLargestSide;
  if (!fits)
    throw UsageError(
        "resize = {}: none or WIDTHxHEIGHT was expected, such as 64x64, each from 1 to {}",
        in_quotes(text), kLargestSide);
  return size;
}

Rgb parse_background(const std::string& text) {
  if (text == "white") return {255, 255, 255};
  if (text == "black") return {0, 0, 0};
  if (text == "grey") return {128, 128, 128};
  const std::string_view all = text;
  if (all.size() == 7 && all.starts_with('#')) {
    const int red = byte_of(all.substr(1, 2)), green = byte_of(all.substr(3, 2)),
              blue = byte_of(all.substr(5, 2));
    if (red >= 0 && green >= 0 && blue >= 0)
      return {static_cast<uint8_t>(red), static_cast<uint8_t>(green), static_cast<uint8_t>(blue)};
  }
  throw UsageError("background = {}: white, black, grey or #rrggbb was expected", in_quotes(text));
}

}  // namespace gan
