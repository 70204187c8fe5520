#pragma once
/// safetensors: an 8-byte header length, a JSON header, the tensors' bytes. No code in it.

#include <cstdint>
#include <map>
#include <optional>
#include <string>
#include <string_view>
#include <vector>

#include "gan/io/array.h"

namespace gan {

struct SafeTensor {
  std::string dtype;  ///< "F32", "F64", "I64", "U8", "BF16" ...: as the format spells it
  Shape shape;
  std::string_view bytes;  ///< little endian, C order; points into the parsed or caller's buffer
};

struct SafeTensors {
  std::map<std::string, SafeTensor>
      tensors;  ///< by name, sorted: the same content gives the same bytes
  std::map<std::string, std::string> metadata;
};

/// Views into `bytes`, which must outlive the result. Offsets that overlap, leave holes or overrun,
/// shapes that disagree with lengths, a header over 100 MB, more than 20,000 names, one over 4,096
/// bytes or twice, nesting: DataError naming `who`. Takes time in proportion to the size of the
/// header.
SafeTensors parse_safetensors(std::string_view bytes, std::string_view who);
std::string format_safetensors(const SafeTensors& content);

/// CRC-32 in hex over names, types, shapes and bytes of all tensors and all metadata but
/// "checksum".
std::string checksum(const SafeTensors& content);

/// Against what the header says under "checksum". @throws DataError naming `who` where it is
/// another, or none is there
void verify_checksum(const SafeTensors& content, std::string_view who);

/// The name of the first tensor of F32 or F64 that holds a NaN or an infinity, but for those whose
/// names begin with `but_for`; nothing where all numbers are finite.
std::optional<std::string> first_not_finite(const SafeTensors& content,
                                            std::string_view but_for = "");

/// Bytes per element of a dtype name. @throws DataError for a name the format does not have.
int64_t safetensors_item_size(std::string_view dtype);

}  // namespace gan
