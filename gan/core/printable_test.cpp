#include "gan/core/printable.h"

#include <gtest/gtest.h>

#include "gan/core/error.h"

namespace gan {
namespace {

using namespace std::string_literals;

TEST(Printable, LeavesTextAsItIs) {
  for (const std::string text :
       {"", "runs/ring 8", "gr\u00fc\u00dfe \u00b1 \u6f22 \U0001f600", "a\\x1b"})
    EXPECT_EQ(printable(text), text);
}

TEST(Printable, EscapesWhatATerminalObeys) {
  EXPECT_EQ(printable("a\x1b[2Jb"), "a\\x1b[2Jb");
  EXPECT_EQ(printable("one\ntwo\r\t\0"s), "one\\x0atwo\\x0d\\x09\\x00");
  EXPECT_EQ(printable("\x7f"), "\\x7f");
  EXPECT_EQ(printable("\xc2\x9b"
                      "31m"),
            "\\xc2\\x9b31m");  // C1: what ESC [ is in one character
  EXPECT_EQ(printable("\xc2\xa0"), "\xc2\xa0");
}

TEST(Printable, EscapesWhatIsNoUtf8) {
  EXPECT_EQ(printable("gr\xf6\xdf"
                      "e"),
            "gr\\xf6\\xdfe");
  EXPECT_EQ(printable("\xc3"), "\\xc3");                             // cut
  EXPECT_EQ(printable("\xc0\x80"), "\\xc0\\x80");                    // longer than it need be
  EXPECT_EQ(printable("\xed\xa0\x80"), "\\xed\\xa0\\x80");           // half of a surrogate pair
  EXPECT_EQ(printable("\xf4\x90\x80\x80"), "\\xf4\\x90\\x80\\x80");  // beyond Unicode
  EXPECT_EQ(printable("\x9b"
                      "1m"),
            "\\x9b1m");
}

TEST(ShellWord, QuotesWhereItMust) {
  EXPECT_EQ(shell_word("runs/ring8-2"), "runs/ring8-2");
  EXPECT_EQ(shell_word("my run"), "'my run'");
  EXPECT_EQ(shell_word("it's"), "'it'\\''s'");
  EXPECT_EQ(shell_word("$(rm)"), "'$(rm)'");
  EXPECT_EQ(shell_word("~/x"), "'~/x'");
  EXPECT_EQ(shell_word("-x"), "./-x");
  EXPECT_EQ(shell_word("--out y"), "'./--out y'");
  EXPECT_EQ(shell_word("gr\u00fcn"), "'gr\u00fcn'");
  EXPECT_EQ(shell_word("a\x1b'\\"), "$'a\\x1b\\'\\\\'");
  EXPECT_EQ(shell_word(""), "''");
}

TEST(Error, IsPrintableAndNotEndless) {
  EXPECT_STREQ(UsageError("a\x1b\n\xff\xc2\x9b").what(), "a\\x1b\\x0a\\xff\\xc2\\x9b");
  const std::string message = UsageError("begin {} end", std::string(1'000'000, 'x')).what();
  EXPECT_LT(message.size(), 5000u);
  EXPECT_TRUE(message.starts_with("begin xxx") && message.ends_with("xxx end")) << message;
}

TEST(DidYouMean, ComparesNoLongText) {
  EXPECT_EQ(did_you_mean(std::string(1'000'000, 'x'), {std::string(1'000'001, 'x')}), "");
}

}  // namespace
}  // namespace gan
