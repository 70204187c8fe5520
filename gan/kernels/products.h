#pragma once
/// Matrix products on plain row-major buffers, prepared once and run many times (oneDNN, where it
/// is at hand).

#include <cstdint>
#include <memory>

namespace gan::kernels {

enum class Format { fp32, bf16 };

constexpr int64_t bytes_of(Format p) {
  return p == Format::fp32 ? 4 : 2;
}

/// True where this processor multiplies bfloat16 faster than float32: with AMX, and on AMD with
/// AVX512-BF16. Intel's AVX512-BF16 alone is slower than its float32 (0.6 times as fast, measured).
bool has_fast_bf16();

/// True where it multiplies bfloat16 at all.
bool has_bf16();

/// C [m, n] = op(A) [m, k] op(B) [k, n]; C is float32, A and B are of `operands`. A transposed
/// operand lies in memory as [k, m] or [n, k].
struct ProductShape {
  int64_t m, n, k;
  bool transpose_a, transpose_b;
  Format operands;
  /// Between rows in memory, of parts of larger matrices; 0: none lie between.
  int64_t stride_a = 0, stride_b = 0, stride_c = 0;
  bool accumulate = false;  ///< C + op(A) op(B)
  auto operator<=>(const ProductShape&) const = default;
};

/// Made once for each shape, run by all threads. No allocation when run.
class Product {
 public:
  explicit Product(const ProductShape& shape);
  ~Product();
  Product(Product&&) noexcept;
  void operator()(const void* a, const void* b, float* c) const;

 private:
  struct Prepared;
  std::unique_ptr<Prepared> prepared_;
};

/// The product by the calling thread alone: for the members of a team. It prepares each shape once
/// in each thread.
void multiply(const ProductShape& shape, const void* a, const void* b, float* c);

/// The same by ATen in float32, for tests.
void product_reference(const ProductShape& shape, const void* a, const void* b, float* c);

}  // namespace gan::kernels
