#include "gan/spec/reference.h"

#include <gtest/gtest.h>

#include <algorithm>
#include <stdexcept>

#include "gan/spec/config.h"
#include "gan/spec/family.h"

namespace gan {
namespace {

const SettingGroup& group(const std::vector<SettingGroup>& groups, const std::string& name) {
  const auto found = std::ranges::find(groups, name, &SettingGroup::name);
  if (found == groups.end()) throw std::logic_error(name);
  return *found;
}

const Setting& setting(const SettingGroup& group, const std::string& key) {
  const auto found = std::ranges::find(group.settings, key, &Setting::key);
  if (found == group.settings.end()) throw std::logic_error(key);
  return *found;
}

TEST(Reference, HoldsEverySettingOfEveryFamily) {
  const std::vector<SettingGroup> groups = all_sections();
  for (const FamilySpec* family : family_specs()) {
    Config config;
    config.run.model = family->name;
    for (const auto& [key, text] : flatten(config)) {
      const size_t dot = key.find('.');
      const Setting& s = setting(group(groups, key.substr(0, dot)), key.substr(dot + 1));
      if (!s.only_with.empty() || text[0] == '[' || key == "run.model") continue;
      EXPECT_EQ(s.default_text, text) << key;
    }
  }
}

TEST(Reference, FindsSettingsThatExistOnlyWithAnother) {
  const std::vector<SettingGroup> groups = all_sections();
  const SettingGroup& optimizer = group(groups, "optimizer");
  EXPECT_EQ(setting(optimizer, "beta1").only_with, "");
  EXPECT_EQ(setting(optimizer, "final_momentum").only_with, "method = \"momentum\"");
  EXPECT_EQ(setting(optimizer, "decay").only_with, "schedule = \"exponential\"");
  EXPECT_EQ(setting(group(groups, "rbm"), "chains").only_with, "persistent = true");
}

TEST(Reference, SaysRangesDefaultsAndWhatIsRequired) {
  const std::vector<SettingGroup> layers = all_layers();
  const SettingGroup& dropout = group(layers, "dropout");
  EXPECT_EQ(setting(dropout, "keep").default_text, "0.5");
  EXPECT_EQ(setting(dropout, "keep").range, "from 1e-06 to 1");
  EXPECT_FALSE(setting(dropout, "keep").required);
  EXPECT_TRUE(setting(group(layers, "dense"), "units").required);
  EXPECT_EQ(setting(group(layers, "dense"), "slope").default_text, "0.2");
  EXPECT_EQ(setting(group(layers, "dense"), "slope").only_with, "activation = \"leaky-relu\"");
}

TEST(Reference, EscapesWhatWouldEndACell) {
  EXPECT_EQ(markdown_row({"a|b", "c\nd"}), "| a\\|b | c d |\n");
}

}  // namespace
}  // namespace gan
