#include "gan/core/duration.h"

#include <gtest/gtest.h>

namespace gan {
namespace {

TEST(Duration, IsToldInTwoUnitsAtMost) {
  EXPECT_EQ(duration(42.4), "42 s");
  EXPECT_EQ(duration(190), "3 min 10 s");
  EXPECT_EQ(duration(2 * 3600 + 5 * 60 + 29), "2 h 5 min");
}

TEST(Duration, IsReadInAnyUnits) {
  EXPECT_EQ(parse_duration("90s"), 90);
  EXPECT_EQ(parse_duration("20min"), 1200);
  EXPECT_EQ(parse_duration("20m"), 1200);
  EXPECT_EQ(parse_duration("1h30min"), 5400);
  EXPECT_EQ(parse_duration("1.5h"), 5400);
  EXPECT_EQ(parse_duration("1d2h3min4.5s"), 93784.5);
}

TEST(Duration, AnythingElseIsNone) {
  for (const char* text : {"", "20", "min", "20 min", "5minutes", "30min1h", "1h1h", "1min1m",
                           "-5s", "0s", "1e3s", "nans", "infs", "s", "2h5", "1001d"})
    EXPECT_FALSE(parse_duration(text).has_value()) << text;
}

TEST(Count, IsGroupedByThousands) {
  EXPECT_EQ(count(0), "0");
  EXPECT_EQ(count(999), "999");
  EXPECT_EQ(count(1000), "1,000");
  EXPECT_EQ(count(1234567), "1,234,567");
  EXPECT_EQ(count(-999), "-999");
  EXPECT_EQ(count(-1000), "-1,000");
}

}  // namespace
}  // namespace gan
