#include "gan/io/csv.h"

#include <cmath>
#include <limits>

#include "gan/io/testing.h"

namespace gan {
namespace {

Csv parse(std::string_view text) {
  return parse_csv(text, kWho);
}

std::vector<float> floats(std::string_view text) {
  return as_floats(parse(text).array.values);
}

const std::vector<double>& doubles(const Csv& csv) {
  return std::get<std::vector<double>>(csv.array.values);
}

void expect_error(std::string_view text, std::string_view part) {
  SCOPED_TRACE(text);
  expect_data_error([&] { parse(text); }, part);
}

TEST(Csv, ReadsNumbers) {
  const Csv csv = parse("1,2.5,-3e2\n.5,+4,-0\n");
  EXPECT_TRUE(csv.columns.empty());
  EXPECT_EQ(csv.array.shape, (Shape{2, 3}));
  EXPECT_EQ(as_floats(csv.array.values), (std::vector<float>{1, 2.5, -300, 0.5, 4, 0}));
}

TEST(Csv, ReadsColumnNames) {
  const Csv csv = parse("x, label\n1,2\n");
  EXPECT_EQ(csv.columns, (std::vector<std::string>{"x", "label"}));
  EXPECT_EQ(csv.array.shape, (Shape{1, 2}));
}

TEST(Csv, TakesWhatOtherProgramsWrite) {
  const std::vector<float> values{1, 2, 3, 4};
  for (const std::string_view text :
       {"1,2\r\n3,4\r\n",
        "\xef\xbb\xbf"
        "1,2\n3,4",
        " 1 ,\t2\n3 , 4 ", "1,2\n3,4\n\n \r\n\n", "\n1,2\n\n  \n3,4", "1;2\n3;4\n", "1\t2\n3\t4\n",
        "1,2\r3,4\r", "1,2\r\r3,4", "\"1\",2\n3,\" 4\"\n"}) {
    EXPECT_EQ(floats(text), values) << text;
  }
  EXPECT_EQ(parse("\xef\xbb\xbfx\n1").columns, std::vector<std::string>{"x"});
}

TEST(Csv, RoundTripsEveryFloat) {
  using Limits = std::numeric_limits<float>;
  std::vector<float> values{0.1f,          1.0f / 3,
                            16777216,      -0.0f,
                            Limits::max(), Limits::lowest(),
                            Limits::min(), Limits::denorm_min(),
                            1e20f,         3};
  EXPECT_EQ(format_csv({}, 2, std::vector<float>{0.1f, 3}), "0.1,3\n");
  const std::string text = format_csv({"a", "b"}, 2, values);
  EXPECT_EQ(text.substr(0, 8), "a,b\n0.1,");
  EXPECT_EQ(floats(text), values);
  EXPECT_TRUE(std::signbit(floats(text)[3]));
}

TEST(Csv, TooSmallForAFloatIsZero) {
  EXPECT_EQ(floats("1e-50,-1e-60"), (std::vector<float>{0, 0}));
}

TEST(Csv, NamesLineAndColumn) {
  expect_error("1,2\n3,x\n", R"(line 2, column 2: expected a number, got "x")");
  expect_error("a,b\n1,nan\n", R"(line 2, column 2 ("b"): expected a finite number, got "nan")");
  expect_error(
      "\xef\xbb\xbf\xef\xbb\xbf"
      "a\n1\n",
      "line 1, column 1: expected a number");
  expect_error("nan,inf\n1,2\n", R"(line 1, column 1: expected a finite number, got "nan")");
  expect_error("1,-inf\n", R"(column 2: expected a finite number, got "-inf")");
  expect_error("1,1e39\n", R"(column 2: expected a number within float's range, got "1e39")");
  expect_error("1,2\n3\n", "line 2: expected 2 cells as in the first line, got 1");
  expect_error("a,b\n\n1,2\r\n\r\n3\n", "line 5: expected 2 cells as in the first line, got 1");
  expect_error("\"a\nb\",c\n1,2\n3\n", "line 4: expected 2 cells");
  expect_error("a,b\r1,2\r3\r", "line 3: expected 2 cells");
  expect_error("a,b\n1,2,3\n", "line 2: expected 2 cells as in the first line, got 3");
}

TEST(Csv, RefusesHalfNumbers) {
  for (const std::string_view cell : {"", "1 2", "0x10", "1;2", "+-1", "++1", "-", "1e", "1,2"}) {
    expect_error("1,2\n3,\"" + std::string(cell) + "\",", "line 2: expected 2 cells");
    expect_error("1,2\n\"" + std::string(cell) + "\",3", "line 2, column 1: expected a number");
  }
}

TEST(Csv, QuotedCells) {  // RFC 4180, 2.5 to 2.7
  const Csv csv = parse("\"clerk, senior\",\"two\nlines\",\"say \"\"no\"\"\"\r\n\"1\",2,\"3\"\r\n");
  EXPECT_EQ(csv.columns, (std::vector<std::string>{"clerk, senior", "two\nlines", "say \"no\""}));
  EXPECT_EQ(as_floats(csv.array.values), (std::vector<float>{1, 2, 3}));
  const std::string written = format_csv(csv.columns, 3, std::vector<float>{1, 2, 3});
  EXPECT_EQ(written, "\"clerk, senior\",\"two\nlines\",\"say \"\"no\"\"\"\n1,2,3\n");
  EXPECT_EQ(parse(written).columns, csv.columns);
  expect_error("1,2\n3,4\"5\n", "line 2: a double quote stands inside a cell");
  expect_error("1,2\n3,\"4\n5,6\n", "line 2: a quote is opened and never closed");
}

TEST(Csv, TheFirstRowSaysWhatSeparatesCells) {
  EXPECT_EQ(parse("\"a;b\",c\n1,2\n").columns, (std::vector<std::string>{"a;b", "c"}));
  EXPECT_EQ(parse("a b\tc d\n1\t2\n").columns, (std::vector<std::string>{"a b", "c d"}));
  EXPECT_EQ(parse_csv("a b\tc, d\n1\t2\n", kWho, Separator::tab).columns,
            (std::vector<std::string>{"a b", "c, d"}));
  expect_error(
      "a;b\n1,5;2,5\n",
      "line 2, column 1 (\"a\"): expected a number, got \"1,5\"; decimals are written with a point");
}

TEST(Csv, KeepsDigitsThatFloat32DoesNot) {
  EXPECT_TRUE(std::holds_alternative<std::vector<float>>(parse("1,16777216\n").array.values));
  EXPECT_EQ(doubles(parse("1,16777217\n")), (std::vector<double>{1, 16777217}));
  EXPECT_EQ(parse("9007199254740992\n").array.first_rounded, -1);
  EXPECT_EQ(parse("1,9007199254740993\n").array.first_rounded, 1);
  EXPECT_EQ(parse("1,-9007199254740993\n").array.first_rounded, 1);
  EXPECT_EQ(format_csv({}, 1, std::vector<double>{1700000012.5}), "1700000012.5\n");
}

/// The nearest float32 of 1 + 2^-24 + 2^-60 is 1 + 2^-23; by way of float64, which makes a tie of
/// it, it would be 1.
TEST(Csv, RoundsOnce) {
  EXPECT_EQ(floats("1.000000059604644775390625000000867361737988403547205962240695953369140625")[0],
            1 + 0x1p-23F);
  EXPECT_EQ(floats("1.00000017881393432617187499999")[0], 1 + 0x1p-23F);
}

TEST(Csv, AFirstLineOfBothIsNoHeader) {
  expect_error(
      "label,1,2\n3,4,5\n",
      R"(line 1, column 1: expected a number, got "label"; in a line of names each is text, and that of column 2 is "1")");
  expect_error("a,,b\n1,2,3\n", R"(that of column 2 is "")");
  for (const std::string_view text :
       {",a\n0,2\n", "\"\",\"a\",\"b\"\n\"1\",2,3\n", ",0,1\n0,2,3\n"})
    expect_error(text,
                 "line 1, column 1 has no name, as where pandas or R write the numbers of rows; "
                 "save without them: to_csv(index=False)");
}

TEST(Csv, AHeaderOfNumbersIsNoted) {
  const auto notes = [](std::string_view text) { return parse(text).notes; };
  ASSERT_EQ(notes("0,1,2\n3,4,5\n").size(), 1u);
  EXPECT_EQ(notes("0,1,2\n3,4,5\n")[0],
            "some/file: line 1 counts from 0 to 2, as names of columns do, and is taken for an "
            "example; if it is a header, remove it");
  EXPECT_EQ(notes("1,2\n3,4\n").size(), 1u);
  for (const std::string_view text :
       {"0\n1\n", "0,2\n3,4\n", "0.0,1.0\n3,4\n", "a,b\n0,1\n", "5,6\n0,1\n"})
    EXPECT_TRUE(notes(text).empty()) << text;
}

TEST(Csv, SaysWhatIsProbablyTheMatter) {
  expect_error("1 2\n3 4\n",
               "line 2, column 1 (\"1 2\"): expected a number, got \"3 4\"; cells are separated by "
               "commas, semicolons or tabs");
  expect_error(
      "age,job\n1,\"clerk, senior\"\n",
      R"(line 2, column 2 ("job"): expected a number, got "clerk, senior"; columns must be numbers for now)");
  for (const std::string date :
       {"2024-01-31", "31.1.2024", "1/31/24", "12:30:00", "2024-01-31T12:30:00Z"})
    expect_error("day\n" + date + "\n", "which looks like a date; columns must be numbers for now");
  expect_error("1,2\n3,\n", "line 2, column 2: expected a number, got \"\": the cell is empty");
  expect_error(std::string_view("\xff\xfe"
                                "1\0,\0"
                                "2\0",
                                8),
               "no text in UTF-8");
  expect_error("", "is empty");
}

TEST(Csv, RefusesNoRows) {
  for (const std::string_view text : {"\n\n", "\xef\xbb\xbf", "a,b\n", "a,b"})
    expect_error(text, "no rows");
}

TEST(Csv, SurvivesEveryPrefixAndDamage) {
  const std::string text = "\xef\xbb\xbfx,\"y\"\r\n1.5e3, -2\r\nnan,3\n";
  for (size_t size = 0; size < text.size(); ++size)
    expect_survives_damage(text.substr(0, size), parse);
}

TEST(Csv, RefusesToWriteALie) {
  const std::vector<float> two{1, 2};
  const auto refuses = [&](const std::vector<std::string>& names, int64_t width,
                           std::string_view part) {
    expect_data_error([&] { format_csv(names, width, two); }, part, "format_csv");
  };
  refuses({}, 0, "2 numbers are no rows of 0");
  refuses({}, 3, "2 numbers are no rows of 3");
  refuses({"a"}, 2, "1 names for 2 columns");
  for (const std::string name : {"", "1", "nan", " a", "a\n"})
    refuses({name}, 1, "cannot name a column");
}

}  // namespace
}  // namespace gan
