#pragma once
/// IDX, the format of the MNIST files (LeCun, http://yann.lecun.com/exdb/mnist): big-endian
/// numbers.

#include <cstdint>
#include <string>
#include <string_view>
#include <vector>

#include "gan/io/array.h"
#include "gan/io/reader.h"

namespace gan {

struct IdxArray {
  Shape shape;                ///< e.g. [60000, 28, 28] for images, [60000] for labels
  std::vector<uint8_t> data;  ///< product(shape) bytes
};

/// Of unsigned and signed bytes, int16, int32, float32 or float64. The length must agree with the
/// header exactly. @throws DataError naming the source of `in`
NumberArray read_idx(ByteReader& in);

/// The same of bytes in memory, gzipped or not. `who` names the source in errors. @throws DataError
NumberArray parse_idx(std::string_view bytes, std::string_view who);

/// Unsigned bytes, not gzipped.
std::string format_idx(const IdxArray& array);

}  // namespace gan
