#pragma once
/// The binary version of CIFAR-10 (Krizhevsky 2009, https://www.cs.toronto.edu/~kriz/cifar.html):
/// records of one label and an image of 3 x 32 x 32 bytes, its red, green and blue plane one after
/// the other.

#include <cstdint>
#include <string>
#include <string_view>
#include <vector>

#include "gan/io/array.h"

namespace gan {

inline const Shape kCifarImage{3, 32, 32};

struct CifarBatch {
  std::vector<uint8_t> labels;  ///< [N], 0 to 9
  std::vector<uint8_t> pixels;  ///< [N, 3, 32, 32]
};

/// `who` names the source in errors. At least one record, all of them whole. @throws DataError
CifarBatch parse_cifar(std::string_view bytes, std::string_view who);
std::string format_cifar(const CifarBatch& batch);

}  // namespace gan
