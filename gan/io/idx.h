#pragma once
/// IDX, the format of the MNIST files (LeCun, http://yann.lecun.com/exdb/mnist): unsigned bytes only.

#include <cstdint>
#include <string>
#include <string_view>
#include <vector>

#include "gan/io/array.h"

namespace gan {

struct IdxArray {
  Shape shape;                ///< e.g. [60000, 28, 28] for images, [60000] for labels
  std::vector<uint8_t> data;  ///< product(shape) bytes
};

/// `who` names the source in errors. The length must agree with the header exactly. @throws DataError
IdxArray parse_idx(std::string_view bytes, std::string_view who);
std::string format_idx(const IdxArray& array);

}  // namespace gan
