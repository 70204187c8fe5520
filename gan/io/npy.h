#pragma once
/// NumPy's .npy, versions 1 to 3, C order, little endian.

#include <span>
#include <string>
#include <string_view>

#include "gan/io/array.h"

namespace gan {

/// Reads |u1, <f4, <f8 and the signed and unsigned integers up to 64 bits, as float.
/// Other types, Fortran order, a header that disagrees with the length: DataError naming `who`.
Array parse_npy(std::string_view bytes, std::string_view who);

/// float32, version 1.0; the header is padded so that the data start at a multiple of 64.
std::string format_npy(const Shape& shape, std::span<const float> values);

/// What comes before the values.
std::string npy_header(const Shape& shape);

}  // namespace gan
