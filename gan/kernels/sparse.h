#pragma once
/// Products whose left factor is mostly zeros, such as states of binary units: sums of those rows
/// of the right one where it is not, several times fewer operations than a matrix product has. By
/// the calling thread alone.

#include <cstdint>

#include "gan/kernels/aligned.h"

namespace gan::kernels {

/// A matrix [rows, columns] whose rows begin at cache lines, for the right factor. Zeros at first.
class AlignedRows {
 public:
  AlignedRows(int64_t rows, int64_t columns);

  /// Rows [begin, end) as those of w [rows, columns], or of w' where w is [columns, rows].
  void copy(const float* w, int64_t begin, int64_t end);
  void copy_transposed(const float* w, int64_t begin, int64_t end);

  int64_t rows() const { return rows_; }
  int64_t columns() const { return columns_; }
  int64_t stride() const { return stride_; }
  const float* data() const { return data_.data(); }
  float* row(int64_t i) { return data_.data() + i * stride_; }

 private:
  int64_t rows_, columns_, stride_;
  Aligned<float> data_;
};

constexpr int64_t kSparseColumns = 64;  ///< of x at a time: bits of a word

/// y [m, n] = x w, or x' w, where x is [m, k] or [k, m] and w [k, n]; rows of x and w are so far
/// apart. Sums are in the order of k, whatever m is.
struct SparseShape {
  int64_t m, n, k;
  bool transpose_x;
  int64_t stride_x, stride_w;
};
void multiply_sparse(const SparseShape& shape, const float* x, const float* w, float* y);

/// How many of x [n] are not zero.
int64_t nonzeros(int64_t n, const float* x);

}  // namespace gan::kernels
