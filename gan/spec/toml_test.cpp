#include "gan/spec/toml.h"

#include <gtest/gtest.h>

#include "gan/core/testing.h"
#include "gan/spec/config.h"

namespace gan {
namespace {

std::string repeated(int64_t count, std::string_view text) {
  std::string out;
  for (int64_t i = 0; i < count; ++i) out += text;
  return out;
}

std::string complaint(const std::string& source) {
  return gan::complaint<UsageError>([&] { check_toml_limits(source, "x.toml"); });
}

TEST(TomlLimits, AllowWhatSettingsNeed) {
  EXPECT_EQ(complaint("[a]\nb = [[1.5, 2.5], { c = [3] }]\n" + repeated(100, "x.y = 0.25\n") +
                      repeated(100, "[[list.of]]\n")),
            "");
  EXPECT_EQ(complaint("x = [" + repeated(1000, "0.5, ") + "]"), "");
  EXPECT_EQ(complaint("x = " + repeated(32, "[") + repeated(32, "]")), "");
}

TEST(TomlLimits, RefuseDepth) {
  for (const std::string& deep :
       {"x = " + repeated(33, "["), "x = " + repeated(33, "{a="), repeated(32, "a.") + "a = 1",
        "x = 1\n[" + repeated(32, "a . ") + "a]", "x = {" + repeated(60'000, "a.") + "a=1}",
        repeated(60'000, "'a'.") + "a = 1", repeated(40, "\"=\".") + "a = 1"})
    EXPECT_NE(complaint(deep).find("nests more than 32 deep"), std::string::npos)
        << deep.substr(0, 60);
  EXPECT_TRUE(complaint("a = 1\n\nx = " + repeated(33, "[")).starts_with("x.toml:3: "));
}

TEST(TomlLimits, TextAndCommentsAreNotCounted) {
  const std::string many = repeated(1000, "[{.");
  for (const std::string& text :
       {"x = \"" + many + "\"", "x = '" + many + "'",
        "x = \"\"\"" + many + "\n\"\"" + many + "\"\"\"\"\"", "x = '''" + many + "'''", "# " + many,
        "x = \"\\\"" + many + "\""})
    EXPECT_EQ(complaint(text + "\ny = 1"), "") << text.substr(0, 20);
}

TEST(TomlLimits, EndsOfTextAreFound) {
  const std::string deep = "\nx = " + repeated(33, "[");
  for (const std::string text :
       {"a = \"x\"", "a = \"\\\\\"", "a = 'x\\'", "a = \"\"", "a = \"\"\"x\"\"\"\"\"",
        "a = ''''x'''''", "a = \"no end", "# \"\"\"", "a = \"\"\"\"\"\""})
    EXPECT_NE(complaint(text + deep).find("deep"), std::string::npos) << text;
}

TEST(TomlLimits, RefuseMoreThanAMegabyte) {
  EXPECT_EQ(complaint(std::string(1'000'000, '#')), "");
  EXPECT_EQ(complaint(std::string(1'000'001, '#')),
            "x.toml: has 1000001 bytes; settings of at most 1000000 were expected");
}

TEST(TomlLimits, HoldWhereverSettingsAreRead) {
  const std::string key = "a" + repeated(60'000, ".a");
  EXPECT_THROW(parse_config("[run]\nseed = {" + key + "=1}", "x.toml"), UsageError);
  Config config;
  EXPECT_THROW(override_config(config, "run.seed={" + key + "=1}"), UsageError);
  EXPECT_THROW(override_config(config, "run.seed=" + repeated(100'000, "[")), UsageError);
}

TEST(TomlLimits, ListsOfLayersEnd) {
  const auto layers = [](int64_t count) {
    return "[generator]\nlayers = [" + repeated(count, "{ layer = 'dropout' },") + "]";
  };
  EXPECT_EQ(parse_config(layers(1000), "x.toml").generator.layers.size(), 1000u);
  EXPECT_THROW(parse_config(layers(1001), "x.toml"), UsageError);
  EXPECT_THROW(parse_config("[run]\nmodel = 'dbn'\n[dbn]\nhidden = [" + repeated(1001, "5,") + "]",
                            "x.toml"),
               UsageError);
}

}  // namespace
}  // namespace gan
