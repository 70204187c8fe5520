#include "gan/io/idx.h"

#include "gan/io/gzip.h"
#include "gan/io/testing.h"

namespace gan {
namespace {

using namespace std::string_literals;

const std::string kImages =
    "\0\0\x08\x03\0\0\0\x02\0\0\0\x01\0\0\0\x03"
    "abcdef"s;  // [2, 1, 3]

NumberArray parse(std::string_view bytes) {
  return parse_idx(bytes, kWho);
}

const std::vector<uint8_t>& bytes_of(const NumberArray& array) {
  return std::get<std::vector<uint8_t>>(array.values);
}

TEST(Idx, ReadsAndWritesTheFormat) {
  const NumberArray array = parse(kImages);
  EXPECT_EQ(array.shape, (Shape{2, 1, 3}));
  EXPECT_EQ(bytes_of(array), (std::vector<uint8_t>{'a', 'b', 'c', 'd', 'e', 'f'}));
  EXPECT_EQ(format_idx({array.shape, bytes_of(array)}), kImages);
}

TEST(Idx, LabelsAndLongDimensions) {
  const IdxArray labels{{70000}, std::vector<uint8_t>(70000, 9)};
  const std::string bytes = format_idx(labels);
  EXPECT_EQ(bytes.substr(0, 8), "\0\0\x08\x01\0\x01\x11\x70"s);
  EXPECT_EQ(bytes_of(parse(bytes)), labels.data);
  EXPECT_EQ(parse(format_idx({{0, 28, 28}, {}})).shape, (Shape{0, 28, 28}));
}

TEST(Idx, ReadsEveryType) {  // big-endian
  const auto values = [](char type, const std::string& data) {
    return as_floats(parse("\0\0"s + type + "\1\0\0\0\2"s + data).values);
  };
  EXPECT_EQ(values(0x08, "\xff\2"s), (std::vector<float>{255, 2}));
  EXPECT_EQ(values(0x09, "\xff\2"s), (std::vector<float>{-1, 2}));
  EXPECT_EQ(values(0x0b, "\1\2\xff\xff"s), (std::vector<float>{258, -1}));
  EXPECT_EQ(values(0x0c, "\0\1\0\2\xff\xff\xff\xff"s), (std::vector<float>{65538, -1}));
  EXPECT_EQ(values(0x0d, "\x3f\x80\0\0\xc0\0\0\0"s), (std::vector<float>{1, -2}));
  EXPECT_EQ(values(0x0e, "\x3f\xf0\0\0\0\0\0\0\xc0\0\0\0\0\0\0\0"s), (std::vector<float>{1, -2}));
}

TEST(Idx, GzipIsInflatedAsFarAsTheHeaderSays) {
  EXPECT_EQ(bytes_of(parse(gzip(kImages))), bytes_of(parse(kImages)));
  std::string bomb = gzip(kImages + std::string(64 << 20, '\0'));
  bomb[bomb.size() - 8] ^= 1;  // the checksum, which stands at the end, is never reached
  expect_data_error([&] { parse(bomb); },
                    "[2, 1, 3] needs 6 bytes after the header, the file has more");
  expect_data_error([&] { parse(gzip(kImages.substr(0, 18))); },
                    "needs 6 bytes after the header, the file has 2");
  expect_data_error([&] { parse(gzip("\0\0\x08\x02\0\1\0\0\0\1\0\0"s)); },
                    "needs 4294967296 bytes after the header, the file has at most");
  std::string damaged = gzip(kImages);
  damaged[damaged.size() - 8] ^= 1;
  expect_data_error([&] { parse(damaged); }, "incorrect data check");
}

TEST(Idx, NoPrefixParses) {
  expect_prefixes_fail(kImages, parse);
}
TEST(Idx, SurvivesDamage) {
  expect_survives_damage(kImages, parse);
}

TEST(Idx, RefusesWhatIsNotIdx) {
  const auto refuses = [](const std::string& bytes, std::string_view part) {
    expect_data_error([&] { parse(bytes); }, part);
  };
  refuses("", "is empty");
  refuses("\x1f\x8b\x08\0"s, "the gzip file ends early");
  refuses("\0\1\x08\1"s, "not an IDX file");
  refuses(
      "\0\0\x0a\x01\0\0\0\x01"
      "abcd"s,
      "got 0x0a");
  refuses("\0\0\x08\0"s, "at least one dimension");
  refuses("\0\0\x08\x03\0\0\0\x01"s, "needs 16 bytes, the file has 8");
  refuses(kImages + "g", "[2, 1, 3] needs 6 bytes after the header, the file has 7");
}

TEST(Idx, HugeDimensionsAllocateNothing) {
  const std::string huge = "\xff\xff\xff\xff";
  expect_data_error([&] { parse("\0\0\x08\x01"s + huge); }, "needs 4294967295 bytes");
  expect_data_error([&] { parse("\0\0\x08\x03"s + huge + huge + huge); }, "no file can hold");
  expect_data_error([&] { parse("\0\0\x08\x04\0\0\0\0"s + huge + huge + huge); },
                    "no file can hold");
}

TEST(Idx, RefusesToWriteALie) {
  const auto refuses = [](const IdxArray& array, std::string_view part) {
    expect_data_error([&] { format_idx(array); }, part, "format_idx");
  };
  refuses({{}, {1}}, "got 0");
  refuses({Shape(256, 1), {1}}, "got 256");
  refuses({{-1}, {}}, "dimension -1");
  refuses({{int64_t{1} << 32, 0}, {}}, "dimension 4294967296");
  refuses({{2, 2}, {1}}, "shape [2, 2] does not fit 1 bytes");
}

}  // namespace
}  // namespace gan
