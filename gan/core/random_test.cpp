#include "gan/core/random.h"

#include <Random123/philox.h>
#include <gtest/gtest.h>

#include <algorithm>
#include <array>
#include <cmath>
#include <functional>
#include <map>
#include <set>

namespace gan {
namespace {

constexpr int64_t kDraws = 200'000;
constexpr double kSigmas = 5;  // one false alarm in 1.7 million, and the seeds are fixed

std::vector<float> uniforms(int64_t n, int64_t per_sample = 1) {
  std::vector<float> x(n);
  Stream(1, "uniform").uniform(x, per_sample, 0);
  return x;
}

std::vector<float> normals(int64_t n, int64_t per_sample = 1) {
  std::vector<float> x(n);
  Stream(1, "normal").normal(x, per_sample, 0);
  return x;
}

double mean_of(const std::vector<float>& x, const std::function<double(double)>& f) {
  double sum = 0;
  for (const float value : x) sum += f(value);
  return sum / static_cast<double>(x.size());
}

/// sqrt(n) times the largest distance between the empirical and the true distribution function.
double kolmogorov_smirnov(std::vector<float> x, const std::function<double(double)>& cdf) {
  std::sort(x.begin(), x.end());
  const auto n = static_cast<double>(x.size());
  double distance = 0;
  for (size_t i = 0; i < x.size(); ++i) {
    const double f = cdf(x[i]), below = static_cast<double>(i) / n;
    distance = std::max({distance, f - below, below + 1 / n - f});
  }
  return distance * std::sqrt(n);
}
constexpr double kKolmogorov = 2.23;  // exceeded with probability 2 exp(-2 * 2.23^2) = 1e-4

double correlation(const std::vector<float>& pairs) {
  double xy = 0, xx = 0, yy = 0;
  for (size_t i = 0; i + 1 < pairs.size(); i += 2) {
    xy += pairs[i] * pairs[i + 1];
    xx += pairs[i] * pairs[i];
    yy += pairs[i + 1] * pairs[i + 1];
  }
  return xy / std::sqrt(xx * yy);
}

TEST(Philox, KnownAnswer) {  // Random123 1.09, tests/kat_vectors
  using Counter = r123::Philox4x32::ctr_type;
  const Counter zero{{0, 0, 0, 0}}, published{{0x6627e8d5, 0xe169c58d, 0xbc57ac4c, 0x9b00dbd8}};
  EXPECT_EQ(r123::Philox4x32{}(zero, {{0, 0}}), published);
}

// Golden numbers from a second implementation, in Python, of Philox and of the keys' derivation:
// once they change, every saved run resumes differently.
TEST(Stream, GoldenUniform) {
  std::array<float, 6> x;
  Stream(42, "noise").uniform(x, 6, 7, 3);
  const std::array<float, 6> golden{6225712, 380788, 16148370, 14244690, 1440182, 417740};
  for (size_t i = 0; i < x.size(); ++i) EXPECT_EQ(x[i] * 0x1p24f, golden[i]);
}

TEST(Stream, GoldenNormal) {
  std::array<float, 4> x;
  Stream(42, "noise").normal(x, 4, 7, 3);
  const std::array<double, 4> golden{1.992955074523864, -1.8971551995957685, -.13348671371174908,
                                     .5562880059031629};
  for (size_t i = 0; i < x.size(); ++i) EXPECT_NEAR(x[i], golden[i], 2e-6);
}

TEST(Stream, GoldenBitsChildrenAndPermutation) {
  const Stream stream(42, "noise");
  EXPECT_EQ(stream.bits(7), 0x76f9e11aced7085u);
  EXPECT_EQ(stream.child("train").bits(0), 0x773b497e04c1a017u);
  EXPECT_EQ(stream.child(5).bits(0), 0xa676bb0d09239f7u);
  EXPECT_EQ(stream.permutation(8, 7), (std::vector<int64_t>{3, 1, 5, 0, 6, 7, 2, 4}));
}

TEST(Stream, NamesSeedsStepsAndChildrenDiffer) {
  std::set<uint64_t> seen;
  size_t draws = 0;
  for (const uint64_t seed : {uint64_t{0}, uint64_t{1}, uint64_t{1} << 32, ~uint64_t{0}})
    for (const char* name : {"", "a", "b"})
      for (const uint64_t step : {uint64_t{0}, uint64_t{1}, uint64_t{1} << 32, uint64_t{1} << 39}) {
        const Stream stream(seed, name);
        for (const Stream& s :
             {stream, stream.child(0), stream.child(1), stream.child("a"), stream.child("b"),
              stream.child("a").child("b"), stream.child("b").child("a")}) {
          seen.insert(s.bits(step));
          ++draws;
        }
      }
  EXPECT_EQ(seen.size(), draws);
}

TEST(Stream, UniformMoments) {
  const auto x = uniforms(kDraws);
  const double n = kDraws;
  EXPECT_NEAR(mean_of(x, [](double u) { return u; }), .5, kSigmas * std::sqrt(1 / 12.0 / n));
  EXPECT_NEAR(mean_of(x, [](double u) { return u * u; }), 1 / 3.0,
              kSigmas * std::sqrt(4 / 45.0 / n));
  EXPECT_GE(*std::min_element(x.begin(), x.end()), 0);
  EXPECT_LT(*std::max_element(x.begin(), x.end()), 1);
}

TEST(Stream, NormalMoments) {  // the variances of x, x^2, x^3, x^4 are 1, 2, 15, 96
  const auto x = normals(kDraws);
  const double n = kDraws;
  EXPECT_NEAR(mean_of(x, [](double z) { return z; }), 0, kSigmas * std::sqrt(1 / n));
  EXPECT_NEAR(mean_of(x, [](double z) { return z * z; }), 1, kSigmas * std::sqrt(2 / n));
  EXPECT_NEAR(mean_of(x, [](double z) { return z * z * z; }), 0, kSigmas * std::sqrt(15 / n));
  EXPECT_NEAR(mean_of(x, [](double z) { return z * z * z * z; }), 3, kSigmas * std::sqrt(96 / n));
}

TEST(Stream, KolmogorovSmirnov) {
  for (const int64_t per_sample : {1, 4, 1000}) {
    EXPECT_LT(kolmogorov_smirnov(uniforms(kDraws, per_sample), [](double u) { return u; }),
              kKolmogorov);
    EXPECT_LT(kolmogorov_smirnov(normals(kDraws, per_sample),
                                 [](double z) { return std::erfc(-z / std::sqrt(2.0)) / 2; }),
              kKolmogorov);
  }
}

TEST(Stream, NeighboursAreUncorrelated) {
  const double bound = kSigmas / std::sqrt(kDraws / 2.0);
  EXPECT_NEAR(correlation(normals(kDraws, 1)), 0, bound);  // of two samples
  EXPECT_NEAR(correlation(normals(kDraws, 2)), 0, bound);  // sine and cosine of one Box-Muller pair
  std::vector<float> steps(kDraws);                        // of two steps
  for (int64_t i = 0; i < kDraws; ++i) Stream(3).normal(std::span(steps).subspan(i, 1), 1, i);
  EXPECT_NEAR(correlation(steps), 0, bound);
}

TEST(Stream, RowsTogetherAreRowsOneByOne) {
  const Stream stream(9, "z");
  for (const int64_t width : {1, 3, 4, 100}) {
    const int64_t rows = 1000;
    std::vector<float> normal(rows * width), uniform(rows * width), row(width);
    stream.normal(normal, width, 5, 11);
    stream.uniform(uniform, width, 5, 11);
    for (int64_t i = 0; i < rows; ++i) {
      stream.normal(row, width, 5, 11 + i);
      EXPECT_TRUE(std::equal(row.begin(), row.end(), normal.begin() + i * width));
      stream.uniform(row, width, 5, 11 + i);
      EXPECT_TRUE(std::equal(row.begin(), row.end(), uniform.begin() + i * width));
    }
  }
}

TEST(Stream, NothingToFill) {
  std::vector<float> none;
  EXPECT_NO_THROW(Stream(0).normal(none, 4, 0));
  EXPECT_NO_THROW(Stream(0).uniform(none, 0, 0));
}

TEST(Stream, PermutationHoldsEveryIndexOnce) {
  for (const int64_t n : {0, 1, 2, 1000}) {
    std::vector<int64_t> order = Stream(4).permutation(n, 2);
    std::sort(order.begin(), order.end());
    ASSERT_EQ(static_cast<int64_t>(order.size()), n);
    for (int64_t i = 0; i < n; ++i) EXPECT_EQ(order[i], i);
  }
}

TEST(Stream, PermutationsOfThreeAreEquallyLikely) {
  const int draws = 60'000;
  std::map<std::vector<int64_t>, int> counts;
  for (int step = 0; step < draws; ++step) ++counts[Stream(6).permutation(3, step)];
  ASSERT_EQ(counts.size(), 6u);
  double chi_square = 0;
  for (const auto& [order, count] : counts)
    chi_square += std::pow(count - draws / 6.0, 2) / (draws / 6.0);
  EXPECT_LT(chi_square, 25.7);  // 5 degrees of freedom, probability 1e-4
}

}  // namespace
}  // namespace gan
