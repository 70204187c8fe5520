#include "gan/io/npy.h"

#include <algorithm>
#include <cmath>

#include "gan/io/bytes.h"
#include "gan/io/gzip.h"
#include "gan/io/testing.h"

namespace gan {
namespace {

using namespace std::string_literals;

Array parse(std::string_view bytes) {
  return parse_npy(bytes, kWho);
}

/// A version 1 file round any header text.
std::string file(const std::string& header, const std::string& data) {
  std::string out = "\x93NUMPY\x01\0"s;
  append_little(out, static_cast<uint16_t>(header.size()));
  return out + header + data;
}

std::string file(const std::string& descr, const std::string& shape, const std::string& data) {
  return file("{'descr': '" + descr + "', 'fortran_order': False, 'shape': " + shape + ", }\n",
              data);
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
  EXPECT_EQ(format_npy({2}, values), "\x93NUMPY\x01\0\x76\0"s + header + std::string(60, ' ') +
                                         "\n" + "\0\0\x80\x3f\0\0\0\xc0"s);
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
  EXPECT_EQ(parse(file("|u1", "(2,)", packed<uint8_t>({1, 255}))).values,
            (std::vector<float>{1, 255}));
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

NumberArray numbers(const std::string& bytes) {
  ByteReader in(bytes, kWho);
  return read_npy(in);
}

std::string reversed(std::string bytes) {
  std::reverse(bytes.begin(), bytes.end());
  return bytes;
}

TEST(Npy, ReadsBoolHalvesAndBigEndian) {
  const std::vector<float> both{-1, 2};
  EXPECT_EQ(parse(file("|b1", "(2,)", "\1\0"s)).values, (std::vector<float>{1, 0}));
  for (const std::string descr : {"<u1", ">u1", "=u1"})
    EXPECT_EQ(parse(file(descr, "(2,)", "\1\xff")).values, (std::vector<float>{1, 255}));
  EXPECT_EQ(parse(file(">i2", "(2,)", reversed(packed<int16_t>({2, -1})))).values, both);
  EXPECT_EQ(parse(file(">u4", "(1,)", "\0\1\0\2"s)).values, std::vector<float>{65538});
  EXPECT_EQ(parse(file(">i8", "(2,)", reversed(packed<int64_t>({2, -1})))).values, both);
  EXPECT_EQ(parse(file(">f4", "(2,)", reversed(packed<float>({2, -1})))).values, both);
  EXPECT_EQ(parse(file(">f8", "(2,)", reversed(packed<double>({2, -1})))).values, both);
  const std::string halves =
      packed<uint16_t>({0x3c00, 0xc000, 0x3555, 0x0001, 0x8000, 0x7bff, 0x7c00});
  EXPECT_EQ(parse(file("<f2", "(7,)", halves)).values,
            (std::vector<float>{1, -2, 1365 * 0x1p-12F, 0x1p-24F, -0.0F, 65504, INFINITY}));
  EXPECT_TRUE(std::isnan(parse(file("<f2", "(1,)", "\1\x7c"s)).values[0]));
  EXPECT_EQ(parse(file(">f2", "(1,)", "\x3c\0"s)).values[0], 1);
}

TEST(Npy, FortranOrderIsTransposed) {  // numpy.asfortranarray([[[0, 1], [2, 3], [4, 5]], [[6,
                                       // ...]]]).tobytes('F')
  const std::string header = "{'descr': '|u1', 'fortran_order': True, 'shape': (2, 3, 2), }";
  const Array array = parse(file(header, "\0\6\2\x8\4\xa\1\7\3\x9\5\xb"s));
  EXPECT_EQ(array.shape, (Shape{2, 3, 2}));
  EXPECT_EQ(array.values, (std::vector<float>{0, 1, 2, 3, 4, 5, 6, 7, 8, 9, 10, 11}));
  EXPECT_EQ(parse(file("{'descr': '|u1', 'fortran_order': True, 'shape': (3,), }", "abc")).values,
            (std::vector<float>{97, 98, 99}));
  EXPECT_EQ(parse(file("{'descr': '|u1', 'fortran_order': True, 'shape': (0, 3), }", "")).shape,
            (Shape{0, 3}));
}

TEST(Npy, KeepsEachNumberInTheNarrowestTypeThatHoldsIt) {
  EXPECT_TRUE(
      std::holds_alternative<std::vector<uint8_t>>(numbers(file("|u1", "(2,)", "ab")).values));
  EXPECT_TRUE(std::holds_alternative<std::vector<float>>(
      numbers(file("<i8", "(2,)", packed<int64_t>({-5, 1 << 24}))).values));
  const NumberArray large =
      numbers(file("<i8", "(3,)", packed<int64_t>({1, 1700000000, 1700000001})));
  EXPECT_EQ(std::get<std::vector<double>>(large.values),
            (std::vector<double>{1, 1700000000, 1700000001}));
  EXPECT_EQ(large.first_rounded, -1);
  constexpr int64_t kExact = int64_t{1} << 53;
  EXPECT_EQ(numbers(file("<i8", "(3,)", packed<int64_t>({1, -kExact, -kExact - 1}))).first_rounded,
            2);
  EXPECT_EQ(numbers(file("<u8", "(2,)", packed<uint64_t>({uint64_t{1} << 63, ~uint64_t{0}})))
                .first_rounded,
            1);
  EXPECT_EQ(numbers(file("<i8", "(1,)", packed<int64_t>({INT64_MAX}))).first_rounded, 0);
}

TEST(Npy, MayBeGzipped) {
  const std::string plain = format_npy({3}, std::vector<float>{1, 2, 3});
  EXPECT_EQ(parse(gzip(plain)).values, (std::vector<float>{1, 2, 3}));
  expect_data_error([&] { parse(gzip(plain + "x")); }, "the file has more");
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

TEST(Npy, NoPrefixParses) {
  expect_prefixes_fail(format_npy({2, 1}, std::vector<float>{1, 2}), parse);
}
TEST(Npy, SurvivesDamage) {
  expect_survives_damage(file("<f4", "(1,)", "abcd"), parse);
}

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
  refuses(file("<f16", "(1,)", "abcdefghabcdefgh"), "(long double)");
  refuses(file("<f4", "(2,)", "abcd"),
          "the NPY shape [2] needs 8 bytes after the header, the file has 4");
  refuses(file("<f4", "(1,)", "abcde"), "the file has 5");
}

TEST(Npy, RefusesMalformedHeaders) {
  const std::string rest = "'fortran_order': False, 'shape': (1,)";
  for (const std::string& header :
       {""s, "\n\n"s, "{"s, "{}"s, "{" + rest + "}", "{'descr': '|u1', " + rest,
        "{'descr': '|u1' " + rest + "}", "{'descr': '|u1', 'descr': '|u1', " + rest + "}",
        "{'descr': '|u1', 'more': 1, " + rest + "}", "{'descr': [('a', '|u1')], " + rest + "}",
        "{'descr': '|u1', " + rest + "} x", "{'descr': '|u1, " + rest + "}",
        "{'descr': '|u1', 'fortran_order': 0, 'shape': (1,)}"s,
        "{'descr': '|u1', 'fortran_order': False}"s}) {
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
  expect_data_error([] { parse(file("|u1", "(4294967296, 4294967296, 0)", "")); },
                    "no file can hold");
  expect_data_error([] { parse(file("|u1", "(0, 9223372036854775807, 0)", "")); },
                    "no file can hold");
  std::string many = "(";
  for (int i = 0; i < 65; ++i) many += "1, ";
  expect_data_error([&] { parse(file("|u1", many + ")", "a")); }, "got 65");
}

TEST(Npy, RefusesToWriteALie) {
  const std::vector<float> one{1};
  expect_data_error([&] { format_npy({}, one); }, "got 0", "format_npy");
  expect_data_error([&] { format_npy(Shape(65, 1), one); }, "got 65", "format_npy");
  expect_data_error(
      [&] {
        format_npy({2, 3}, one);
      },
      "shape [2, 3] does not fit 1 numbers", "format_npy");
  expect_data_error([&] { format_npy({-1}, one); }, "[-1]", "format_npy");
}

}  // namespace
}  // namespace gan
