#include "gan/kernels/autoencoding.h"

#include <ATen/ATen.h>
#include <gtest/gtest.h>

#include <cmath>

#include "gan/core/random.h"

namespace gan::kernels {
namespace {

using at::Tensor;

constexpr int64_t kRows = 5, kWidth = 83,
                  kStride = 90;  // odd, so that vectors have a rest; a part of a larger matrix
const Size kSize{kRows, kWidth, kStride};

Tensor uniform(const char* name, int64_t n) {
  Tensor out = at::empty({n}, at::kFloat);
  Stream(1, name).uniform({out.data_ptr<float>(), static_cast<size_t>(n)}, n, 0);
  return out;
}

class Autoencoding : public testing::TestWithParam<Format> {
 protected:
  Format precision_ = GetParam();
  at::ScalarType type_ = precision_ == Format::fp32 ? at::kFloat : at::kBFloat16;

  static Tensor tile(const char* name) {
    return uniform(name, kRows * kWidth).view({kRows, kWidth}) * 8 - 4;
  }
  static Tensor wide(const char* name) {
    return uniform(name, kRows * kStride).view({kRows, kStride});
  }
  static Tensor part(const Tensor& wide) { return wide.narrow(1, 0, kWidth).to(at::kFloat); }
  Tensor buffer() const { return at::full({kRows, kStride}, 77.f).to(type_); }

  void expect_close(const Tensor& got, const Tensor& expected) const {
    const double tolerance = precision_ == Format::fp32 ? 2e-6 : 0.01;
    EXPECT_TRUE(at::allclose(part(got), expected, tolerance, tolerance))
        << "off by " << (part(got) - expected).abs().max().item<float>();
    EXPECT_TRUE(got.narrow(1, kWidth, kStride - kWidth)
                    .eq(77)
                    .all()
                    .item<bool>());  // what is not its own it leaves alone
  }
};
INSTANTIATE_TEST_SUITE_P(Types, Autoencoding, testing::Values(Format::fp32, Format::bf16));

TEST_P(Autoencoding, ShiftAddsAMultiple) {
  const Tensor y = wide("y").to(type_), x = wide("x");
  Tensor out = buffer();
  shift(precision_, kSize, y.data_ptr(), -1.5f, x.data_ptr<float>(), out.data_ptr());
  expect_close(out, part(y) - 1.5 * part(x));
}

TEST_P(Autoencoding, CorruptionIsSaltAndPepper) {
  const Tensor x = wide("x"), u = wide("u");
  Tensor out = buffer();
  for (int64_t r = 0; r < kRows; ++r)
    corrupt(precision_, kWidth, x[r].data_ptr<float>(), u[r].data_ptr<float>(), 0.4f,
            out[r].data_ptr());
  const Tensor v = part(u);
  expect_close(
      out, at::where(v < 0.2, at::ones_like(v), at::where(v < 0.4, at::zeros_like(v), part(x))));
}

TEST_P(Autoencoding, BitsAreDrawnAndCorruptedAtOnce) {
  const Tensor a = tile("a"), bias = uniform("bias", kWidth), u = wide("u"),
               p = at::sigmoid(a + bias);
  Tensor out = buffer(), mean = at::full({kRows, kStride}, 77.f);
  draw_bits(precision_, kSize, a.data_ptr<float>(), bias.data_ptr<float>(), u.data_ptr<float>(),
            0.4f, mean.data_ptr<float>(), out.data_ptr());
  EXPECT_TRUE(at::allclose(part(mean), p, 2e-6, 2e-6));
  expect_close(out, part(u).lt(p * 0.6 + 0.2).to(at::kFloat));
}

TEST_P(Autoencoding, CrossEntropyAndItsDerivativeAreTorchs) {
  const Tensor a = tile("a") * 5, bias = uniform("bias", kWidth), x = wide("x");
  Tensor error = buffer();
  const double sum = cross_entropy(precision_, kSize, a.data_ptr<float>(), bias.data_ptr<float>(),
                                   x.data_ptr<float>(), 0.25f, error.data_ptr());
  const Tensor z = (a + bias).to(at::kDouble), t = part(x).to(at::kDouble);
  EXPECT_NEAR(sum,
              at::binary_cross_entropy_with_logits(z, t, {}, {}, at::Reduction::Sum).item<double>(),
              1e-6 * sum);
  expect_close(error, ((at::sigmoid(z) - t) * 0.25).to(at::kFloat));
}

TEST_P(Autoencoding, ContractionIsTheFormula) {
  const Tensor d = tile("d"), h = wide("h").to(type_), q = uniform("q", kWidth) * 3, y = part(h),
               s = y * (1 - y);
  Tensor out = buffer(), sums = at::empty({kWidth}, at::kFloat);
  contract(precision_, kSize, d.data_ptr<float>(), h.data_ptr(), 0.7f, q.data_ptr<float>(),
           out.data_ptr());
  expect_close(out, s * (d + 2 * 0.7 * q * s * (1 - 2 * y)));
  sum_slopes(precision_, kSize, h.data_ptr(), sums.data_ptr<float>());
  EXPECT_TRUE(at::allclose(sums, s.square().sum(0), 1e-5, 1e-6));
}

TEST(AutoencodingAlone, AddIsOntoATile) {
  const Tensor x = uniform("x", kRows * kStride).view({kRows, kStride}),
               start = uniform("sum", kRows * kWidth).view({kRows, kWidth});
  Tensor sum = start.clone();
  add(kSize, 2, x.data_ptr<float>(), sum.data_ptr<float>());
  EXPECT_TRUE(at::allclose(sum, start + 2 * x.narrow(1, 0, kWidth), 1e-6, 1e-6));
}

TEST(AutoencodingAlone, CrossEntropyIsRightFarOutAndHidesNoNaN) {
  const Tensor a = at::tensor({-100.f, 100.f, 100.f, 0.f}), bias = at::zeros({4}),
               x = at::tensor({0.f, 1.f, 0.f, 0.5f});
  Tensor error = at::empty({4});
  EXPECT_NEAR(cross_entropy(Format::fp32, {1, 4, 4}, a.data_ptr<float>(), bias.data_ptr<float>(),
                            x.data_ptr<float>(), 1, error.data_ptr()),
              100 + std::log(2), 1e-4);
  const Tensor bad = at::full({20}, std::nanf("")), none = at::zeros({20});
  error = at::empty({20});
  EXPECT_TRUE(std::isnan(cross_entropy(Format::fp32, {1, 20, 20}, bad.data_ptr<float>(),
                                       none.data_ptr<float>(), none.data_ptr<float>(), 1,
                                       error.data_ptr())));
  EXPECT_TRUE(at::isnan(error).all().item<bool>());
}

TEST(AutoencodingAlone, NormalNumbersAreBoxAndMullers) {
  const int64_t n = 100'001;
  Tensor u = uniform("u", n + 1), out = at::empty({n});
  u[0] = 0;
  u[1] = 1 - 0x1p-24;
  u[n / 2] = 0.5;
  to_normal(n, u.data_ptr<float>(), out.data_ptr<float>());
  const Tensor v = u.to(at::kDouble), half = v.narrow(0, 0, n / 2),
               radius = (-2 * at::log1p(-half)).sqrt(), turn = v.narrow(0, n / 2, n / 2) * 2 * M_PI;
  EXPECT_TRUE(
      at::allclose(out.narrow(0, 0, n / 2).to(at::kDouble), radius * turn.cos(), 1e-5, 2e-6));
  EXPECT_TRUE(
      at::allclose(out.narrow(0, n / 2, n / 2).to(at::kDouble), radius * turn.sin(), 1e-5, 2e-6));
  EXPECT_NEAR(
      out[n - 1].item<double>(),
      (-2 * at::log1p(-v[n - 1])).sqrt().item<double>() * std::cos(2 * M_PI * v[n].item<double>()),
      1e-5);
  const Tensor x = out.to(at::kDouble);
  EXPECT_NEAR(x.mean().item<double>(), 0, 0.016);
  EXPECT_NEAR(x.square().mean().item<double>(), 1, 0.023);
  EXPECT_NEAR(x.pow(4).mean().item<double>(), 3, 0.16);  // 5 deviations each: sqrt(1, 2, 96 / n)
}

}  // namespace
}  // namespace gan::kernels
