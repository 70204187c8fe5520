#pragma once
/// Every key of a recipe with its default, generated from the fields that describe themselves
/// (fields.h).

#include <string>
#include <string_view>
#include <vector>

namespace gan {

struct Setting {
  std::string key;           ///< as it stands in a recipe: "batch_size"
  std::string default_text;  ///< in TOML; "" where a key has none
  bool required = false;     ///< the default is outside of the range
  std::string range;         ///< "0 or more", "a number from 1 to 128"; "" where there is no limit
  std::string help;
  std::string only_with;  ///< the setting without which the key does not exist: "method = \"adam\""
};

/// The settings of one section of a recipe, or of one kind of layer.
struct SettingGroup {
  std::string name;
  std::vector<Setting> settings;
};

/// Of all sections that any kind of model has, in the order of a recipe.
std::vector<SettingGroup> all_sections();
/// Of all kinds of layers.
std::vector<SettingGroup> all_layers();

/// Both as Markdown tables.
std::string settings_reference();

/// A row of a Markdown table: what would end a cell or a line is escaped.
std::string markdown_row(const std::vector<std::string>& cells);

}  // namespace gan
