#include "gan/io/tfevents.h"

#include <gtest/gtest.h>

#include <limits>
#include <vector>

namespace gan {
namespace {

using namespace std::string_literals;
using Scalars = std::vector<std::pair<std::string, double>>;

TEST(TfEvents, Crc32cCheckValues) {
  EXPECT_EQ(crc32c("123456789"), 0xe3069283u);
  EXPECT_EQ(crc32c(""), 0u);
  EXPECT_EQ(crc32c(std::string(32, '\0')), 0x8a9136aau);  // RFC 3720, B.4
  EXPECT_EQ(crc32c(std::string(32, '\xff')), 0x62a8ab43u);
}

TEST(TfEvents, HeaderByteForByte) {
  EXPECT_EQ(event_file_header(1.5),
            "\x18\0\0\0\0\0\0\0"
            "\xa3\x7f\x4b\x22"          // 24 bytes follow: as every TensorFlow file begins
            "\x09\0\0\0\0\0\0\xf8\x3f"  // wall_time = 1.5
            "\x1a\x0d"
            "brain.Event:2"  // file_version
            "\x2a\x28\x64\x6c"s);
}

TEST(TfEvents, ScalarByteForByte) {
  EXPECT_EQ(scalar_event(1.5, 2, Scalars{{"a", 0.5}}),
            "\x17\0\0\0\0\0\0\0"
            "\xe7\xce\xf8\x1e"          // 23 bytes follow
            "\x09\0\0\0\0\0\0\xf8\x3f"  // wall_time = 1.5
            "\x10\x02"                  // step = 2
            "\x2a\x0a"
            "\x0a\x08"  // summary of 10 bytes, value of 8
            "\x0a\x01"
            "a"
            "\x15\0\0\0\x3f"  // tag, simple_value = 0.5
            "\x7a\xf7\xb1\xfc"s);
}

TEST(TfEvents, SeveralScalarsInOneSummary) {
  const std::string event = scalar_event(0, 0, Scalars{{"a", 1}, {"bc", -2}});
  EXPECT_EQ(event.substr(12 + 9 + 2, 23),
            "\x2a\x15"
            "\x0a\x08\x0a\x01"
            "a\x15\0\0\x80\x3f"
            "\x0a\x09\x0a\x02"
            "bc\x15\0\0\0\xc0"s);
  EXPECT_EQ(scalar_event(0, 0, {}).substr(12 + 9 + 2, 2), "\x2a\0"s);
}

TEST(TfEvents, LongVarints) {
  const auto step = [](int64_t value) {
    const std::string event = scalar_event(0, value, {});
    return event.substr(12 + 10, event.size() - 12 - 10 - 2 - 4);
  };
  EXPECT_EQ(step(127), "\x7f");
  EXPECT_EQ(step(300), "\xac\x02");
  EXPECT_EQ(step(-1), "\xff\xff\xff\xff\xff\xff\xff\xff\xff\x01");
  const std::string event = scalar_event(0, 0, Scalars{{std::string(200, 't'), 0}});
  EXPECT_EQ(event.substr(12 + 11, 9), "\x2a\xd3\x01\x0a\xd0\x01\x0a\xc8\x01");
}

TEST(TfEvents, LengthAndValueInTheRecord) {
  const std::string event =
      scalar_event(0, 0, Scalars{{"x", std::numeric_limits<double>::infinity()}});
  EXPECT_EQ(static_cast<size_t>(event[0]) + 16, event.size());
  EXPECT_EQ(event.substr(event.size() - 9, 5), "\x15\0\0\x80\x7f"s);
}

}  // namespace
}  // namespace gan
