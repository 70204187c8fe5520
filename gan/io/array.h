#pragma once

#include <cstdint>
#include <functional>
#include <numeric>
#include <vector>

namespace gan {

using Shape = std::vector<int64_t>;

inline int64_t product(const Shape& shape) {
  return std::accumulate(shape.begin(), shape.end(), int64_t{1}, std::multiplies<>());
}

/// Numbers in C order with their shape: what the text and NumPy formats hold.
struct Array {
  Shape shape;
  std::vector<float> values;
};

}  // namespace gan
