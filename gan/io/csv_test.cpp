#include "gan/io/csv.h"

#include <cmath>
#include <limits>

#include "gan/io/testing.h"

namespace gan {
namespace {

Csv parse(std::string_view text) { return parse_csv(text, kWho); }

void expect_error(std::string_view text, std::string_view part) {
  SCOPED_TRACE(text);
  expect_data_error([&] { parse(text); }, part);
}

TEST(Csv, ReadsNumbers) {
  const Csv csv = parse("1,2.5,-3e2\n.5,+4,-0\n");
  EXPECT_TRUE(csv.columns.empty());
  EXPECT_EQ(csv.array.shape, (Shape{2, 3}));
  EXPECT_EQ(csv.array.values, (std::vector<float>{1, 2.5, -300, 0.5, 4, 0}));
}

TEST(Csv, ReadsColumnNames) {
  const Csv csv = parse("x, label\n1,2\n");
  EXPECT_EQ(csv.columns, (std::vector<std::string>{"x", "label"}));
  EXPECT_EQ(csv.array.shape, (Shape{1, 2}));
}

TEST(Csv, TakesWhatOtherProgramsWrite) {
  const std::vector<float> values{1, 2, 3, 4};
  for (const std::string_view text : {"1,2\r\n3,4\r\n", "\xef\xbb\xbf" "1,2\n3,4", " 1 ,\t2\n3 , 4 ",
                                      "1,2\n3,4\n\n \r\n\n"}) {
    EXPECT_EQ(parse(text).array.values, values) << text;
  }
  EXPECT_EQ(parse("\xef\xbb\xbfx\n1").columns, std::vector<std::string>{"x"});
}

TEST(Csv, RoundTripsEveryFloat) {
  using Limits = std::numeric_limits<float>;
  std::vector<float> values{0.1f, 1.0f / 3, 16777216, -0.0f, Limits::max(), Limits::lowest(), Limits::min(),
                            Limits::denorm_min(), 1e20f, 3};
  EXPECT_EQ(format_csv({}, 2, std::vector<float>{0.1f, 3}), "0.1,3\n");
  const std::string text = format_csv({"a", "b"}, 2, values);
  EXPECT_EQ(text.substr(0, 8), "a,b\n0.1,");
  EXPECT_EQ(parse(text).array.values, values);
  EXPECT_TRUE(std::signbit(parse(text).array.values[3]));
}

TEST(Csv, TooSmallForAFloatIsZero) { EXPECT_EQ(parse("1e-50,-1e-60").array.values, (std::vector<float>{0, 0})); }

TEST(Csv, NamesLineAndColumn) {
  expect_error("1,2\n3,x\n", R"(line 2, column 2: expected a number, got "x")");
  expect_error("a,b\n1,nan\n", R"(line 2, column 2: expected a finite number, got "nan")");
  expect_error("\xef\xbb\xbf\xef\xbb\xbf" "a\n1\n", "line 1, column 1: expected a number");
  expect_error("nan,inf\n1,2\n", R"(line 1, column 1: expected a finite number, got "nan")");
  expect_error("1,-inf\n", R"(column 2: expected a finite number, got "-inf")");
  expect_error("1,1e39\n", R"(column 2: expected a number within float's range, got "1e39")");
  expect_error("1,2\n3\n", "line 2: expected 2 cells as in the first line, got 1");
  expect_error("a,b\n\n1,2\n", "line 2: expected 2 cells as in the first line, got an empty line");
  expect_error("a,b\n1,2,3\n", "line 2: expected 2 cells as in the first line, got 3");
}

TEST(Csv, RefusesHalfNumbers) {
  for (const std::string_view cell : {"", "1 2", "0x10", "1;2", "+-1", "++1", "-", "1e", "1\r2", "\"1\""}) {
    expect_error("1,2\n3," + std::string(cell) + ",", "line 2: expected 2 cells");
    expect_error("1,2\n" + std::string(cell) + ",3", "line 2, column 1: expected a number");
  }
}

TEST(Csv, AFirstLineOfBothIsNoHeader) {
  expect_error("label,1,2\n3,4,5\n", R"(line 1, column 1: expected a number, got "label")");
  expect_error(",a\n1,2\n", R"(line 1, column 1: expected a number, got "")");
}

TEST(Csv, SaysWhatIsProbablyTheMatter) {
  expect_error("1;2\n3;4\n", "line 2, column 1: expected a number, got \"3;4\"; commas separate cells");
  expect_error("1,2\r3,4", "line feeds rows");
  expect_error("1,2\n\"3\",4\n", "numbers stand without quotes");
  expect_error("1,2\n3,\n", "line 2, column 2: expected a number, got \"\": the cell is empty");
  expect_error(std::string_view("\xff\xfe" "1\0,\0" "2\0", 8), "no text in UTF-8");
  expect_error("", "is empty");
}

TEST(Csv, RefusesNoRows) {
  for (const std::string_view text : {"\n\n", "\xef\xbb\xbf", "a,b\n", "a,b"}) expect_error(text, "no rows");
}

TEST(Csv, SurvivesEveryPrefixAndDamage) {
  const std::string text = "\xef\xbb\xbfx,y\r\n1.5e3, -2\r\nnan,3\n";
  for (size_t size = 0; size < text.size(); ++size) expect_survives_damage(text.substr(0, size), parse);
}

TEST(Csv, RefusesToWriteALie) {
  const std::vector<float> two{1, 2};
  const auto refuses = [&](const std::vector<std::string>& names, int64_t width, std::string_view part) {
    expect_data_error([&] { format_csv(names, width, two); }, part, "format_csv");
  };
  refuses({}, 0, "2 numbers are no rows of 0");
  refuses({}, 3, "2 numbers are no rows of 3");
  refuses({"a"}, 2, "1 names for 2 columns");
  for (const std::string name : {"", "1", "nan", "a,b", "a\nb", " a"}) refuses({name}, 1, "cannot name a column");
}

}  // namespace
}  // namespace gan
