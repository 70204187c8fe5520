#include "gan/judge/frechet.h"

#include <ATen/ATen.h>
#include <gtest/gtest.h>

#include <cmath>
#include <tuple>
#include <vector>

#include "gan/core/error.h"
#include "gan/golden/testing.h"
#include "gan/nets/draw.h"

namespace gan {
namespace {

Moments gaussian(const Tensor& mean, const Tensor& covariance) {
  return {.mean = mean.to(at::kDouble), .covariance = covariance.to(at::kDouble), .count = 1000};
}

/// n draws of N(mean, deviation^2) in each of `size` numbers.
Tensor drawn(int64_t n, int64_t size, uint64_t seed, double mean = 0, double deviation = 1) {
  return draw_normal(Stream(seed, "drawn"), n, size, 0) * deviation + mean;
}

TEST(Moments, AreThoseOfAllBlocks) {
  const Tensor x = drawn(5000, 7, 1, 3, 2);
  const Moments m = moments_of(x);
  const Tensor exact = x.to(at::kDouble), from = exact - exact.mean(0);
  EXPECT_TRUE(m.mean.allclose(exact.mean(0), 1e-10, 1e-10));
  EXPECT_TRUE(m.covariance.allclose(from.t().matmul(from) / 4999, 1e-9, 1e-9));
  EXPECT_EQ(m.count, 5000);
  const Tensor wide = drawn(1100, 1100, 2);  // several panels of columns
  const Tensor of_wide = wide.to(at::kDouble) - wide.to(at::kDouble).mean(0);
  EXPECT_TRUE(moments_of(wide).covariance.allclose(of_wide.t().matmul(of_wide) / 1099, 1e-9, 1e-9));
  EXPECT_THROW(moments_of(at::empty({0, 7})), DataError);
}

/// Covariances that commute: the distance is |m1 - m2|^2 + sum_i (s1_i - s2_i)^2.
TEST(Frechet, IsTheClosedFormOfGaussiansWithDiagonalCovariances) {
  const Tensor s1 = at::tensor({1.0, 2.0, 0.5}), s2 = at::tensor({0.3, 2.0, 4.0});
  const Tensor m1 = at::tensor({0.0, 1.0, -1.0}), m2 = at::tensor({1.0, 1.0, 1.0});
  const double expected =
      (m1 - m2).square().sum().item<double>() + (s1 - s2).square().sum().item<double>();
  const Moments a = gaussian(m1, s1.square().diag()), b = gaussian(m2, s2.square().diag());
  EXPECT_NEAR(frechet_distance(a, b), expected, 1e-6);
  EXPECT_NEAR(frechet_distance(b, a), expected, 1e-6);
  EXPECT_NEAR(frechet_distance(a, a), 0, 1e-6);
}

TEST(Frechet, TakesSingularCovariances) {
  const Tensor x = drawn(5, 40, 1), y = drawn(7, 40, 2);
  const double d = frechet_distance(moments_of(x), moments_of(y));
  EXPECT_TRUE(std::isfinite(d));
  EXPECT_NEAR(d, frechet_distance(moments_of(y), moments_of(x)), 1e-6 * d);
  EXPECT_NEAR(frechet_distance(moments_of(x), moments_of(x)), 0, 1e-6);
  EXPECT_TRUE(std::isnan(frechet_distance(x, moments_of(x), y, moments_of(y)).standard_error));
}

/// tools/golden/scores.py
TEST(Frechet, IsSciPys) {
  const auto stored = golden("scores.json");
  const Tensor x = golden_tensor(stored["x"]), y = golden_tensor(stored["y"]);
  const double expected = stored["frechet"];
  EXPECT_NEAR(frechet_distance(moments_of(x), moments_of(y)), expected, 1e-9);
  EXPECT_NEAR(frechet_distance(x, moments_of(x), y, moments_of(y)).value, expected, 1e-9);
}

TEST(Frechet, RefusesWhatCannotBeCompared) {
  EXPECT_THROW(frechet_distance(moments_of(drawn(9, 3, 1)), moments_of(drawn(9, 4, 1))),
               UsageError);
  Tensor broken = drawn(9, 3, 1);
  broken[0][0] = NAN;
  EXPECT_THROW(frechet_distance(moments_of(broken), moments_of(drawn(9, 3, 2))), DataError);
}

/// Of 200 pairs of sets, the share whose interval holds the mean distance of all of them; and the
/// mean standard error over the deviation of the distances.
struct Covered {
  double share, ratio;
};
Covered coverage_of_intervals(double mean, double deviation, int64_t m) {
  constexpr int kPairs = 200;
  std::vector<double> values, errors;
  for (uint64_t i = 0; i < kPairs; ++i) {
    const Tensor x = drawn(400, 6, 2 * i + 1, mean, deviation), y = drawn(m, 6, 2 * i + 2);
    const FrechetDistance d = frechet_distance(x, moments_of(x), y, moments_of(y));
    values.push_back(d.value);
    errors.push_back(d.standard_error);
  }
  const Tensor v = at::tensor(values), e = at::tensor(errors);
  const Tensor inside = (v - v.mean()).abs() <= 1.96 * e;
  return {inside.to(at::kDouble).mean().item<double>(),
          e.mean().item<double>() / v.std().item<double>()};
}

TEST(Frechet, IntervalsCoverTheExpectedDistance) {
  for (const auto& [mean, deviation, m] : std::vector<std::tuple<double, double, int64_t>>{
           {0.5, 1, 400}, {0, 1.5, 400}, {0.2, 0.7, 900}}) {
    const Covered found = coverage_of_intervals(mean, deviation, m);
    EXPECT_GT(found.share, 0.9) << mean << " " << deviation;
    EXPECT_GT(found.ratio, 0.85) << mean << " " << deviation;
    EXPECT_LT(found.ratio, 1.15) << mean << " " << deviation;
  }
  const Covered of_one_distribution = coverage_of_intervals(0, 1, 400);
  EXPECT_GT(of_one_distribution.share, 0.95);
  EXPECT_NEAR(of_one_distribution.ratio, std::sqrt(2), 0.2);
}

/// Against exact moments, samples of the reference's own distribution are at a distance of order
/// 1 / n, which the extrapolation takes away.
TEST(Frechet, AtInfinityHasNoBiasOfTheNumberOfSamples) {
  const Moments reference = gaussian(at::zeros({20}), at::eye(20));
  double plain = 0, infinite = 0;
  for (uint64_t seed = 0; seed < 5; ++seed) {
    const Tensor x = drawn(1000, 20, seed + 1);
    plain += frechet_distance(moments_of(x), reference) / 5;
    infinite += frechet_infinity(x, reference, seed) / 5;
  }
  EXPECT_GT(plain, 0.1);
  EXPECT_LT(std::abs(infinite), 0.15 * plain);
  EXPECT_THROW(frechet_infinity(drawn(39, 20, 1), reference, 1), DataError);
}

}  // namespace
}  // namespace gan
