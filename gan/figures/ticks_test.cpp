#include "gan/figures/ticks.h"

#include <gtest/gtest.h>

#include <cmath>
#include <limits>

namespace gan {
namespace {

using Numbers = std::vector<double>;
using Words = std::vector<std::string>;

TEST(RoundTicks, AreMultiplesOfOneTwoOrFive) {
  EXPECT_EQ(round_ticks(0, 1, 6), (Numbers{0, 0.2, 0.4, 0.6, 0.8, 1}));
  EXPECT_EQ(round_ticks(0, 1, 5), (Numbers{0, 0.5, 1}));
  EXPECT_EQ(round_ticks(-0.3, 0.3, 7), (Numbers{-0.3, -0.2, -0.1, 0, 0.1, 0.2, 0.3}));
  EXPECT_EQ(round_ticks(3, 19, 4), (Numbers{5, 10, 15}));
  EXPECT_EQ(round_ticks(0, 20000, 5), (Numbers{0, 5000, 10000, 15000, 20000}));
}

TEST(RoundTicks, StayInsideAndAreNotTooMany) {
  for (double scale : {1e-200, 1e-9, 0.37, 1.0, 123.0, 4.5e17, 1e300})
    for (double low : {-1.0, -0.01, 0.0, 0.7})
      for (int most = 2; most < 12; ++most) {
        const double high = 1.3;
        const Numbers ticks = round_ticks(low * scale, high * scale, most);
        ASSERT_FALSE(ticks.empty()) << scale << ' ' << low << ' ' << most;
        EXPECT_LE(ticks.size(), static_cast<size_t>(most));
        EXPECT_GE(ticks.front(), (low - 1e-6) * scale);
        EXPECT_LE(ticks.back(), (high + 1e-6) * scale);
        EXPECT_TRUE(std::is_sorted(ticks.begin(), ticks.end()));
      }
}

TEST(RoundTicks, BearHardRanges) {
  const double inf = std::numeric_limits<double>::infinity(),
               largest = std::numeric_limits<double>::max();
  EXPECT_TRUE(round_ticks(NAN, 1, 5).empty());
  EXPECT_TRUE(round_ticks(0, inf, 5).empty());
  EXPECT_TRUE(round_ticks(1, 0, 5).empty());
  EXPECT_TRUE(round_ticks(0, 1, 0).empty());
  EXPECT_EQ(round_ticks(2, 2, 5), (Numbers{2}));
  EXPECT_EQ(round_ticks(1, std::nextafter(1, 2), 5), (Numbers{1}));
  EXPECT_EQ(round_ticks(0, 5e-324, 5), (Numbers{0}));
  EXPECT_EQ(round_ticks(-largest, largest, 5), (Numbers{-1e308, 0, 1e308}));
}

TEST(TickLabels, AreShortAndOfOneStyle) {
  EXPECT_EQ(tick_labels({0, 0.5, 1}), (Words{"0", "0.5", "1.0"}));
  EXPECT_EQ(tick_labels({0.25, 0.3, 0.35}), (Words{"0.25", "0.30", "0.35"}));
  EXPECT_EQ(tick_labels({-50, 0, 50}), (Words{"\u221250", "0", "50"}));
  EXPECT_EQ(tick_labels({0, 500, 1000}), (Words{"0", "500", "1000"}));
  EXPECT_EQ(tick_labels({0, 5000, 10000}), (Words{"0", "5k", "10k"}));
  EXPECT_EQ(tick_labels({1000000, 1500000}), (Words{"1.0M", "1.5M"}));
  EXPECT_EQ(tick_labels({0, 1e-6, 2e-6}), (Words{"0", "1e-6", "2e-6"}));
  EXPECT_EQ(tick_labels({0, 5e11, 1e12, 1.5e12}), (Words{"0", "5e11", "1e12", "1.5e12"}));
}

TEST(TickLabels, TellNeighboursApart) {
  for (const Numbers& ticks : {Numbers{1000000, 1000000.5, 1000001}, Numbers{1e12, 1e12 + 1},
                               Numbers{0.99999, 1, 1.00001}}) {
    const Words labels = tick_labels(ticks);
    for (size_t i = 1; i < labels.size(); ++i) EXPECT_NE(labels[i], labels[i - 1]);
  }
}

TEST(TickLabels, BearFewTicks) {
  EXPECT_TRUE(tick_labels({}).empty());
  EXPECT_EQ(tick_labels({0}), (Words{"0"}));
  EXPECT_EQ(tick_labels({3}), (Words{"3"}));
}

}  // namespace
}  // namespace gan
