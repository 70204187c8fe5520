#include "gan/kernels/products.h"

#include <ATen/ATen.h>
#include <gtest/gtest.h>

#include "gan/kernels/one_kernel.h"
#include "gan/kernels/testing.h"

namespace gan::kernels {
namespace {

/// Every way to lie in memory, odd sizes and a single column, against ATen.
TEST(Product, IsTheReference) {
  for (const Format precision : formats())
    for (const bool ta : {false, true})
      for (const bool tb : {false, true})
        for (const auto& [m, n, k] : {std::tuple{1, 1, 1}, std::tuple{100, 1, 240},
                                      std::tuple{17, 33, 65}, std::tuple{64, 784, 100}}) {
          const ProductShape shape{m, n, k, ta, tb, precision};
          const auto type = precision == Format::fp32 ? at::kFloat : at::kBFloat16;
          const at::Tensor a = at::linspace(-1, 1, m * k).sin().mul(7).frac().to(type),
                           b = at::linspace(-2, 1, k * n).cos().mul(9).frac().to(type);
          at::Tensor c = at::full({m, n}, 99.f),
                     expected = at::empty({m, n});  // what was there is overwritten
          const Product multiply(shape);
          for (int i = 0; i < 2; ++i) multiply(a.data_ptr(), b.data_ptr(), c.data_ptr<float>());
          product_reference(shape, a.data_ptr(), b.data_ptr(), expected.data_ptr<float>());
          EXPECT_TRUE(at::allclose(c, expected, 1e-4, 1e-4))
              << m << " " << n << " " << k << " " << ta << tb << " off by "
              << (c - expected).abs().max().item<float>();
        }
}

/// Of parts of larger matrices too, by one thread.
TEST(Multiply, IsTheReferenceOfPartsOfMatrices) {
  constexpr int64_t m = 17, n = 33, k = 65, kMore = 7;
  for (const Format precision : formats())
    for (const bool ta : {false, true})
      for (const bool tb : {false, true}) {
        const ProductShape shape{
            m, n, k, ta, tb, precision, (ta ? m : k) + kMore, (tb ? k : n) + kMore};
        const auto type = precision == Format::fp32 ? at::kFloat : at::kBFloat16;
        const at::Tensor a = at::linspace(-1, 1, (ta ? k : m) * shape.stride_a)
                                 .sin()
                                 .mul(7)
                                 .frac()
                                 .to(type)
                                 .view({-1, shape.stride_a});
        const at::Tensor b = at::linspace(-2, 1, (tb ? n : k) * shape.stride_b)
                                 .cos()
                                 .mul(9)
                                 .frac()
                                 .to(type)
                                 .view({-1, shape.stride_b});
        const at::Tensor left = a.narrow(1, 0, ta ? m : k), right = b.narrow(1, 0, tb ? k : n);
        const at::Tensor expected =
            at::mm((ta ? left.t() : left).to(at::kFloat), (tb ? right.t() : right).to(at::kFloat));
        at::Tensor c = at::empty({m, n}), reference = at::empty({m, n});
        multiply(shape, a.data_ptr(), b.data_ptr(), c.data_ptr<float>());
        product_reference(shape, a.data_ptr(), b.data_ptr(), reference.data_ptr<float>());
        EXPECT_TRUE(at::allclose(c, expected, 1e-4, 1e-4))
            << ta << tb << " off by " << (c - expected).abs().max().item<float>();
        EXPECT_TRUE(at::equal(reference, expected));
      }
}

/// Into some columns of a larger matrix, and added to what is there.
TEST(Multiply, GoesIntoPartsOfMatricesAndAdds) {
  constexpr int64_t m = 17, n = 33, k = 65, kMore = 7;
  for (const Format precision : formats())
    for (const bool accumulate : {false, true}) {
      const auto type = precision == Format::fp32 ? at::kFloat : at::kBFloat16;
      const at::Tensor a = at::linspace(-1, 1, m * k).sin().mul(7).frac().to(type).view({m, k}),
                       b = at::linspace(-2, 1, k * n).cos().mul(9).frac().to(type).view({k, n});
      const ProductShape shape{.m = m,
                               .n = n,
                               .k = k,
                               .transpose_a = false,
                               .transpose_b = false,
                               .operands = precision,
                               .stride_c = n + kMore,
                               .accumulate = accumulate};
      const at::Tensor product = at::mm(a.to(at::kFloat), b.to(at::kFloat));
      at::Tensor expected = at::full({m, n + kMore}, 2.f);
      expected.narrow(1, 0, n).copy_(accumulate ? product + 2 : product);
      at::Tensor c = at::full({m, n + kMore}, 2.f), reference = c.clone();
      multiply(shape, a.data_ptr(), b.data_ptr(), c.data_ptr<float>());
      product_reference(shape, a.data_ptr(), b.data_ptr(), reference.data_ptr<float>());
      EXPECT_TRUE(at::allclose(c, expected, 1e-4, 1e-4)) << accumulate;
      EXPECT_TRUE(at::allclose(reference, expected, 1e-4, 1e-4)) << accumulate;
    }
}

TEST(OneKernel, ItsProductsAreATens) {
  constexpr int64_t kRows = 9, k = 83;
  for (const Format precision : {Format::fp32, Format::bf16}) {
    const auto type = precision == Format::fp32 ? at::kFloat : at::kBFloat16;
    const at::Tensor x = at::arange(kRows * k, at::kFloat).mul(0.7).sin().to(type).view({kRows, k}),
                     w = at::arange(k, at::kFloat).mul(0.3).cos().to(type),
                     d = at::arange(kRows, at::kFloat).mul(0.9).cos().to(type);
    const at::Tensor X = x.to(at::kFloat), W = w.to(at::kFloat), D = d.to(at::kFloat);
    at::Tensor row = at::empty({kRows}), outer = at::empty({kRows, k}), sum = at::ones({k});
    times_row(precision, kRows, k, x.data_ptr(), w.data_ptr(), row.data_ptr<float>());
    EXPECT_TRUE(at::allclose(row, at::mv(X, W), 1e-5, 1e-5));
    outer_product(precision, kRows, k, d.data_ptr(), w.data_ptr(), outer.data_ptr<float>());
    EXPECT_TRUE(at::allclose(outer, at::outer(D, W), 1e-5, 1e-5));
    weighted_sum(precision, kRows, k, d.data_ptr(), x.data_ptr(), true, sum.data_ptr<float>());
    EXPECT_TRUE(at::allclose(sum, 1 + at::mv(X.t(), D), 1e-5, 1e-5));
    weighted_sum(precision, kRows, k, d.data_ptr(), x.data_ptr(), false, sum.data_ptr<float>());
    EXPECT_TRUE(at::allclose(sum, at::mv(X.t(), D), 1e-5, 1e-5));
  }
}

}  // namespace
}  // namespace gan::kernels
