#include "gan/data/picture_settings.h"

#include <fmt/core.h>

#include <charconv>
#include <string_view>

#include "gan/core/error.h"
#include "gan/io/bytes.h"

namespace gan {
namespace {

constexpr int64_t kLargestSide = 8192;

/// The whole number, and nothing else, that `text` holds; or 0.
int64_t whole_number(std::string_view text) {
  int64_t value = 0;
  const auto [end, error] = std::from_chars(text.data(), text.data() + text.size(), value);
  return error == std::errc() && end == text.data() + text.size() ? value : 0;
}

/// Of two hexadecimal digits; -1 for anything else.
int byte_of(std::string_view digits) {
  int value = 0;
  const auto [end, error] =
      std::from_chars(digits.data(), digits.data() + digits.size(), value, 16);
  return error == std::errc() && end == digits.data() + digits.size() ? value : -1;
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
  if (x != all.npos) size = {whole_number(all.substr(0, x)), whole_number(all.substr(x + 1))};
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
