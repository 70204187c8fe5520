#include "gan/core/table.h"

#include <gtest/gtest.h>

namespace gan {
namespace {

TEST(Table, AlignsItsColumns) {
  EXPECT_EQ(table({{"run", "nats"}, {"one", "1.5 ± 0.1"}, {"another", "-3"}}),
            "  run           nats\n"
            "  one      1.5 ± 0.1\n"
            "  another         -3\n");
}

TEST(Wrapped, BreaksLinesAtBlanks) {
  EXPECT_EQ(wrapped("short"), "short\n");
  EXPECT_EQ(wrapped(""), "");
  const std::string forty(40, 'x');
  EXPECT_EQ(wrapped(forty + " " + std::string(39, 'y'), ""),
            forty + " " + std::string(39, 'y') + "\n");  // 80 columns
  EXPECT_EQ(wrapped(forty + " " + std::string(40, 'y'), ""),
            forty + "\n" + std::string(40, 'y') + "\n");
  const std::string word(100, 'z');
  EXPECT_EQ(wrapped("a " + word + " b", "  - "), "  - a\n    " + word + "\n    b\n");
  EXPECT_EQ(wrapped("one\ntwo\n", "> "), "> one\n  two\n");
  const std::string accents = "é" + std::string(39, 'x') + " é" + std::string(38, 'y');
  EXPECT_EQ(wrapped(accents), accents + "\n");
}

TEST(Wrapped, EscapesForeignText) {
  EXPECT_EQ(wrapped("a\x1b[2Jb c"), "a\\x1b[2Jb c\n");
}

TEST(Labelled, IndentsAllLinesAlike) {
  EXPECT_EQ(labelled("log Z", "1.5 nats"), "  log Z              1.5 nats\n");
  EXPECT_EQ(labelled("two", "lines\nof text"),
            "  two                lines\n"
            "                     of text\n");
  EXPECT_EQ(labelled("nearest training exa", "x"), "  nearest training exa x\n");
}

TEST(WidthOf, IsThatOfTheWidestLine) {
  EXPECT_EQ(width_of("ab\ncdé\n"), 3U);
  EXPECT_EQ(width_of(""), 0U);
}

}  // namespace
}  // namespace gan
