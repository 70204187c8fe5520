#pragma once

#include <cstdint>
#include <string>
#include <vector>

#include "gan/io/array.h"

namespace gan {

/// What is known of the data before any of them is seen.
struct DataSpec {
  Shape shape;  ///< of one example: [H, W] or [C, H, W] of an image, [n] of a row of numbers
  std::vector<std::string> classes = {};  ///< names of the labels; empty where there are none
  int64_t size = 0;                       ///< training examples; 0 where that is not known

  int64_t dim() const { return product(shape); }  ///< numbers an example
};

}  // namespace gan
