#include "gan/judge/mixing.h"

#include <ATen/ATen.h>
#include <gtest/gtest.h>

#include <cmath>

#include "gan/core/error.h"
#include "gan/nets/draw.h"

namespace gan {
namespace {

Tensor noise(int64_t m, int64_t n, int64_t dim, const char* name = "noise") {
  return draw_normal(Stream(1, name), m, n * dim, 0).view({m, n, dim});
}

/// Stationary chains x_t = r x_{t-1} + sqrt(1 - r^2) e_t of variance 1 in each of `dim` independent
/// dimensions.
Tensor autoregressive(double r, int64_t m, int64_t n, int64_t dim, const char* name = "ar") {
  Tensor x = noise(m, n, dim, name).to(at::kDouble);
  for (int64_t t = 1; t < n; ++t)
    x.select(1, t).mul_(std::sqrt(1 - r * r)).add_(x.select(1, t - 1), r);
  return x;
}

double relative(double value, double truth) {
  return std::abs(value / truth - 1);
}

TEST(Mixing, OfAutoregressiveChains) {
  constexpr int64_t kChains = 40, kSteps = 4000;
  for (const double r : {-0.4, 0.0, 0.5, 0.9, 0.97}) {
    const Mixing m = mixing(autoregressive(r, kChains, kSteps, 3));
    EXPECT_EQ(m.chains, kChains);
    EXPECT_EQ(m.steps, kSteps);
    for (const int64_t lag : {1, 2, 10, 100})
      EXPECT_NEAR(m.autocorrelation[lag], std::pow(r, lag), 0.02) << r << " at lag " << lag;
    EXPECT_LT(relative(m.effective, kChains * kSteps * (1 - r) / (1 + r)), 0.1) << r;
    EXPECT_LT(relative(m.time * m.effective, kChains * kSteps), 1e-12);
    EXPECT_TRUE(m.resolved());
  }
}

TEST(Mixing, OfATwoStateChain) {
  constexpr int64_t kChains = 100, kSteps = 3000;
  for (const auto& [up, down] :
       {std::pair{0.05, 0.1}, {0.2, 0.2}, {0.7, 0.6}}) {  // P(0 -> 1), P(1 -> 0)
    const double second = 1 - up - down;                  // eigenvalue of the transition matrix
    const Tensor u = draw_uniform(Stream(2, "two states"), kChains, kSteps, 0);
    Tensor x = at::zeros({kChains, kSteps, 1});
    x.select(1, 0).select(1, 0).copy_(u.select(1, 0).lt(up / (up + down)));
    for (int64_t t = 1; t < kSteps; ++t) {
      const Tensor before = x.select(1, t - 1).select(1, 0);
      x.select(1, t).select(1, 0).copy_(
          u.select(1, t).lt(at::where(before.eq(1), at::full({}, 1 - down), at::full({}, up))));
    }
    const Mixing m = mixing(x);
    for (const int64_t lag : {1, 3, 10})
      EXPECT_NEAR(m.autocorrelation[lag], std::pow(second, lag), 0.01) << second;
    EXPECT_LT(relative(m.time, (1 + second) / (1 - second)), 0.05) << second;
  }
}

TEST(Mixing, IsWeightedByVariance) {
  const Tensor fast = autoregressive(0.2, 40, 3000, 2, "fast"),
               slow = 3 * autoregressive(0.9, 40, 3000, 1, "slow");
  const Mixing m = mixing(at::cat({fast, slow}, 2));
  for (const int64_t lag : {1, 5})
    EXPECT_NEAR(m.autocorrelation[lag], (2 * std::pow(0.2, lag) + 9 * std::pow(0.9, lag)) / 11,
                0.01);
  EXPECT_LT(relative(m.time, (2 * 1.2 / 0.8 + 9 * 1.9 / 0.1) / 11), 0.1);
}

TEST(Mixing, NeedsNoDirection) {  // of a rotated, moved and scaled picture it is the same
  const Tensor x = autoregressive(0.8, 3, 200, 2);
  const double c = std::cos(0.7), s = std::sin(0.7);
  const Tensor rotated = at::stack(
      {c * x.select(2, 0) - s * x.select(2, 1), s * x.select(2, 0) + c * x.select(2, 1)}, 2);
  const Mixing a = mixing(x), b = mixing(255 * rotated + 40);
  EXPECT_NEAR(a.autocorrelation[7], b.autocorrelation[7], 1e-9);
  EXPECT_NEAR(a.time, b.time, 1e-9);
}

TEST(Mixing, IsTheSlowSum) {  // of few numbers, by its definition
  const Tensor x = autoregressive(0.8, 2, 15, 3);
  const Tensor centred = x - x.mean(at::IntArrayRef{0, 1});
  const Mixing m = mixing(x);
  ASSERT_EQ(m.autocorrelation.size(), 15);
  double time = 0;
  for (int64_t lag = 0; lag < 15; ++lag) {
    const double rho =
        (centred.narrow(1, 0, 15 - lag) * centred.narrow(1, lag, 15 - lag)).sum().item<double>() /
        static_cast<double>(15 - lag) / centred.square().sum().item<double>() * 15;
    EXPECT_NEAR(m.autocorrelation[lag], rho, 1e-12);
    if (lag < 4) time += rho * (1 - static_cast<double>(lag) / 15);
  }
  const auto pair = [&](int k) {
    return m.autocorrelation[2 * k] * (1 - 2 * k / 15.0) +
           m.autocorrelation[2 * k + 1] * (1 - (2 * k + 1) / 15.0);
  };
  ASSERT_TRUE(pair(0) > pair(1) && pair(1) > 0 && pair(2) < 0);  // so two pairs count, as they are
  EXPECT_NEAR(m.time, 2 * time - 1, 1e-12);
}

TEST(Mixing, TellsHowFarTheMeanIsFromTheTruth) {
  constexpr int64_t kChains = 2000, kSteps = 200;
  const Tensor x = autoregressive(0.8, kChains, kSteps, 2);
  const double error =
      x.mean(1).square().sum(1).mean().item<double>();  // E |mean of a chain - truth|^2
  EXPECT_LT(relative(error * kSteps / 2, mixing(x).time), 0.06);
}

TEST(Mixing, ChainsThatNeverMove) {
  const Tensor apart = at::tensor({0.0, 1.0, 5.0}).view({3, 1, 1}).expand({3, 50, 2});
  const Mixing stuck = mixing(apart), equal = mixing(at::full({3, 50, 2}, 0.3f));
  for (const Mixing& m : {stuck, equal}) {
    EXPECT_NEAR(m.autocorrelation[10], 1, 1e-9);
    EXPECT_NEAR(m.effective, 3, 1e-9);
    EXPECT_FALSE(m.resolved());
  }
}

TEST(Mixing, ChainsThatStayApart) {  // quick about their own place, never at another's
  const Tensor x = noise(20, 1000, 2) + 2 * noise(20, 1, 2, "places");
  const Mixing m = mixing(x);
  EXPECT_NEAR(m.autocorrelation[500], 0.8, 0.1);  // 4 / (4 + 1)
  EXPECT_LT(m.effective, 40);
  EXPECT_FALSE(m.resolved());
  EXPECT_GT(mixing(x.narrow(0, 0, 1)).effective, 900);  // which one chain alone cannot know
}

TEST(Mixing, ChainsThatAlternate) {  // are worth more than independent states, but not without
                                     // bound: log10(100) times as much
  const Tensor t = at::arange(100).view({1, 100, 1}).to(at::kDouble);
  EXPECT_NEAR(mixing(t.remainder(2)).effective, 100 * 2, 1e-9);
  EXPECT_NEAR(mixing(at::cos(t * (4 * M_PI / 5))).effective, 100 * 2,
              1e-9);  // its pairs rise: the second counts like the first
}

TEST(Mixing, ComplainsOfWhatCannotBe) {
  EXPECT_THROW(mixing(at::zeros({10, 3})), UsageError);
  EXPECT_THROW(mixing(at::zeros({2, 3, 4})), UsageError);
  EXPECT_THROW(mixing(at::zeros({0, 30, 4})), UsageError);
  EXPECT_THROW(mixing(at::full({2, 30, 4}, std::nanf(""))), DataError);
}

}  // namespace
}  // namespace gan
