#pragma once
/// Mean and covariance of vectors, as Fréchet distances need them.

#include <ATen/core/Tensor.h>

namespace gan {

using at::Tensor;

/// What a Gaussian with the moments of some vectors is made of.
struct Moments {
  Tensor mean;        ///< [F] float64
  Tensor covariance;  ///< [F, F] float64, divided by n - 1; zeros of one vector
  int64_t count = 0;  ///< n
};

/// Gathers moments block by block: memory does not grow with the number of vectors.
class MomentSums {
 public:
  explicit MomentSums(int64_t size);  ///< F
  void add(const Tensor& block);      ///< [B, F]
  /// @throws DataError where nothing was added
  Moments moments() const;

 private:
  Tensor origin_;    // [F] float64: the mean of the first block, about which is summed
  Tensor sum_;       // [F] float64
  Tensor products_;  // [F, F] float64, on and above the diagonal
  int64_t count_ = 0;
};

/// Of [n, F]. @throws DataError of no vectors
Moments moments_of(const Tensor& x);

}  // namespace gan
