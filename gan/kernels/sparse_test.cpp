#include "gan/kernels/sparse.h"

#include <ATen/ATen.h>
#include <gtest/gtest.h>

#include <algorithm>

namespace gan::kernels {
namespace {

using at::Tensor;

/// About a third of it is not zero, and no two numbers are the same.
Tensor some_of(int64_t rows, int64_t n) {
  const Tensor x = (at::arange(rows * n, at::kFloat) * 0.7).sin().view({rows, n});
  return x * (x > 0.5);
}
Tensor numbers(int64_t rows, int64_t n) {
  return (at::arange(rows * n, at::kFloat) * 0.31 + 1).cos().view({rows, n});
}

TEST(Sparse, ProductsAreThoseOfATenAtEveryWidth) {
  for (const int64_t n : {1, 15, 16, 17, 40, 64, 96, 111, 112, 113, 130, 224, 500})
    for (const int64_t k : {1, 3, 70}) {
      const Tensor x = some_of(9, k), w = numbers(k, n), expected = at::mm(x, w);
      Tensor y = at::full({9, n}, 7.0f), again = at::full({9, n}, 7.0f);
      multiply_sparse({9, n, k, false, k, n}, x.data_ptr<float>(), w.data_ptr<float>(),
                      y.data_ptr<float>());
      EXPECT_TRUE(at::allclose(y, expected, 1e-5, 1e-5)) << n << " " << k;
      const Tensor t = x.t().contiguous();
      multiply_sparse({9, n, k, true, 9, n}, t.data_ptr<float>(), w.data_ptr<float>(),
                      again.data_ptr<float>());
      EXPECT_TRUE(at::equal(again, y)) << "the same sums in the same order, " << n << " " << k;
    }
}

TEST(Sparse, PartsOfAFactorAreItsColumns) {
  const Tensor x = some_of(70, 150), w = numbers(70, 33), whole = at::mm(x.t(), w);
  Tensor y = at::zeros({100, 33});
  multiply_sparse({100, 33, 70, true, 150, 33}, x.data_ptr<float>() + 20, w.data_ptr<float>(),
                  y.data_ptr<float>());
  EXPECT_TRUE(at::allclose(y, whole.narrow(0, 20, 100), 1e-5, 1e-5));
}

TEST(Sparse, CountsWhatIsNotZero) {
  const Tensor x = some_of(1, 1003);
  EXPECT_EQ(nonzeros(1003, x.data_ptr<float>()), x.ne(0).sum().item<int64_t>());
  EXPECT_EQ(nonzeros(0, nullptr), 0);
}

TEST(Sparse, AFactorOfZerosGivesZeros) {
  const Tensor x = at::zeros({3, 5}), w = numbers(5, 20);
  Tensor y = at::ones({3, 20});
  multiply_sparse({3, 20, 5, false, 5, 20}, x.data_ptr<float>(), w.data_ptr<float>(),
                  y.data_ptr<float>());
  EXPECT_TRUE(at::equal(y, at::zeros_like(y)));
}

TEST(Sparse, AlignedRowsAreTheMatrixOrItsTranspose) {
  const Tensor w = numbers(37, 21);
  AlignedRows straight(37, 21), turned(21, 37);
  straight.copy(w.data_ptr<float>(), 0, 37);
  turned.copy_transposed(w.data_ptr<float>(), 0, 16);
  turned.copy_transposed(w.data_ptr<float>(), 16, 21);
  const auto seen = [](const AlignedRows& rows) {
    EXPECT_EQ(reinterpret_cast<uintptr_t>(rows.data()) % 64, 0u);
    EXPECT_EQ(rows.stride() % 16, 0);
    Tensor copy = at::empty({rows.rows(), rows.columns()});
    for (int64_t r = 0; r < rows.rows(); ++r)
      std::copy_n(rows.data() + r * rows.stride(), rows.columns(),
                  copy.data_ptr<float>() + r * rows.columns());
    return copy;
  };
  EXPECT_TRUE(at::equal(seen(straight), w));
  EXPECT_TRUE(at::equal(seen(turned), w.t()));
}

}  // namespace
}  // namespace gan::kernels
