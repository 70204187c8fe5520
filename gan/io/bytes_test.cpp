#include "gan/io/bytes.h"

#include <gtest/gtest.h>

#include <limits>

namespace gan {
namespace {

constexpr int64_t kHuge = std::numeric_limits<int64_t>::max();

TEST(Bytes, NumbersHaveTheirLowestByteFirst) {
  std::string out;
  append_little<uint32_t>(out, 0x01020304);
  EXPECT_EQ(out, "\x04\x03\x02\x01");
  EXPECT_EQ(load_little<uint32_t>(out), 0x01020304u);
  EXPECT_EQ(load_little<uint16_t>(out), 0x0304u);
}

TEST(Bytes, CountsOnlyWhatFits) {
  EXPECT_EQ(byte_count({}, 4), 4);
  EXPECT_EQ(byte_count({2, 3}, 4), 24);
  EXPECT_EQ(byte_count({kHuge}, 1), kHuge);
  EXPECT_EQ(byte_count({5, 0, 7}, 8), 0);
  EXPECT_EQ(byte_count({-1}, 1), std::nullopt);
  EXPECT_EQ(byte_count({-1, 0}, 1), std::nullopt);
  EXPECT_EQ(byte_count({kHuge}, 2), std::nullopt);
  EXPECT_EQ(byte_count({kHuge, kHuge}, 1), std::nullopt);
  EXPECT_EQ(byte_count({0, kHuge, kHuge}, 1), std::nullopt);
}

TEST(Bytes, TextForErrors) {
  EXPECT_EQ(shape_text({}), "[]");
  EXPECT_EQ(shape_text({60000, 28, 28}), "[60000, 28, 28]");
  EXPECT_EQ(shape_text(Shape(500, 1)), "[1, 1, 1, 1, 1, 1, 1, 1, ...]");
  EXPECT_EQ(in_quotes("a\nb"), R"("a\nb")");
  EXPECT_EQ(in_quotes(std::string_view("\0\x1b\xff", 3)), R"("\x00\x1b\xff")");
  EXPECT_EQ(in_quotes("abcdef", 3), R"("abc"...)");
}

}  // namespace
}  // namespace gan
