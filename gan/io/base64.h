#pragma once
/// Base64 (RFC 4648, with padding): bytes inside text.

#include <string>
#include <string_view>

namespace gan {

std::string encode_base64(std::string_view bytes);

/// @throws DataError naming `who` for anything that encode_base64 does not write
std::string decode_base64(std::string_view text, std::string_view who);

}  // namespace gan
