#include "gan/kernels/passes.h"

#include <ATen/ATen.h>
#include <gtest/gtest.h>

#include <limits>

namespace gan::kernels {
namespace {

using at::Tensor;

constexpr int64_t kRows = 7, kWidth = 83;  // odd, so that vectors have a rest
const Size kSize{kRows, kWidth, kWidth};

Tensor numbers(int64_t rows, int64_t n, double phase) {
  return (at::arange(rows * n, at::kFloat) * 0.7 + phase).sin().mul(3).view({rows, n});
}

class Passes : public testing::TestWithParam<std::tuple<Format, bool>> {
 protected:
  Format precision_ = std::get<0>(GetParam());
  at::ScalarType type_ = precision_ == Format::fp32 ? at::kFloat : at::kBFloat16;
  Tensor keep_ = (numbers(kRows, kWidth, 5) > -1).to(at::kByte);
  Mask mask_ = std::get<1>(GetParam()) ? Mask{keep_.data_ptr<uint8_t>(), 1.5f} : Mask{};
  Tensor factor_ = mask_.keep ? keep_.to(at::kFloat) * 1.5 : at::ones({kRows, kWidth});

  Tensor buffer(int64_t n = kWidth) const { return at::full({kRows, n}, 77.f).to(type_); }
  void expect_close(const Tensor& got, const Tensor& expected) const {
    const double tolerance =
        precision_ == Format::fp32 ? 2e-6 : 0.02;  // derivatives come from rounded outputs
    EXPECT_TRUE(at::allclose(got.to(at::kFloat), expected, tolerance, tolerance))
        << "off by " << (got.to(at::kFloat) - expected).abs().max().item<float>();
  }
};
INSTANTIATE_TEST_SUITE_P(Types, Passes,
                         testing::Combine(testing::Values(Format::fp32, Format::bf16),
                                          testing::Bool()));

TEST_P(Passes, ActivationsAndTheirDerivativesAreTheReferences) {
  const Tensor a = numbers(kRows, kWidth, 0), bias = numbers(1, kWidth, 1).squeeze(0),
               d = numbers(kRows, kWidth, 2), sum = a + bias;
  struct Row {
    Unit unit;
    Tensor value, derivative;
  };
  const Tensor s = at::sigmoid(sum), t = at::tanh(sum), positive = (sum > 0).to(at::kFloat),
               line = sum / 6 + 0.5, inside = ((line > 0) & (line < 1)).to(at::kFloat);
  for (const Row& row :
       {Row{{.slope = 1}, sum, at::ones_like(sum)}, Row{{.slope = 0}, at::relu(sum), positive},
        Row{{.slope = 0.2f}, at::leaky_relu(sum, 0.2), positive * 0.8 + 0.2},
        Row{{.kind = Unit::Kind::sigmoid}, s, s * (1 - s)},
        Row{{.kind = Unit::Kind::hard_sigmoid}, line.clamp(0, 1), inside / 6},
        Row{{.kind = Unit::Kind::tanh}, t, 1 - t * t}}) {
    Tensor h = buffer(), out = buffer();
    activate(precision_, kSize, a.data_ptr<float>(), bias.data_ptr<float>(), row.unit, mask_,
             h.data_ptr());
    expect_close(h, row.value * factor_);
    derive(precision_, kSize, d.data_ptr<float>(), h.data_ptr(), row.unit, mask_, out.data_ptr());
    expect_close(out, d * row.derivative * factor_);
  }
}

TEST_P(Passes, CurvesAreThoseOfFiniteDifferences) {
  const Tensor x = 0.9 * numbers(kRows, kWidth, 0.3).to(at::kDouble),  // none at a kink
      a = numbers(kRows, kWidth, 1) / 10, d = numbers(kRows, kWidth, 2).to(type_);
  constexpr double kStep = 1e-4;
  const auto expect_curve = [&](Unit unit, auto f) {
    const Tensor here = f(x), above = f(x + kStep), below = f(x - kStep);
    const Tensor first = (above - below) / (2 * kStep),
                 second = (above + below - 2 * here) / (kStep * kStep);
    const Tensor h = here.to(type_);
    Tensor out = buffer();
    bend(precision_, kSize, a.data_ptr<float>(), d.data_ptr(), h.data_ptr(), unit, out.data_ptr());
    expect_close(out, (a * d * second / first).to(at::kFloat));
  };
  expect_curve({.slope = 0.2f}, [](const Tensor& t) { return at::leaky_relu(t, 0.2); });
  expect_curve({.kind = Unit::Kind::sigmoid}, [](const Tensor& t) { return at::sigmoid(t); });
  expect_curve({.kind = Unit::Kind::hard_sigmoid},
               [](const Tensor& t) { return (t / 6 + 0.5).clamp(0, 1); });
  expect_curve({.kind = Unit::Kind::tanh}, [](const Tensor& t) { return at::tanh(t); });
}

TEST_P(Passes, MaxoutAndItsWaysBackAreTheReferences) {
  for (const int64_t pieces : {2, 3, 4, 5, 6}) {
    const Tensor a = numbers(kRows, kWidth * pieces, 0),
                 bias = numbers(1, kWidth * pieces, 1).squeeze(0), d = numbers(kRows, kWidth, 2);
    const auto [value, index] = (a + bias).view({kRows, kWidth, pieces}).max(2);
    Tensor h = buffer(), out = buffer(kWidth * pieces), picked = buffer(),
           chosen = at::empty({kRows, kWidth}, at::kByte);
    maxout(precision_, kSize, pieces, a.data_ptr<float>(), bias.data_ptr<float>(), mask_,
           h.data_ptr(), chosen.data_ptr<uint8_t>());
    EXPECT_TRUE(at::equal(chosen.to(at::kLong), index)) << pieces;
    expect_close(h, value * factor_);
    maxout_back(precision_, kSize, pieces, d.data_ptr<float>(), chosen.data_ptr<uint8_t>(), mask_,
                out.data_ptr());
    expect_close(out, at::zeros({kRows, kWidth, pieces})
                          .scatter(2, index.unsqueeze(2), (d * factor_).unsqueeze(2))
                          .view({kRows, -1}));
    maxout_pick(precision_, kSize, pieces, a.data_ptr<float>(), chosen.data_ptr<uint8_t>(), mask_,
                picked.data_ptr());
    expect_close(
        picked, a.view({kRows, kWidth, pieces}).gather(2, index.unsqueeze(2)).squeeze(2) * factor_);
  }
}

TEST_P(Passes, SumsAndMixturesAreTheReferences) {
  const Tensor x = numbers(kRows, kWidth, 0), row_factor = numbers(kRows, 1, 3),
               h = numbers(kRows, kWidth, 4).to(type_), t = numbers(kRows, kWidth, 6).to(type_);
  Tensor out = buffer(), sums = at::empty({kWidth});
  convert(precision_, kSize, x.data_ptr<float>(), row_factor.data_ptr<float>(), mask_, false,
          out.data_ptr());
  expect_close(out, x * row_factor * factor_);
  convert(precision_, kSize, x.data_ptr<float>(), nullptr, mask_, true, out.data_ptr());
  expect_close(out, x * factor_ * factor_);
  mix(precision_, kSize, row_factor.data_ptr<float>(), h.data_ptr(), t.data_ptr(), out.data_ptr());
  expect_close(out, row_factor * h.to(at::kFloat) + t.to(at::kFloat));
  mix(precision_, kSize, row_factor.data_ptr<float>(), h.data_ptr(), nullptr, out.data_ptr());
  expect_close(out, row_factor * h.to(at::kFloat));
  sum_rows(precision_, kSize, row_factor.data_ptr<float>(), h.data_ptr(), sums.data_ptr<float>());
  expect_close(sums, (row_factor * h.to(at::kFloat)).sum(0));
  sum_rows(precision_, kSize, nullptr, h.data_ptr(), sums.data_ptr<float>());
  expect_close(sums, h.to(at::kFloat).sum(0));
}

TEST_P(Passes, NaNIsNeverHidden) {
  const Tensor bad = at::full({kRows, 5 * kWidth}, std::numeric_limits<float>::quiet_NaN()),
               bias = at::zeros({5 * kWidth});
  Tensor out = buffer(5 * kWidth), index = at::empty({kRows, kWidth}, at::kByte);
  const auto expect_nan = [&](const Tensor& t) {
    EXPECT_TRUE(at::isnan(t.to(at::kFloat)).all().item<bool>());
  };
  for (const Unit unit : {Unit{.slope = 0}, Unit{.slope = 0.2f}, Unit{.kind = Unit::Kind::sigmoid},
                          Unit{.kind = Unit::Kind::tanh}}) {
    activate(precision_, {kRows, 5 * kWidth, 5 * kWidth}, bad.data_ptr<float>(),
             bias.data_ptr<float>(), unit, {}, out.data_ptr());
    expect_nan(out);
  }
  out = buffer();
  maxout(precision_, kSize, 5, bad.data_ptr<float>(), bias.data_ptr<float>(), {}, out.data_ptr(),
         index.data_ptr<uint8_t>());
  expect_nan(out);
}

TEST(PassesAlone, SigmoidIsRightFarOut) {
  const Tensor x = at::tensor({-200.f, -90.f, -30.f, -1e-3f, 0.f, 1e-3f, 30.f, 90.f, 200.f}),
               bias = at::zeros({9});
  Tensor y = at::empty({9});
  activate(Format::fp32, {1, 9, 9}, x.data_ptr<float>(), bias.data_ptr<float>(),
           {.kind = Unit::Kind::sigmoid}, {}, y.data_ptr<float>());
  EXPECT_TRUE(at::allclose(y, at::sigmoid(x), 1e-6, 1e-37)) << y;
}

TEST(PassesAlone, ShortensToTheNearestAsATenDoes) {
  const Tensor x = at::cat({numbers(1, 1000, 0).squeeze(0),
                            at::tensor({0.f, -0.f, 1.00390625f, 1.01171875f, 1e-40f, 3e38f,
                                        std::numeric_limits<float>::infinity()})});
  Tensor out = at::empty({x.numel()}, at::kBFloat16);
  shorten(x.numel(), x.data_ptr<float>(), out.data_ptr());
  EXPECT_TRUE(at::equal(out, x.to(at::kBFloat16)));
}

TEST(PassesAlone, AMaskKeepsWhatIsUnderItsProbability) {
  const Tensor u = at::tensor({0.f, 0.49f, 0.5f, 0.99f});
  Tensor keep = at::full({4}, 7, at::kByte);
  draw_mask(4, u.data_ptr<float>(), 0.5f, keep.data_ptr<uint8_t>());
  EXPECT_TRUE(at::equal(keep, at::tensor({1, 1, 0, 0}, at::kByte)));
}

}  // namespace
}  // namespace gan::kernels
