#include "gan/io/npy.h"

#include <cmath>

#include "gan/io/bytes.h"
#include "gan/io/testing.h"

namespace gan {
namespace {

using namespace std::string_literals;

Array parse(std::string_view bytes) { return parse_npy(bytes, kWho); }

/// A version 1 file round any header text.
std::string file(const std::string& header, const std::string& data) {
  std::string out = "\x93NUMPY\x01\0"s;
  append_little(out, static_cast<uint16_t>(header.size()));
  return out + header + data;
}

std::string file(const std::string& descr, const std::string& shape, const std::string& data) {
  return file("{'descr': '" + descr + "', 'fortran_order': False, 'shape': " + shape + ", }\n", data);
}

template <class T>
std::string packed(std::initializer_list<T> values) {
  std::string out;
  for (const T value : values) append_little(out, value);
  return out;
}

TEST(Npy, WritesTheFormat) {
  const std::vector<float> values{1, -2};
  const std::string header = "{'descr': '<f4', 'fortran_order': False, 'shape': (2,), }";
  EXPECT_EQ(format_npy({2}, values),
            "\x93NUMPY\x01\0\x76\0"s + header + std::string(60, ' ') + "\n" + "\0\0\x80\x3f\0\0\0\xc0"s);
}

TEST(Npy, RoundTripsAligned) {
  for (const Shape& shape : {Shape{6}, Shape{2, 3}, Shape{1, 3, 1, 2}, Shape{0, 5}, Shape(64, 1)}) {
    std::vector<float> values(static_cast<size_t>(product(shape)), 0.1f);
    const std::string bytes = format_npy(shape, values);
    EXPECT_EQ((bytes.size() - 4 * values.size()) % 64, 0u);
    EXPECT_EQ(parse(bytes).shape, shape);
    EXPECT_EQ(parse(bytes).values, values);
  }
}

TEST(Npy, ReadsEveryType) {
  const std::vector<float> positive{1, 2}, both{-1, 2};
  EXPECT_EQ(parse(file("|u1", "(2,)", packed<uint8_t>({1, 255}))).values, (std::vector<float>{1, 255}));
  EXPECT_EQ(parse(file("|i1", "(2,)", packed<int8_t>({-1, 2}))).values, both);
  EXPECT_EQ(parse(file("<u2", "(2,)", packed<uint16_t>({1, 2}))).values, positive);
  EXPECT_EQ(parse(file("<i2", "(2,)", packed<int16_t>({-1, 2}))).values, both);
  EXPECT_EQ(parse(file("<u4", "(2,)", packed<uint32_t>({1, 2}))).values, positive);
  EXPECT_EQ(parse(file("<i4", "(2,)", packed<int32_t>({-1, 2}))).values, both);
  EXPECT_EQ(parse(file("<u8", "(2,)", packed<uint64_t>({1, 2}))).values, positive);
  EXPECT_EQ(parse(file("<i8", "(2,)", packed<int64_t>({-1, 2}))).values, both);
  EXPECT_EQ(parse(file("<f4", "(2,)", packed<float>({-1, 2}))).values, both);
  EXPECT_EQ(parse(file("<f8", "(2,)", packed<double>({-1, 2}))).values, both);
  EXPECT_TRUE(std::isinf(parse(file("<f8", "(1,)", packed<double>({1e300}))).values[0]));
}

TEST(Npy, ReadsOtherSpellings) {
  const std::string header = "{ \"shape\":(1L ,2L),'fortran_order' :False,\"descr\":\"|u1\"}   ";
  EXPECT_EQ(parse(file(header, "ab")).shape, (Shape{1, 2}));
  for (const std::string& version : {"\x02\0"s, "\x03\0"s}) {
    const std::string bytes =
        "\x93NUMPY" + version + packed<uint32_t>({uint32_t(header.size())}) + header + "ab";
    EXPECT_EQ(parse(bytes).values, (std::vector<float>{'a', 'b'}));
    expect_prefixes_fail(bytes, parse);
  }
}

TEST(Npy, NoPrefixParses) { expect_prefixes_fail(format_npy({2, 1}, std::vector<float>{1, 2}), parse); }
TEST(Npy, SurvivesDamage) { expect_survives_damage(file("<f4", "(1,)", "abcd"), parse); }

TEST(Npy, RefusesWhatItCannotRead) {
  const auto refuses = [](const std::string& bytes, std::string_view part) {
    expect_data_error([&] { parse(bytes); }, part);
  };
  refuses("", "is empty");
  refuses("1,2\n", "not an NPY file");
  refuses("PK\x03\x04 a zip", "is a zip archive, as .npz are");
  refuses(file("<U5", "(1,)", std::string(20, 'a')), "got \"<U5\" (text); save array.astype");
  refuses(file("|O", "(1,)", "abcdefgh"), "(Python objects)");
  refuses(file("<c8", "(1,)", "abcdefgh"), "(complex numbers)");
  refuses("\x93NUMPY\x04\0\0\0\0\0"s, "version 1, 2 or 3, got 4");
  refuses("\x93NUMPY\x02\0\xff\xff\xff\xff"s, "ends in the NPY header");
  refuses(file("<f4", "()", "abcd"), "1 to 64 dimensions, got 0");
  refuses(file(">f4", "(1,)", "abcd"), "got \">f4\" (big-endian); save array.astype('<f4')");
  refuses(file("|b1", "(1,)", "a"), "got \"|b1\"");
  refuses(file("{'descr': '<f4', 'fortran_order': True, 'shape': (1,), }", "abcd"), "got Fortran order");
  refuses(file("<f4", "(2,)", "abcd"), "[2] of <f4 needs 8 bytes after the NPY header, the file has 4");
  refuses(file("<f4", "(1,)", "abcde"), "the file has 5");
}

TEST(Npy, RefusesMalformedHeaders) {
  const std::string rest = "'fortran_order': False, 'shape': (1,)";
  for (const std::string& header :
       {""s, "\n\n"s, "{"s, "{}"s, "{" + rest + "}", "{'descr': '|u1', " + rest,
        "{'descr': '|u1' " + rest + "}", "{'descr': '|u1', 'descr': '|u1', " + rest + "}",
        "{'descr': '|u1', 'more': 1, " + rest + "}", "{'descr': [('a', '|u1')], " + rest + "}",
        "{'descr': '|u1', " + rest + "} x", "{'descr': '|u1, " + rest + "}",
        "{'descr': '|u1', 'fortran_order': 0, 'shape': (1,)}"s, "{'descr': '|u1', 'fortran_order': False}"s}) {
    SCOPED_TRACE(header);
    expect_data_error([&] { parse(file(header, "a")); }, "plain array's NPY header");
  }
  for (const std::string shape :
       {"1", "(", "(-1,)", "(x)", "(1 2)", "(,)", "(9223372036854775808,)", "(1.0,)"}) {
    SCOPED_TRACE(shape);
    expect_data_error([&] { parse(file("|u1", shape, "a")); }, "plain array's NPY header");
  }
}

TEST(Npy, HugeShapesAllocateNothing) {
  expect_data_error([] { parse(file("|u1", "(9223372036854775807,)", "")); },
                    "needs 9223372036854775807 bytes");
  expect_data_error([] { parse(file("<f8", "(9223372036854775807,)", "")); }, "no file can hold");
  expect_data_error([] { parse(file("|u1", "(4294967296, 4294967296, 0)", "")); }, "no file can hold");
  expect_data_error([] { parse(file("|u1", "(0, 9223372036854775807, 0)", "")); }, "no file can hold");
  std::string many = "(";
  for (int i = 0; i < 65; ++i) many += "1, ";
  expect_data_error([&] { parse(file("|u1", many + ")", "a")); }, "got 65");
}

TEST(Npy, RefusesToWriteALie) {
  const std::vector<float> one{1};
  expect_data_error([&] { format_npy({}, one); }, "got 0", "format_npy");
  expect_data_error([&] { format_npy(Shape(65, 1), one); }, "got 65", "format_npy");
  expect_data_error([&] { format_npy({2, 3}, one); }, "shape [2, 3] does not fit 1 numbers", "format_npy");
  expect_data_error([&] { format_npy({-1}, one); }, "[-1]", "format_npy");
}

}  // namespace
}  // namespace gan
