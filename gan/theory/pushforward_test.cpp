#include "gan/theory/pushforward.h"

#include <gtest/gtest.h>

#include <cmath>
#include <functional>
#include <numbers>
#include <numeric>

#include "gan/theory/divergence.h"

namespace gan {
namespace {

std::vector<double> images(const NoiseGrid& noise, const std::function<double(double)>& g) {
  std::vector<double> out;
  for (const double z : noise.z) out.push_back(g(z));
  return out;
}

double total(const std::vector<double>& mass) {
  return std::accumulate(mass.begin(), mass.end(), 0.0);
}

double normal_below(double z) {
  return std::erfc(-z / std::numbers::sqrt2) / 2;
}

/// The most by which a cell differs from what `below`, a distribution function, gives it.
double worst(const std::vector<double>& mass, const Cells& cells,
             const std::function<double(double)>& below) {
  double out = 0;
  for (int64_t i = 0; i < cells.count; ++i) {
    const double low = cells.low + cells.width * static_cast<double>(i);
    out = std::max(out, std::abs(mass[i] - (below(low + cells.width) - below(low))));
  }
  return out;
}

TEST(NoiseGrid, OfANormalHasItsProbabilities) {
  const NoiseGrid noise = normal_noise(1601);  // +-1 are among the points
  ASSERT_EQ(noise.mass.size(), 1600u);
  EXPECT_NEAR(total(noise.mass), 1, 1e-14);
  EXPECT_DOUBLE_EQ(noise.z.front(), -8);
  EXPECT_DOUBLE_EQ(noise.z.back(), 8);
  for (size_t i = 1; i + 1 < noise.mass.size(); ++i) {
    EXPECT_NEAR(noise.mass[i], noise.mass[noise.mass.size() - 1 - i], 1e-12 * noise.mass[i])
        << i;  // both tails alike
  }
  double within = 0;  // one deviation
  for (size_t i = 0; i < noise.mass.size(); ++i) {
    if (std::abs((noise.z[i] + noise.z[i + 1]) / 2) < 1) within += noise.mass[i];
  }
  EXPECT_NEAR(within, 0.6826894921370859, 1e-10);
}

TEST(NoiseGrid, OfAUniformHasVariance1) {
  const NoiseGrid noise = uniform_noise(4001);
  EXPECT_NEAR(total(noise.mass), 1, 1e-12);
  double square = 0;
  for (size_t i = 0; i < noise.mass.size(); ++i) {
    const double middle = (noise.z[i] + noise.z[i + 1]) / 2;
    square += noise.mass[i] * middle * middle;
  }
  EXPECT_NEAR(square, 1, 1e-6);
}

TEST(Cells, HaveTheMiddlesTheyWereMadeFor) {
  const Cells around = cells_around(-1, 9, 321);
  EXPECT_DOUBLE_EQ(around.middle(0), -1);
  EXPECT_DOUBLE_EQ(around.middle(320), 9);
  const Cells between = cells_between(2, 4, 4);
  EXPECT_DOUBLE_EQ(between.middle(0), 2.25);
  EXPECT_DOUBLE_EQ(between.middle(3), 3.75);
}

TEST(PushForward, OfALineIsANormal) {
  const NoiseGrid noise = normal_noise(20001);
  const Cells cells = cells_between(-8, 16, 500);
  for (const double slope : {1.25, -1.25}) {  // rising and falling
    const auto mass =
        push_forward(noise, images(noise, [&](double z) { return 4 + slope * z; }), cells);
    EXPECT_LT(worst(mass, cells, [](double x) { return normal_below((x - 4) / 1.25); }), 1e-6);
    EXPECT_NEAR(total(mass), 1, 1e-12);
    // As a density: what figure 1 draws.
    EXPECT_NEAR(mass[250] / cells.width, std::exp(log_normal_density(cells.middle(250), 4, 1.25)),
                1e-4);
  }
}

TEST(PushForward, AddsUpWhatAFoldBringsTogether) {
  const NoiseGrid noise = normal_noise(200001);
  const Cells cells = cells_between(0, 70, 700);
  const auto mass = push_forward(noise, images(noise, [](double z) { return z * z; }), cells);
  // Chi-square with one degree of freedom: P(z^2 < x) = P(|z| < sqrt x).
  EXPECT_LT(worst(mass, cells, [](double x) { return std::erf(std::sqrt(x / 2)); }), 1e-6);
  EXPECT_NEAR(total(mass), 1, 1e-12);
}

TEST(PushForward, KeepsAPointOfMassAndTheShareOfEachCell) {
  const NoiseGrid two{{0, 1, 2}, {0.25, 0.75}};
  const Cells cells = cells_between(0, 4, 4);
  const std::vector<double> resting{
      1.5, 1.5, 3.5};  // the first interval stands still, the second goes over two cells
  const auto mass = push_forward(two, resting, cells);
  EXPECT_DOUBLE_EQ(mass[0], 0);
  EXPECT_DOUBLE_EQ(mass[1], 0.25 + 0.75 / 4);
  EXPECT_DOUBLE_EQ(mass[2], 0.75 / 2);
  EXPECT_DOUBLE_EQ(mass[3], 0.75 / 4);
}

TEST(PushForward, LeavesOutWhatIsOutsideOrNotFinite) {
  const NoiseGrid noise{{0, 1, 2, 3, 4}, {0.1, 0.2, 0.3, 0.4}};
  const Cells cells = cells_between(0, 1, 2);
  const auto outside = push_forward(noise, std::vector<double>{-5, -4, -3, -2, -1}, cells);
  EXPECT_EQ(total(outside), 0);
  const auto beyond = push_forward(noise, std::vector<double>{1, 1, 2, 3, 4}, cells);
  EXPECT_EQ(total(beyond), 0);
  const auto half = push_forward(noise, std::vector<double>{0.5, 0.5, 1.5, NAN, 0.5}, cells);
  EXPECT_DOUBLE_EQ(total(half), 0.1 + 0.2 / 2);
}

}  // namespace
}  // namespace gan
