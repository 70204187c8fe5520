#include "gan/core/printable.h"

#include <fmt/core.h>

#include <algorithm>
#include <array>
#include <cstdint>

namespace gan {
namespace {

/// C0, DEL and, in two bytes, C1.
bool is_control(std::string_view character) {
  const auto first = static_cast<uint8_t>(character[0]);
  if (first < 0x20 || first == 0x7f) return true;
  return first == 0xc2 && static_cast<uint8_t>(character[1]) < 0xa0;
}

std::string escaped(std::string_view bytes) {
  std::string out;
  for (const char c : bytes) out += fmt::format("\\x{:02x}", static_cast<uint8_t>(c));
  return out;
}

bool needs_no_quotes(char c) {
  const bool letter = (c >= 'a' && c <= 'z') || (c >= 'A' && c <= 'Z') || (c >= '0' && c <= '9');
  return letter || std::string_view("/._-+:@%,=").find(c) != std::string_view::npos;
}

/// Between single quotes, where only those themselves need care.
std::string in_single_quotes(std::string_view text) {
  std::string out = "'";
  for (const char c : text) {
    if (c == '\'')
      out += "'\\''";
    else
      out += c;
  }
  return out + "'";
}

/// $'...', where printable's escapes are read back.
std::string in_dollar_quotes(std::string_view text) {
  std::string plain;
  for (const char c : text) {
    if (c == '\'' || c == '\\') plain += '\\';
    plain += c;
  }
  return "$'" + printable(plain) + "'";
}

}  // namespace

size_t utf8_length(std::string_view text, size_t at) {
  const auto byte = [&](size_t i) {
    return i < text.size() ? static_cast<uint8_t>(text[i]) : uint8_t{0};
  };
  const uint8_t lead = byte(at);
  if (at >= text.size()) return 0;
  if (lead < 0x80) return 1;
  size_t length = 0;
  if (lead >> 5 == 6) length = 2;
  if (lead >> 4 == 14) length = 3;
  if (lead >> 3 == 30) length = 4;
  if (length == 0) return 0;
  uint32_t code = lead & (0x7f >> length);
  for (size_t k = 1; k < length; ++k) {
    if (byte(at + k) >> 6 != 2) return 0;
    code = code << 6 | (byte(at + k) & 0x3f);
  }
  constexpr std::array<uint32_t, 5> kLeast = {0, 0, 0x80, 0x800, 0x10000};
  const bool surrogate = code >= 0xd800 && code <= 0xdfff;
  return code >= kLeast[length] && code <= 0x10ffff && !surrogate ? length : 0;
}

std::string printable(std::string_view text) {
  std::string out;
  for (size_t i = 0; i < text.size();) {
    const size_t length = utf8_length(text, i);
    const std::string_view character = text.substr(i, std::max<size_t>(length, 1));
    if (length == 0 || is_control(character))
      out += escaped(character);
    else
      out += character;
    i += character.size();
  }
  return out;
}

std::string shell_word(std::string_view path) {
  if (path.empty()) return "''";
  const std::string text = path.starts_with('-') ? "./" + std::string(path) : std::string(path);
  if (printable(text) != text) return in_dollar_quotes(text);
  return std::all_of(text.begin(), text.end(), needs_no_quotes) ? text : in_single_quotes(text);
}

}  // namespace gan
