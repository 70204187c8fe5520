#include "gan/core/duration.h"

#include <gtest/gtest.h>

namespace gan {
namespace {

TEST(Duration, IsToldInTwoUnitsAtMost) {
  EXPECT_EQ(duration(42.4), "42 s");
  EXPECT_EQ(duration(190), "3 min 10 s");
  EXPECT_EQ(duration(2 * 3600 + 5 * 60 + 29), "2 h 5 min");
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
