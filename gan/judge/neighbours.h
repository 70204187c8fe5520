#pragma once
/// The training example nearest to a sample: figure 2's last column (Goodfellow et al. 2014).

#include <ATen/core/Tensor.h>

#include <functional>

namespace gan {

using at::Tensor;

struct Neighbours {
  Tensor index;     ///< [n] int64, row of the reference set; the first of equals
  Tensor distance;  ///< [n] float32, Euclidean
};

/// queries [n, D], reference [N, D]. @throws UsageError for widths that differ, DataError for an
/// empty reference.
Neighbours nearest(const Tensor& queries, const Tensor& reference);

/// The same where the reference does not fit in memory as numbers: `rows(first, count)` gives
/// [count, D] of its `size` rows, `block` (> 0) at a time. @throws as nearest
Neighbours nearest(const Tensor& queries, int64_t size, int64_t block,
                   const std::function<Tensor(int64_t first, int64_t count)>& rows);

/// Rows of the reference [N, D] by their numbers, index [n] int64: the distance of each to the row
/// nearest to it but itself, [n] float32. @throws DataError for a reference of one row
Tensor distance_to_another(const Tensor& index, const Tensor& reference);

}  // namespace gan
