#include "gan/theory/divergence.h"

#include <gtest/gtest.h>

#include <cmath>
#include <numbers>
#include <random>

namespace gan {
namespace {

using std::numbers::ln2;
constexpr double kInfinity = std::numeric_limits<double>::infinity();

LogDensity normal(double mean, double deviation) {
  return [=](double x) { return log_normal_density(x, mean, deviation); };
}

double trapezoid(const std::vector<double>& y, double step) {
  double sum = -(y.front() + y.back()) / 2;
  for (const double v : y) sum += v;
  return sum * step;
}

std::vector<double> points(double low, double high, int n) {
  std::vector<double> x(n);
  for (int i = 0; i < n; ++i) x[i] = low + (high - low) * i / (n - 1);
  return x;
}

TEST(OptimalDiscriminator, MaximisesTheCriterionAtEveryPoint) {  // [paper] proposition 1
  for (const double p : {.001, .2, .5, 3.0})
    for (const double q : {.002, .1, .5, 4.0}) {
      const auto value = [&](double d) { return p * std::log(d) + q * std::log(1 - d); };
      const double best = optimal_discriminator(std::log(p), std::log(q));
      EXPECT_NEAR(best, p / (p + q), 1e-12);
      for (const double d : points(1e-4, 1 - 1e-4, 997)) EXPECT_LE(value(d), value(best) + 1e-12);
      const double h = 1e-6;
      EXPECT_NEAR((value(best + h) - value(best - h)) / (2 * h), 0, 1e-3);
    }
}

TEST(OptimalLogit, OfUnitNormalsIsALine) {
  const double mean = 1.7;
  for (const double x : points(-50, 50, 101))
    EXPECT_NEAR(optimal_logit(log_normal_density(x, 0, 1), log_normal_density(x, mean, 1)),
                -mean * x + mean * mean / 2, 1e-9);
}

TEST(OptimalLogit, IsTheDiscriminatorBeforeItsSigmoid) {
  for (const double logit : {-30.0, -2.0, 0.0, 5.0, 30.0})
    EXPECT_NEAR(optimal_discriminator(logit - 1, -1), 1 / (1 + std::exp(-logit)), 1e-15);
}

TEST(OptimalDiscriminator, HasNoNansAtTheEnds) {
  EXPECT_EQ(optimal_discriminator(0, -1e6), 1);
  EXPECT_EQ(optimal_discriminator(-1e6, 0), 0);
  EXPECT_EQ(optimal_discriminator(-1e6, -1e6), .5);
  EXPECT_EQ(optimal_discriminator(0, -kInfinity), 1);
  EXPECT_EQ(optimal_discriminator(-kInfinity, 0), 0);
  EXPECT_EQ(optimal_discriminator(-kInfinity, -kInfinity), .5);
}

TEST(JensenShannon, IsZeroForEqualDensities) {
  EXPECT_EQ(jensen_shannon(normal(0, 1), normal(0, 1), -10, 10), 0);
  EXPECT_EQ(virtual_criterion(0), -std::log(4.0));  // [paper] theorem 1: the global minimum
}

TEST(JensenShannon, IsLog2ForDisjointDensities) {
  const double divergence = jensen_shannon(normal(-50, 1), normal(50, 1), -70, 70);
  EXPECT_NEAR(divergence, ln2, 1e-12);
  EXPECT_NEAR(virtual_criterion(divergence), 0, 1e-12);
  const auto uniform = [](double low) {
    return [low](double x) { return x >= low && x < low + 1 ? 0.0 : -kInfinity; };
  };
  EXPECT_NEAR(jensen_shannon(uniform(0), uniform(2), -1, 4), ln2,
              1e-3);  // the rule meets four jumps
}

TEST(JensenShannon, AgreesWithTheCriterionOfTheOptimalDiscriminator) {  // [paper] eq. 4 = eq. 6
  const LogDensity p = normal(0, 1), q = normal(1, 2);
  const double low = -25, high = 25;
  const int n = 20'001;
  std::vector<double> value(n);
  const std::vector<double> x = points(low, high, n);
  for (int i = 0; i < n; ++i) {
    const double d = optimal_discriminator(p(x[i]), q(x[i])),
                 not_d = optimal_discriminator(q(x[i]), p(x[i]));
    value[i] = std::exp(p(x[i])) * std::log(d) + std::exp(q(x[i])) * std::log(not_d);
  }
  const double step = (high - low) / (n - 1);
  EXPECT_NEAR(virtual_criterion(jensen_shannon(p, q, low, high)), trapezoid(value, step), 1e-9);
}

TEST(JensenShannon, GrowsAsNormalsPartAndIsSymmetric) {
  double last = 0;
  for (const double mean : {.1, .5, 1.0, 2.0, 4.0, 8.0}) {
    const double there = jensen_shannon(normal(0, 1), normal(mean, 1), -10, 20);
    const double back = jensen_shannon(normal(mean, 1), normal(0, 1), -10, 20);
    EXPECT_NEAR(there, back, 1e-12);
    EXPECT_GT(there, last);
    EXPECT_LT(there, ln2);
    EXPECT_GT(virtual_criterion(there), -std::log(4.0));  // [paper] theorem 1
    EXPECT_LE(there, mean * mean / 4);  // a quarter of Jeffreys' divergence, Lin 1991
    last = there;
  }
  EXPECT_NEAR(jensen_shannon(normal(0, 1), normal(.01, 1), -10, 10), 1e-4 / 8, 1e-9);
}

TEST(JensenShannon, OddIntervalsAreRoundedUp) {
  const auto with = [](int intervals) {
    return jensen_shannon(normal(0, 1), normal(1, 1), -10, 10, intervals);
  };
  EXPECT_EQ(with(1001), with(1002));
}

TEST(JensenShannon, OfDiscreteDistributions) {
  const auto divergence = [](std::vector<double> p, std::vector<double> q) {
    return jensen_shannon(p, q);
  };
  EXPECT_EQ(divergence({.3, .7}, {.3, .7}), 0);
  EXPECT_NEAR(divergence({1, 0}, {0, 1}), ln2, 1e-15);
  EXPECT_NEAR(divergence({.5, .5}, {1, 0}), .75 * std::log(4 / 3.0),
              1e-15);  // H(3/4, 1/4) - H(1/2, 1/2) / 2
  EXPECT_EQ(divergence({.5, .5, 0}, {.5, .5, 0}), 0);
}

TEST(JensenShannon, CriterionIsConvexInTheGenerator) {  // [paper] proposition 2
  const std::vector<double> data{.1, .2, .3, .4}, a{.7, .1, .1, .1}, b{.05, .05, .2, .7};
  const auto criterion = [&](double t) {
    std::vector<double> g(4);
    for (int i = 0; i < 4; ++i) g[i] = (1 - t) * a[i] + t * b[i];
    return virtual_criterion(jensen_shannon(data, g));
  };
  for (const double t : points(0, 1, 21))
    EXPECT_LE(criterion(t), (1 - t) * criterion(0) + t * criterion(1) + 1e-12);
}

TEST(JensenShannon, MirrorDescentReachesTheData) {  // [paper] proposition 2; dC/dp_g = log(1 - D*)
  const std::vector<double> data{.1, .2, .3, .4};
  std::vector<double> g{.85, .05, .05, .05};
  for (int step = 0; step < 500; ++step) {
    double total = 0;
    for (int i = 0; i < 4; ++i) total += g[i] *= std::exp(-.5 * std::log(g[i] / (data[i] + g[i])));
    for (double& p : g) p /= total;
  }
  EXPECT_NEAR(virtual_criterion(jensen_shannon(data, g)), -std::log(4.0), 1e-12);
}

TEST(LogNormalDensity, KnownValues) {
  EXPECT_NEAR(log_normal_density(0, 0, 1), -.9189385332046727, 1e-15);
  EXPECT_NEAR(log_normal_density(7, 4, 1.25), -.9189385332046727 - std::log(1.25) - 2.88, 1e-14);
  EXPECT_TRUE(std::isfinite(log_normal_density(1e6, 0, 1)));
}

TEST(KernelDensity, OfOneSampleIsItsKernel) {
  const std::vector<float> samples{1};
  const std::vector<double> grid{-2, 0, 1, 1.5, 9};
  const auto density = kernel_density(samples, grid, .5);
  for (size_t i = 0; i + 1 < grid.size(); ++i)
    EXPECT_NEAR(density[i], std::exp(log_normal_density(grid[i], 1, .5)), 1e-8);
  EXPECT_EQ(density.back(), 0);  // beyond six bandwidths
}

TEST(KernelDensity, CutAgreesWithTheWholeSum) {
  const std::vector<float> samples{3, -1, 0, 2.5f, -7, 40, .1f};  // not in order
  const auto grid = points(-10, 45, 300);
  const auto density = kernel_density(samples, grid, .8);
  for (size_t i = 0; i < grid.size(); ++i) {
    double sum = 0;
    for (const float s : samples) sum += std::exp(log_normal_density(grid[i], s, .8)) / 7;
    EXPECT_NEAR(density[i], sum, 1e-8);
  }
}

TEST(KernelDensity, FindsANormalBySilvermansRule) {
  std::mt19937 engine(1);
  std::normal_distribution<float> draw(4, 1.25);
  std::vector<float> samples(20'000);
  for (float& x : samples) x = draw(engine);
  const auto grid = points(-4, 12, 400);
  const auto density = kernel_density(samples, grid);
  EXPECT_NEAR(trapezoid(density, grid[1] - grid[0]), 1, 1e-6);
  for (size_t i = 0; i < grid.size(); ++i)
    EXPECT_NEAR(density[i], std::exp(log_normal_density(grid[i], 4, 1.25)),
                .02);  // five of its deviations
}

TEST(KernelDensity, BearsWhatAGeneratorMayGive) {
  const std::vector<double> grid = points(0, 1, 11);
  EXPECT_EQ(kernel_density({}, grid), std::vector<double>(11));
  const std::vector<float> collapsed(100, .5f), diverged{NAN, INFINITY, .5f, .5f};
  EXPECT_NEAR(trapezoid(kernel_density(collapsed, points(-2, 3, 51)), .1), 1, 1e-6);
  EXPECT_NEAR(trapezoid(kernel_density(diverged, points(-2, 3, 51)), .1), .5, 1e-6);
}

}  // namespace
}  // namespace gan
