#pragma once
/// Squared Euclidean distances to the rows of one set, a block of queries at a time.

#include <ATen/core/Tensor.h>

namespace gan {

using at::Tensor;

/// With more than 8 dimensions |x|^2 + |r|^2 - 2 x r' by matrix products, about the set's mean;
/// with fewer, where that would cancel too much, from the differences.
class Distances {
 public:
  explicit Distances(const Tensor& reference);  ///< [N, D] float32

  /// [B, D] -> [B, N], >= 0. B * N numbers: the caller keeps B at `block()` or below.
  Tensor squared(const Tensor& x) const;
  int64_t block() const;  ///< queries whose distances take a few tens of MB

 private:
  Tensor reference_;  // [N, D] as given, or centred
  Tensor centre_;     // [1, D]
  Tensor norms_;      // [1, N]
};

}  // namespace gan
