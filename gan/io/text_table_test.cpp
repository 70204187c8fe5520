#include "gan/io/text_table.h"

#include <gtest/gtest.h>

#include "gan/io/testing.h"

namespace gan {
namespace {

using Cells = std::vector<std::string>;

TextTable parse(std::string_view text) {
  return parse_text_table(text, kWho);
}

TEST(TextTable, HoldsNamedColumnsOfText) {
  const TextTable table =
      parse("file_name,label\n001.png,cat\n\"a, b.png\",\"it's \"\"a\"\" dog\"");
  EXPECT_EQ(table.columns, (Cells{"file_name", "label"}));
  ASSERT_EQ(table.rows.size(), 2u);
  EXPECT_EQ(table.rows[0].cells, (Cells{"001.png", "cat"}));
  EXPECT_EQ(table.rows[1].cells, (Cells{"a, b.png", "it's \"a\" dog"}));
  EXPECT_EQ(table.column("label"), 1u);
  EXPECT_FALSE(table.column("text"));
}

TEST(TextTable, TakesWhatEditorsWrite) {
  for (const char* text : {"a;b\r\n1;x\r\n",
                           "\xef\xbb\xbf"
                           "a,b\n\n1 , x\n",
                           "a\tb\r1\tx\r"}) {
    const TextTable table = parse(text);
    EXPECT_EQ(table.columns, (Cells{"a", "b"}));
    ASSERT_EQ(table.rows.size(), 1u);
    EXPECT_EQ(table.rows[0].cells, (Cells{"1", "x"}));
  }
}

TEST(TextTable, LinesAreCounted) {
  const TextTable table = parse("a,b\n\n\"two\nlines\",x\n3,y\r\n4,z\n");
  ASSERT_EQ(table.rows.size(), 3u);
  EXPECT_EQ(table.rows[0].line, 3);
  EXPECT_EQ(table.rows[1].line, 5);
  EXPECT_EQ(table.rows[2].line, 6);
}

TEST(TextTable, RefusesWhatIsNoTable) {
  expect_data_error([] { parse(""); });
  expect_data_error([] { parse("\n\n"); }, "no rows");
  expect_data_error([] { parse("a,b\n1,2,3\n"); }, "line 2: expected 2 cells");
  expect_data_error([] { parse("a,b\n1,\"x\n"); }, "line 2: a quote is opened and never closed");
  expect_data_error([] { parse("a,b\n1,x\"y\"\n"); }, "line 2: a double quote stands inside");
  expect_data_error([] { parse(std::string_view("a,b\0c\n", 6)); }, "zero bytes");
}

}  // namespace
}  // namespace gan
