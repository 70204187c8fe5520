#include "gan/io/gzip.h"

#include "gan/io/testing.h"

namespace gan {
namespace {

using namespace std::string_literals;

/// RFC 1952: header, one stored block (RFC 1951), CRC-32 of "hello", its length.
const std::string kHello =
    "\x1f\x8b\x08\0\0\0\0\0\0\xff"
    "\x01\x05\0\xfa\xff"
    "hello"
    "\x86\xa6\x10\x36"
    "\x05\0\0\0"s;

std::string parse(std::string_view bytes) {
  return gunzip(std::string(bytes), kWho);
}

TEST(Gzip, ReadsTheFormat) {
  EXPECT_EQ(parse(kHello), "hello");
}

TEST(Gzip, RoundTripsAndRepeats) {
  std::string mixed;
  for (uint32_t i = 0, x = 1; i < 300000; ++i, x = x * 1664525 + 1013904223)
    mixed += static_cast<char>(x >> 24);
  for (const std::string& content : {""s, "a"s, std::string(1000000, 'z'), mixed}) {
    EXPECT_EQ(parse(gzip(content)), content);
    EXPECT_EQ(gzip(content), gzip(content));
  }
  EXPECT_LT(gzip(std::string(1000000, 'z')).size(), 2000u);
}

TEST(Gzip, OtherBytesComeBack) {
  for (const std::string& plain : {""s, "\x1f"s, "label,x\n"s, "\0\0\x08\x01"s})
    EXPECT_EQ(parse(plain), plain);
}

TEST(Gzip, SeveralMembersAndPadding) {
  EXPECT_EQ(parse(kHello + gzip(" world") + gzip("") + gzip("!")), "hello world!");
  EXPECT_EQ(parse(kHello + std::string(512, '\0')), "hello");
}

TEST(Gzip, NoPrefixParses) {
  expect_prefixes_fail(kHello, parse, 2);
  expect_prefixes_fail(gzip("a longer text, a longer text"), parse, 2);
}

TEST(Gzip, SecondMemberMayNotBeCut) {
  const std::string second = gzip("world");
  for (size_t size = 1; size < second.size(); ++size) {
    expect_data_error([&] { parse(kHello + second.substr(0, size)); }, "download it again");
  }
}

TEST(Gzip, SurvivesDamage) {
  expect_survives_damage(kHello, parse);
}

TEST(Gzip, SaysWhatIsWrong) {
  expect_data_error([] { parse(kHello.substr(0, 20)); }, "file ends early; download it again");
  std::string damaged = kHello;
  damaged[16] = 'E';
  expect_data_error([&] { parse(damaged); }, "incorrect data check");
  expect_data_error([] { parse(kHello + "rubbish"); }, "7 bytes after the end");
}

}  // namespace
}  // namespace gan
