#include "gan/data/toy.h"

#include <gtest/gtest.h>

#include <array>
#include <cmath>
#include <numbers>

#include "gan/data/testing.h"

namespace gan {
namespace {

using std::numbers::pi;

/// Sums f(log p(x)) h^dim over a grid; for densities this smooth a step of one deviation is exact
/// to 1e-8.
template <class F>
double integrate(const Toy& toy, double low, double high, double h, F f) {
  const auto n = static_cast<int>((high - low) / h);
  double sum = 0;
  std::array<double, 2> x{};
  for (int i = 0; i <= n; ++i)
    for (int j = 0; j <= (toy.dim() == 2 ? n : 0); ++j) {
      x = {low + i * h, low + j * h};
      sum += f(toy.log_density(std::span(x).first(toy.dim())));
    }
  return sum * std::pow(h, static_cast<double>(toy.dim()));
}

double log_density(const Toy& toy, std::vector<double> x) {
  return toy.log_density(x);
}

TEST(Toy, DensitiesIntegrateToOne) {
  const auto total = [](const char* name, double low, double high, double h) {
    return integrate(*make_toy(name), low, high, h, [](double log_p) { return std::exp(log_p); });
  };
  EXPECT_NEAR(total("ring8", -2.2, 2.2, .015), 1, 1e-6);
  EXPECT_NEAR(total("grid25", -4.4, 4.4, .04), 1, 1e-6);
  EXPECT_NEAR(total("gaussian1d", -10, 18, .5), 1, 1e-6);
  EXPECT_NEAR(total("swissroll", -2.5, 2.5, .04), 1, 1e-6);
}

TEST(Toy, KnownDensities) {
  EXPECT_NEAR(log_density(*make_toy("gaussian1d"), {4}), -std::log(1.25 * std::sqrt(2 * pi)),
              1e-12);
  EXPECT_NEAR(log_density(*make_toy("gaussian1d"), {6.5}), -2 - std::log(1.25 * std::sqrt(2 * pi)),
              1e-12);
  EXPECT_NEAR(log_density(*make_toy("ring8"), {0, 2}), -std::log(8 * 2 * pi * .02 * .02), 1e-9);
  EXPECT_NEAR(log_density(*make_toy("grid25"), {-4, 2}), -std::log(25 * 2 * pi * .05 * .05), 1e-9);
}

TEST(Toy, SwissRollIsLineDensityTimesNoiseFarFromItsEnds) {
  // On the curve p is nearly (dt/ds) / (3 pi) times the 1-D noise at 0, with ds/dt = sqrt(1 + t^2)
  // / 7.
  const double t = 3 * pi;
  const double p = 7 / std::sqrt(1 + t * t) / (3 * pi) / (.05 * std::sqrt(2 * pi));
  EXPECT_NEAR(log_density(*make_toy("swissroll"), {t * std::cos(t) / 7, t * std::sin(t) / 7}),
              std::log(p), .01);
}

TEST(Toy, LogDensityIsFiniteFarAway) {
  for (const std::string& name : toy_names()) {
    const auto toy = make_toy(name);
    const double log_p = toy->log_density(std::vector<double>(toy->dim(), 1e3));
    EXPECT_TRUE(std::isfinite(log_p)) << name;
    EXPECT_LT(log_p, -1e4) << name;
  }
}

TEST(Toy,
     SamplesFollowTheirDensity) {  // mean log density = minus the entropy, within 5 standard errors
  const struct {
    const char* name;
    double low, high, step;
  } cases[] = {{"ring8", -2.2, 2.2, .015},
               {"grid25", -4.4, 4.4, .04},
               {"gaussian1d", -10, 18, .5},
               {"swissroll", -2.5, 2.5, .04}};
  for (const auto& c : cases) {
    const auto toy = make_toy(c.name);
    const int64_t n = 3000;
    const auto samples = toy->sample(n, 11);
    double sum = 0, squares = 0;
    for (int64_t i = 0; i < n; ++i) {
      const std::vector<double> x(samples.begin() + i * toy->dim(),
                                  samples.begin() + (i + 1) * toy->dim());
      const double log_p = toy->log_density(x);
      sum += log_p;
      squares += log_p * log_p;
    }
    const double mean = sum / n, error = std::sqrt((squares / n - mean * mean) / n);
    const double expected = integrate(*toy, c.low, c.high, c.step,
                                      [](double log_p) { return std::exp(log_p) * log_p; });
    EXPECT_NEAR(mean, expected, 5 * error) << c.name;
  }
}

TEST(Toy, ModesGetEqualSharesAndTheirDeviation) {
  for (const char* name : {"ring8", "grid25", "gaussian1d"}) {
    const auto toy = make_toy(name);
    const int64_t n = 50'000, dim = toy->dim();
    const auto samples = toy->sample(n, 5), modes = toy->modes();
    const int64_t count = static_cast<int64_t>(modes.size()) / dim;
    std::vector<double> shares(count);
    double squares = 0;
    for (int64_t i = 0; i < n; ++i) {
      double best = INFINITY;
      int64_t nearest = 0;
      for (int64_t k = 0; k < count; ++k) {
        double square = 0;
        for (int64_t j = 0; j < dim; ++j)
          square += std::pow(samples[i * dim + j] - modes[k * dim + j], 2);
        if (square < best) {
          best = square;
          nearest = k;
        }
      }
      ++shares[nearest];
      squares += best;
    }
    for (const double share : shares)
      EXPECT_NEAR(share, n / count, 5 * std::sqrt(n / count)) << name;
    const double variance = std::pow(toy->mode_deviation(), 2),
                 draws = static_cast<double>(n * dim);
    EXPECT_NEAR(squares / draws, variance, 5 * variance * std::sqrt(2 / draws)) << name;
  }
}

TEST(Toy, ModesAreWhereTheyAreSaidToBe) {
  EXPECT_EQ(make_toy("gaussian1d")->modes(), std::vector<float>{4});
  EXPECT_EQ(make_toy("gaussian1d")->mode_deviation(), 1.25);
  const auto ring = make_toy("ring8")->modes(), grid = make_toy("grid25")->modes();
  ASSERT_EQ(ring.size(), 16u);
  for (size_t i = 0; i < 16; i += 2) EXPECT_NEAR(std::hypot(ring[i], ring[i + 1]), 2, 1e-6);
  ASSERT_EQ(grid.size(), 50u);
  EXPECT_EQ(grid[0], -4);
  EXPECT_EQ(grid[49], 4);
  EXPECT_TRUE(make_toy("swissroll")->modes().empty());
}

TEST(Toy, SamplesDependOnSeedAndIndexOnly) {
  for (const std::string& name : toy_names()) {
    const auto toy = make_toy(name);
    EXPECT_EQ(toy->name(), name);
    const auto few = toy->sample(10, 1), many = toy->sample(1000, 1);
    EXPECT_TRUE(std::equal(few.begin(), few.end(), many.begin())) << name;
    EXPECT_NE(few, toy->sample(10, 2)) << name;
  }
}

TEST(Toy, AnUnknownNameIsAUsageError) {
  expect_usage_error([] { make_toy("ring9"); },
                     "toy 'ring9': no such toy (did you mean 'ring8'?); there are");
  expect_usage_error([] { make_toy(""); }, "swissroll");
}

}  // namespace
}  // namespace gan
