#include "gan/kernels/gibbs.h"

#include <ATen/ATen.h>
#include <gtest/gtest.h>

#include <cmath>
#include <limits>

#include "gan/kernels/exponential.h"

namespace gan::kernels {
namespace {

using at::Tensor;

constexpr int64_t kRows = 7, kWidth = 83;  // odd, so that vectors have a rest

Tensor numbers(int64_t rows, int64_t n, double phase) {
  return (at::arange(rows * n, at::kFloat) * 0.7 + phase).sin().mul(5).view({rows, n});
}
Tensor uniforms() {
  return numbers(kRows, kWidth, 3) / 10 + 0.5;
}
float* of(Tensor& t) {
  return t.data_ptr<float>();
}
const float* of(const Tensor& t) {
  return t.data_ptr<float>();
}

TEST(Gibbs, BinaryUnitsAreOnWhereTheirNumberIsUnderTheirProbability) {
  const Tensor a = numbers(kRows, kWidth, 0), bias = numbers(1, kWidth, 1).squeeze(0),
               u = uniforms();
  const Tensor p = at::sigmoid(a * 0.3 + bias);
  Tensor chance = at::empty_like(a), on = at::empty_like(a), alone = at::empty_like(a),
         again = at::empty_like(a);
  sample_binary(kRows, kWidth, of(a), 0.3f, of(bias), of(u), of(chance), of(on));
  EXPECT_TRUE(at::allclose(chance, p, 2e-6, 1e-7));
  EXPECT_TRUE(at::equal(on, (u < chance).to(at::kFloat)));
  EXPECT_GT(on.mean().item<float>(), 0.2);
  sample_binary(kRows, kWidth, of(a), 0.3f, of(bias), of(u), nullptr, of(alone));
  sample_binary(kRows, kWidth, of(a), 0.3f, of(bias), nullptr, of(again), nullptr);
  EXPECT_TRUE(at::equal(alone, on));
  EXPECT_TRUE(at::equal(again, chance));
}

TEST(Gibbs, NormalUnitsAreTheirMeanAndNoise) {
  const Tensor a = numbers(kRows, kWidth, 0), bias = numbers(1, kWidth, 1).squeeze(0),
               noise = numbers(kRows, kWidth, 2);
  Tensor mean = at::empty_like(a), x = at::empty_like(a);
  sample_normal(kRows, kWidth, of(a), 0.3f, of(bias), of(noise), of(mean), of(x));
  EXPECT_TRUE(at::allclose(mean, a * 0.3 + bias, 1e-6, 1e-6));
  EXPECT_TRUE(at::allclose(x, a * 0.3 + bias + noise, 1e-6, 1e-6));
}

TEST(Gibbs, SoftplusIsRightToTheLastPlaces) {
  for (double x = -800; x <= 800; x += x > -40 && x < 40 ? 0.0137 : 1.7) {
    const double expected = std::max(x, 0.0) + std::log1p(std::exp(-std::abs(x)));
    EXPECT_NEAR(softplus(x), expected,
                1e-15 * std::max(1e-300, std::abs(expected)) + (x < -700 ? 1e-304 : 0))
        << x;
    const float single = static_cast<float>(x);
    const double rounded =
        std::max<double>(single, 0) + std::log1p(std::exp(-std::abs(static_cast<double>(single))));
    EXPECT_NEAR(softplus(single), rounded, 4e-7 * rounded + (x < -80 ? 1e-35 : 0)) << x;
  }
}

TEST(Gibbs, SumsAreInDoubles) {
  const Tensor a = numbers(1, kWidth, 0) * 8, bias = numbers(1, kWidth, 1),
               x = a.to(at::kDouble) + bias.to(at::kDouble);
  const auto sum = [&](double scale) {
    return (x * scale).clamp_min(0).add((x * scale).abs().neg().exp().log1p()).sum().item<double>();
  };
  EXPECT_NEAR(sum_softplus(kWidth, of(a), of(bias)), sum(1), 1e-6 * sum(1));
  EXPECT_NEAR(softplus_change(kWidth, of(a), of(bias), 0.9, 0.90001), sum(0.90001) - sum(0.9),
              1e-11);
  EXPECT_NEAR(softplus_change(kWidth, of(a), of(bias), 0, 1), sum(1) - sum(0), 1e-11);
  EXPECT_NEAR(dot(kWidth, of(a), of(bias)), a.to(at::kDouble).mul(bias).sum().item<double>(),
              1e-11);
  EXPECT_NEAR(squared_distance(kWidth, of(a), of(bias)),
              (a.to(at::kDouble) - bias).square().sum().item<double>(), 1e-9);
}

TEST(Gibbs, SmallPassesAreTheReferences) {
  const Tensor x = numbers(kRows, kWidth, 0), shift = numbers(1, kWidth, 1);
  Tensor shifted = x.clone(), scaled = x.clone(), added = x.clone();
  shift_and_scale(kWidth, of(shift), 0.25f, of(shifted));  // the first row
  shift_and_scale(kWidth, nullptr, 0.25f, of(scaled));
  EXPECT_TRUE(at::equal(shifted[0], (x[0] - shift[0]) * 0.25));
  EXPECT_TRUE(at::equal(scaled[0], x[0] * 0.25));
  EXPECT_TRUE(at::equal(shifted[1], x[1]));
  add_scaled(kWidth, of(shift), 0.5f, of(added));
  EXPECT_TRUE(at::allclose(added[0], x[0] + shift[0] * 0.5));
}

TEST(Gibbs, OnlyZeroAndOneAreBinary) {
  const Tensor x = numbers(1, kWidth, 0).gt(0).to(at::kFloat);
  Tensor out = at::empty_like(x);
  EXPECT_TRUE(copy_binary(kWidth, of(x), of(out)));
  EXPECT_TRUE(at::equal(out, x));
  for (const float bad : {0.5f, -1.f, 2.f, std::numeric_limits<float>::quiet_NaN()}) {
    Tensor y = x.clone();
    y[0][40] = bad;
    EXPECT_FALSE(copy_binary(kWidth, of(y), of(out))) << bad;
  }
}

TEST(Gibbs, NaNIsNeverHidden) {
  const Tensor bad = at::full({1, kWidth}, std::numeric_limits<float>::quiet_NaN()),
               bias = at::zeros({kWidth}), u = at::zeros({1, kWidth});
  Tensor p = at::empty({1, kWidth});
  sample_binary(1, kWidth, of(bad), 1, of(bias), of(u), of(p), nullptr);
  EXPECT_TRUE(at::isnan(p).all().item<bool>());
  EXPECT_TRUE(std::isnan(sum_softplus(kWidth, of(bad), of(bias))));
  EXPECT_TRUE(std::isnan(softplus_change(kWidth, of(bad), of(bias), 0.1, 0.2)));
}

TEST(Gibbs, SoftplusAlongAPathBeginsAtItsBase) {
  const Tensor a = numbers(1, kWidth, 0) * 8, bias = numbers(1, kWidth, 1),
               base = numbers(1, kWidth, 2);
  const Tensor end = a.to(at::kDouble) + bias.to(at::kDouble), begin = base.to(at::kDouble);
  const auto sum = [&](double beta) {
    const Tensor x = begin * (1 - beta) + end * beta;
    return x.clamp_min(0).add(x.abs().neg().exp().log1p()).sum().item<double>();
  };
  EXPECT_NEAR(softplus_change(kWidth, of(a), of(bias), of(base), 0.2, 0.7), sum(0.7) - sum(0.2),
              1e-11);
  EXPECT_NEAR(softplus_change(kWidth, of(a), of(bias), of(base), 0, 1), sum(1) - sum(0), 1e-11);
}

TEST(Gibbs, ReplacingGivesTheChange) {
  const Tensor fresh = numbers(1, kWidth, 0);
  Tensor x = numbers(1, kWidth, 2);
  const double change = (fresh.to(at::kDouble) - x.to(at::kDouble)).abs().sum().item<double>();
  EXPECT_NEAR(replace(kWidth, of(fresh), of(x)), change, 1e-5);
  EXPECT_TRUE(x.equal(fresh));
  EXPECT_EQ(replace(kWidth, of(fresh), of(x)), 0);
  x[0][80].fill_(std::numeric_limits<float>::quiet_NaN());
  EXPECT_TRUE(std::isnan(replace(kWidth, of(fresh), of(x))));
}

}  // namespace
}  // namespace gan::kernels
