#pragma once
/// What an array, an example or the input of a layer looks like.

#include <cstdint>
#include <functional>
#include <numeric>
#include <vector>

namespace gan {

/// Lengths of the dimensions, the outermost first: [C, H, W] of an image, [n] of a row of numbers.
using Shape = std::vector<int64_t>;

/// How many numbers an array of this shape has.
inline int64_t product(const Shape& shape) {
  return std::accumulate(shape.begin(), shape.end(), int64_t{1}, std::multiplies<>());
}

/// Of n examples of this shape: [n, shape...].
inline Shape batch_shape(int64_t n, const Shape& example) {
  Shape out{n};
  out.insert(out.end(), example.begin(), example.end());
  return out;
}

}  // namespace gan
