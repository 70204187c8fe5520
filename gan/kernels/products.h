#pragma once
/// Matrix products on plain row-major buffers, prepared once and run many times (oneDNN, where it is at hand).

#include <cstdint>
#include <memory>

namespace gan::kernels {

enum class Precision { fp32, bf16 };

constexpr int64_t bytes_of(Precision p) { return p == Precision::fp32 ? 4 : 2; }

/// True where this processor multiplies bfloat16 faster than float32 (AVX512-BF16, and so AMX).
bool has_fast_bf16();

/// C [m, n] = op(A) [m, k] op(B) [k, n]; C is float32, A and B are of `operands`. A transposed operand lies in
/// memory as [k, m] or [n, k].
struct ProductShape {
  int64_t m, n, k;
  bool transpose_a, transpose_b;
  Precision operands;
  auto operator<=>(const ProductShape&) const = default;
};

/// Made once for each shape. No allocation when run.
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

/// The same by ATen in float32, for tests.
void product_reference(const ProductShape& shape, const void* a, const void* b, float* c);

}  // namespace gan::kernels
