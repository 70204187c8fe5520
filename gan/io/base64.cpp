#include "gan/io/base64.h"

#include <cstdint>

#include "gan/core/error.h"

namespace gan {
namespace {

constexpr std::string_view kDigits =
    "ABCDEFGHIJKLMNOPQRSTUVWXYZabcdefghijklmnopqrstuvwxyz0123456789+/";

}  // namespace

std::string encode_base64(std::string_view bytes) {
  std::string out;
  out.reserve((bytes.size() + 2) / 3 * 4);
  for (size_t i = 0; i < bytes.size(); i += 3) {
    uint32_t three = 0;
    for (size_t j = i; j < i + 3; ++j)
      three = three << 8 | (j < bytes.size() ? static_cast<uint8_t>(bytes[j]) : 0);
    for (size_t digit = 0; digit < 4; ++digit)
      out += i + digit <= bytes.size() ? kDigits[three >> (18 - 6 * digit) & 63] : '=';
  }
  return out;
}

std::string decode_base64(std::string_view text, std::string_view who) {
  std::string out;
  out.reserve(text.size() / 4 * 3);
  const size_t digits = text.find_last_not_of('=') + 1;  // 0 for none
  uint32_t bits = 0;
  for (size_t i = 0; i < digits; ++i) {
    const size_t digit = kDigits.find(text[i]);
    if (digit == kDigits.npos)
      throw DataError("{}: byte {} is no digit of base64; the file is damaged", who, i);
    bits = bits << 6 | static_cast<uint32_t>(digit);
    if (i % 4 != 0) out += static_cast<char>(bits >> (6 - 2 * (i % 4)));
  }
  if (encode_base64(out) != text)
    throw DataError("{}: base64 that is cut or padded wrongly; the file is damaged", who);
  return out;
}

}  // namespace gan
