#include "gan/kernels/sparse.h"

#include <algorithm>
#include <bit>
#include <cstring>
#include <vector>

#include "gan/core/clones.h"

namespace gan::kernels {
namespace {

constexpr int64_t kLanes = kCacheLine / sizeof(float);

/// Where a row of the left factor is not zero, and what it is there.
struct Entry {
  int32_t at;
  float value;
};

using Sixteen = float __attribute__((vector_size(64)));
using Eight = float __attribute__((vector_size(32)));
using Four = float __attribute__((vector_size(16)));

/// y [16 K] = sum over entries of value x w[at]
template <class Vector, int K>
GAN_INLINE void sum_lines(const Entry* entries, int64_t count, const float* w, int64_t stride,
                          float* y) {
  constexpr int kWidth = sizeof(Vector) / sizeof(float),
                kVectors = K * static_cast<int>(kLanes) / kWidth;
  Vector sum[kVectors] = {};
  for (int64_t i = 0; i < count; ++i) {
    const float* row = w + entries[i].at * stride;
#pragma GCC unroll 16
    for (int k = 0; k < kVectors; ++k) {
      Vector x;
      std::memcpy(&x, row + k * kWidth, sizeof(x));
      sum[k] += entries[i].value * x;
    }
  }
#pragma GCC unroll 16
  for (int k = 0; k < kVectors; ++k) std::memcpy(y + k * kWidth, &sum[k], sizeof(Vector));
}

template <class Vector, int K>
GAN_INLINE void sum_rest(int64_t lines, const Entry* entries, int64_t count, const float* w,
                         int64_t stride, float* y) {
  if (lines == K) return sum_lines<Vector, K>(entries, count, w, stride, y);
  if constexpr (K > 1) sum_rest<Vector, K - 1>(lines, entries, count, w, stride, y);
}

/// kMost lines at a time: their sums stay in registers. The last lines reach back over what has
/// been summed already, to the same sums.
template <class Vector, int kMost>
GAN_INLINE void sum_rows(const Entry* entries, int64_t count, const float* w, int64_t stride,
                         int64_t n, float* y) {
  int64_t j = 0;
  for (; j + kMost * kLanes <= n; j += kMost * kLanes)
    sum_lines<Vector, kMost>(entries, count, w + j, stride, y + j);
  if (j == n) return;
  const int64_t lines = (n - j + kLanes - 1) / kLanes, from = n - lines * kLanes;
  if (from >= 0) return sum_rest<Vector, kMost>(lines, entries, count, w + from, stride, y + from);
  for (; j < n; ++j) {
    float sum = 0;
    for (int64_t i = 0; i < count; ++i) sum += entries[i].value * w[entries[i].at * stride + j];
    y[j] = sum;
  }
}

#ifdef GAN_HAS_VERSIONS
GAN_VERSION_FOR("avx512f")
void sum_rows_at(const Entry* entries, int64_t count, const float* w, int64_t stride, int64_t n,
                 float* y) {
  sum_rows<Sixteen, 7>(entries, count, w, stride, n, y);
}
GAN_VERSION_FOR("avx2,fma")
void sum_rows_at(const Entry* entries, int64_t count, const float* w, int64_t stride, int64_t n,
                 float* y) {
  sum_rows<Eight, 7>(entries, count, w, stride, n, y);
}
GAN_VERSION_FOR("default")
#endif
void sum_rows_at(const Entry* entries, int64_t count, const float* w, int64_t stride, int64_t n,
                 float* y) {
  sum_rows<Four, 3>(entries, count, w, stride, n, y);
}

GAN_CLONES int64_t count_nonzeros(int64_t n, const float* x) {
  int64_t out = 0;
  for (int64_t i = 0; i < n; ++i) out += x[i] != 0;
  return out;
}

/// Bit i is on where x[i] is not zero.
GAN_CLONES uint64_t nonzeros_of_64(const float* x) {
  uint64_t out = 0;
  for (int half = 0; half < 2; ++half) {
    uint32_t bits = 0;
    for (int i = 0; i < 32; ++i) bits |= static_cast<uint32_t>(x[32 * half + i] != 0) << i;
    out |= static_cast<uint64_t>(bits) << (32 * half);
  }
  return out;
}

/// The same of fewer.
uint64_t which_nonzeros(const float* x, int64_t n) {
  if (n == kSparseColumns) return nonzeros_of_64(x);
  uint64_t out = 0;
  for (int64_t i = 0; i < n; ++i) out |= static_cast<uint64_t>(x[i] != 0) << i;
  return out;
}

/// use(i) for each bit i that is on.
template <class Use>
void each_bit(uint64_t bits, Use use) {
  for (; bits != 0; bits &= bits - 1) use(std::countr_zero(bits));
}

}  // namespace

AlignedRows::AlignedRows(int64_t rows, int64_t columns)
    : rows_(rows),
      columns_(columns),
      stride_((columns + kLanes - 1) / kLanes * kLanes),
      data_(static_cast<size_t>(rows * stride_)) {}

void AlignedRows::copy(const float* w, int64_t begin, int64_t end) {
  for (int64_t i = begin; i < end; ++i) std::copy_n(w + i * columns_, columns_, row(i));
}

namespace {

using UnalignedFour = float __attribute__((vector_size(16), aligned(alignof(float))));

/// to [4, 4] = from', rows so far apart
GAN_INLINE void transpose_four(const float* from, int64_t stride_from, float* to,
                               int64_t stride_to) {
  const auto row = [&](int i) -> Four {
    return *reinterpret_cast<const UnalignedFour*>(from + i * stride_from);
  };
  const Four a = row(0), b = row(1), c = row(2), d = row(3);
  const Four ab_low = __builtin_shufflevector(a, b, 0, 4, 1, 5),
             ab_high = __builtin_shufflevector(a, b, 2, 6, 3, 7);
  const Four cd_low = __builtin_shufflevector(c, d, 0, 4, 1, 5),
             cd_high = __builtin_shufflevector(c, d, 2, 6, 3, 7);
  const auto put = [&](int i, Four x) {
    *reinterpret_cast<UnalignedFour*>(to + i * stride_to) = x;
  };
  put(0, __builtin_shufflevector(ab_low, cd_low, 0, 1, 4, 5));
  put(1, __builtin_shufflevector(ab_low, cd_low, 2, 3, 6, 7));
  put(2, __builtin_shufflevector(ab_high, cd_high, 0, 1, 4, 5));
  put(3, __builtin_shufflevector(ab_high, cd_high, 2, 3, 6, 7));
}

}  // namespace

void AlignedRows::copy_transposed(const float* w, int64_t begin, int64_t end) {
  for (int64_t first = begin; first < end; first += kLanes) {  // a cache line of w at a time
    const int64_t last = std::min(end, first + kLanes), fours = first + (last - first) / 4 * 4,
                  columns = columns_ / 4 * 4;
    for (int64_t j = 0; j < columns; j += 4)
      for (int64_t i = first; i < fours; i += 4)
        transpose_four(w + j * rows_ + i, rows_, row(i) + j, stride_);
    for (int64_t i = first; i < last; ++i)
      for (int64_t j = i < fours ? columns : 0; j < columns_; ++j) row(i)[j] = w[j * rows_ + i];
  }
}

void multiply_sparse(const SparseShape& s, const float* x, const float* w, float* y) {
  static thread_local std::vector<Entry> entries;
  static thread_local std::vector<int64_t> counts;
  const auto room = static_cast<size_t>(s.k * (s.transpose_x ? std::min(kSparseColumns, s.m) : 1));
  if (entries.size() < room) entries.resize(room);
  Entry* const at = entries.data();
  if (!s.transpose_x) {
    for (int64_t r = 0; r < s.m; ++r) {
      const float* row = x + r * s.stride_x;
      int64_t count = 0;
      for (int64_t i = 0; i < s.k; i += kSparseColumns)
        each_bit(which_nonzeros(row + i, std::min(kSparseColumns, s.k - i)), [&](int bit) {
          at[count++] = {static_cast<int32_t>(i + bit), row[i + bit]};
        });
      sum_rows_at(at, count, w, s.stride_w, s.n, y + r * s.n);
    }
    return;
  }
  for (int64_t first = 0; first < s.m; first += kSparseColumns) {
    const int64_t columns = std::min(kSparseColumns, s.m - first);
    counts.assign(static_cast<size_t>(columns), 0);
    for (int64_t r = 0; r < s.k; ++r) {
      const float* row = x + r * s.stride_x + first;
      each_bit(which_nonzeros(row, columns), [&](int c) {
        at[c * s.k + counts[static_cast<size_t>(c)]++] = {static_cast<int32_t>(r), row[c]};
      });
    }
    for (int64_t c = 0; c < columns; ++c)
      sum_rows_at(at + c * s.k, counts[static_cast<size_t>(c)], w, s.stride_w, s.n,
                  y + (first + c) * s.n);
  }
}

int64_t nonzeros(int64_t n, const float* x) {
  return count_nonzeros(n, x);
}

}  // namespace gan::kernels
