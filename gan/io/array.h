#pragma once

#include <cstdint>
#include <variant>
#include <vector>

#include "gan/core/shape.h"

namespace gan {

/// Numbers in C order with their shape, as float32.
struct Array {
  Shape shape;
  std::vector<float> values;
};

/// Numbers of a file in the narrowest of these types that keeps each of them: bytes where the file
/// holds bytes, float32 where that is exact, else float64.
using Numbers = std::variant<std::vector<uint8_t>, std::vector<float>, std::vector<double>>;

/// Numbers in C order with their shape, as a file holds them.
struct NumberArray {
  Shape shape;
  Numbers values;
  int64_t first_rounded =
      -1;  ///< index of the first whole number that not even float64 holds, or -1

  int64_t size() const {
    return std::visit([](const auto& v) { return static_cast<int64_t>(v.size()); }, values);
  }
};

/// Every number rounded to float32.
inline std::vector<float> as_floats(const Numbers& numbers) {
  return std::visit([](const auto& v) { return std::vector<float>(v.begin(), v.end()); }, numbers);
}

}  // namespace gan
