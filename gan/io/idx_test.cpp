#include "gan/io/idx.h"

#include "gan/io/testing.h"

namespace gan {
namespace {

using namespace std::string_literals;

const std::string kImages = "\0\0\x08\x03\0\0\0\x02\0\0\0\x01\0\0\0\x03" "abcdef"s;  // [2, 1, 3]

IdxArray parse(std::string_view bytes) { return parse_idx(bytes, kWho); }

TEST(Idx, ReadsAndWritesTheFormat) {
  const IdxArray array = parse(kImages);
  EXPECT_EQ(array.shape, (Shape{2, 1, 3}));
  EXPECT_EQ(array.data, (std::vector<uint8_t>{'a', 'b', 'c', 'd', 'e', 'f'}));
  EXPECT_EQ(format_idx(array), kImages);
}

TEST(Idx, LabelsAndLongDimensions) {
  const IdxArray labels{{70000}, std::vector<uint8_t>(70000, 9)};
  const std::string bytes = format_idx(labels);
  EXPECT_EQ(bytes.substr(0, 8), "\0\0\x08\x01\0\x01\x11\x70"s);
  EXPECT_EQ(parse(bytes).data, labels.data);
  EXPECT_EQ(parse(format_idx({{0, 28, 28}, {}})).shape, (Shape{0, 28, 28}));
}

TEST(Idx, NoPrefixParses) { expect_prefixes_fail(kImages, parse); }
TEST(Idx, SurvivesDamage) { expect_survives_damage(kImages, parse); }

TEST(Idx, RefusesWhatIsNotIdx) {
  const auto refuses = [](const std::string& bytes, std::string_view part) {
    expect_data_error([&] { parse(bytes); }, part);
  };
  refuses("", "is empty");
  refuses("\x1f\x8b\x08\0"s, "not an IDX file");
  refuses("\0\0\x0d\x01\0\0\0\x01" "abcd"s, "got 0x0d");
  refuses("\0\0\x08\0"s, "at least one dimension");
  refuses("\0\0\x08\x03\0\0\0\x01"s, "needs 16 bytes, the file has 8");
  refuses(kImages + "g", "[2, 1, 3] needs 6 bytes after the header, the file has 7");
}

TEST(Idx, HugeDimensionsAllocateNothing) {
  const std::string huge = "\xff\xff\xff\xff";
  expect_data_error([&] { parse("\0\0\x08\x01"s + huge); }, "needs 4294967295 bytes");
  expect_data_error([&] { parse("\0\0\x08\x03"s + huge + huge + huge); }, "no file can hold");
  expect_data_error([&] { parse("\0\0\x08\x04\0\0\0\0"s + huge + huge + huge); }, "no file can hold");
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
