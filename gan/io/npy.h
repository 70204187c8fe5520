#pragma once
/// NumPy's .npy, versions 1 to 3.

#include <span>
#include <string>
#include <string_view>

#include "gan/io/array.h"
#include "gan/io/reader.h"

namespace gan {

/// Reads bool, integers of 8 to 64 bits, float16, float32 and float64, little- or big-endian, in C
/// or Fortran order; the result is in C order. Other types, a header that disagrees with the
/// length: DataError naming the source of `in`.
NumberArray read_npy(ByteReader& in);

/// The same of bytes in memory, gzipped or not, rounded to float32.
Array parse_npy(std::string_view bytes, std::string_view who);

/// float32, version 1.0; the header is padded so that the data start at a multiple of 64.
std::string format_npy(const Shape& shape, std::span<const float> values);

/// What comes before the values.
std::string npy_header(const Shape& shape);

}  // namespace gan
