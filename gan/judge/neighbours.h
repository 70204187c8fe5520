#pragma once
/// The training example nearest to a sample: figure 2's last column (Goodfellow et al. 2014).

#include <ATen/core/Tensor.h>

namespace gan {

using at::Tensor;

struct Neighbours {
  Tensor index;     ///< [n] int64, row of the reference set; the first of equals
  Tensor distance;  ///< [n] float32, Euclidean
};

/// queries [n, D], reference [N, D]. @throws UsageError for widths that differ, DataError for an empty reference.
Neighbours nearest(const Tensor& queries, const Tensor& reference);

}  // namespace gan
