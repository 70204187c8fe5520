#include "gan/core/error.h"

#include <gtest/gtest.h>

namespace gan {
namespace {

TEST(Error, CarriesItsExitCodeAndText) {
  const auto code_of = [](const Error& e) { return e.code(); };
  EXPECT_EQ(code_of(UsageError("{} of {}", 1, "x")), Exit::usage);
  EXPECT_EQ(code_of(DataError("")), Exit::data);
  EXPECT_EQ(code_of(DivergedError("")), Exit::diverged);
  EXPECT_STREQ(UsageError("{} of {}", 1, "x").what(), "1 of x");
}

TEST(Error, TypesAreCaughtApart) {
  EXPECT_THROW(throw DataError("a"), DataError);
  try {
    throw DataError("a");
  } catch (const UsageError&) {
    FAIL() << "a DataError is no UsageError";
  } catch (const Error& e) {
    EXPECT_EQ(static_cast<int>(e.code()), 3);
  }
}

TEST(Error, ABraceInAValueIsText) {
  EXPECT_STREQ(DataError("{}", "{}").what(), "{}");
}

TEST(Error, IsOneLineWhateverItNames) {
  EXPECT_STREQ(UsageError("{}", "a\nb\x1b[2J \u00e9").what(), "a\\x0ab\\x1b[2J \u00e9");
}

TEST(DidYouMean, NamesTheNearest) {
  const std::vector<std::string> known{"mnist", "fashion-mnist", "toy:ring8"};
  EXPECT_EQ(did_you_mean("minst", known), " (did you mean 'mnist'?)");
  EXPECT_EQ(did_you_mean("fashion_mnist", known), " (did you mean 'fashion-mnist'?)");
  EXPECT_EQ(did_you_mean("toy:ring", known), " (did you mean 'toy:ring8'?)");
  EXPECT_EQ(did_you_mean("mnist", known), " (did you mean 'mnist'?)");
}

TEST(DidYouMean, IsSilentWhenNothingIsNear) {
  EXPECT_EQ(did_you_mean("imagenet", {"mnist", "toy:ring8"}), "");
  EXPECT_EQ(did_you_mean("x", {}), "");
  EXPECT_EQ(did_you_mean("", {"mnist"}), "");
}

}  // namespace
}  // namespace gan
