#pragma once
/// What the binary formats share: little-endian numbers, sizes that lie, text fit for an error.

#include <bit>
#include <cstdint>
#include <cstring>
#include <optional>
#include <string>
#include <string_view>

#include "gan/io/array.h"

namespace gan {

static_assert(std::endian::native == std::endian::little,
              "numbers are copied as they lie in memory");

/// The number that `bytes` begins with; at least sizeof(T) of them.
template <class T>
T load_little(std::string_view bytes) {
  T value;
  std::memcpy(&value, bytes.data(), sizeof value);
  return value;
}

template <class T>
void append_little(std::string& out, T value) {
  out.append(reinterpret_cast<const char*>(&value), sizeof value);
}

/// Bytes of an array; nothing when a dimension is negative or the size does not fit into 63 bits.
std::optional<int64_t> byte_count(const Shape& shape, int64_t item_size);

/// The names in a table of types, in its order: "U8 F32 F64".
template <class Types>
std::string type_names(const Types& types) {
  std::string out;
  for (const auto& type : types) out.append(out.empty() ? "" : " ").append(type.name);
  return out;
}

/// @throws DataError when a file that must hold something has no bytes.
void refuse_empty(std::string_view bytes, std::string_view who);

std::string lower_case(std::string_view text);  ///< of ASCII letters; the others stay

std::string shape_text(const Shape& shape);  ///< "[60000, 28, 28]", long ones cut

/// Foreign text on one line: in quotes, control characters escaped, cut after `limit` bytes.
std::string in_quotes(std::string_view text, size_t limit = 60);

}  // namespace gan
