#include "gan/spec/reference.h"

#include <fmt/core.h>
#include <toml++/toml.h>

#include <algorithm>
#include <cmath>
#include <functional>
#include <map>
#include <sstream>
#include <type_traits>

#include "gan/spec/config.h"
#include "gan/spec/family.h"

namespace gan {
namespace {

std::string range_of(const Bounds& bounds) {
  const bool low = std::isfinite(bounds.low), high = std::isfinite(bounds.high);
  const char* from = bounds.without_low ? "above" : "from";
  if (low && high) return fmt::format("{} {} to {}", from, bounds.low, bounds.high);
  if (low && bounds.without_low) return fmt::format("above {}", bounds.low);
  if (low) return fmt::format("{} or more", bounds.low);
  if (high) return fmt::format("{} or less", bounds.high);
  return "";
}

/// Key and text of every field that exists now.
using Texts = std::map<std::string, std::string>;

/// Notes the fields that it has not seen before.
struct Collector {
  SettingGroup& group;
  const Texts& defaults;
  std::string only_with;

  template <class T>
  void operator()(std::string_view key, T& value, Bounds bounds, const char* help) {
    const std::string name(key);
    if (std::ranges::find(group.settings, name, &Setting::key) != group.settings.end()) return;
    const auto text = defaults.find(name);
    bool required = false;
    if constexpr (std::is_arithmetic_v<T>) required = !bounds.holds(static_cast<double>(value));
    const std::string absent = std::is_same_v<T, Switch> ? "false" : "";
    group.settings.push_back({.key = name,
                              .default_text = text == defaults.end() ? absent : text->second,
                              .required = required,
                              .range = range_of(bounds),
                              .help = help,
                              .only_with = only_with});
  }
};

/// Gives field number `field`, if it is a choice between a few values, its value number `choice`.
struct Chooser {
  size_t field, choice;
  size_t at = 0;
  bool chosen = false;

  template <class T>
  void operator()(std::string_view, T& value, Bounds, const char*) {
    if (at++ != field) return;
    if constexpr (std::is_enum_v<T>) {
      chosen = choice < names_of(value).size();
      if (chosen) value = static_cast<T>(choice);
    } else if constexpr (std::is_same_v<T, bool>) {
      chosen = choice < 2;
      if (chosen) value = choice == 1;
    }
  }
};

/// Key of field number `field`, and how many fields there are.
struct Namer {
  size_t field;
  size_t at = 0;
  std::string key;

  template <class T>
  void operator()(std::string_view name, T&, Bounds, const char*) {
    if (at++ == field) key = name;
  }
};

/// All fields of `value`, also those that exist only where another field has some value.
/// texts: of the fields of a value like it.
template <class T>
SettingGroup group_of(std::string name, const T& value,
                      const std::function<Texts(const T&)>& texts) {
  SettingGroup group{.name = std::move(name), .settings = {}};
  const auto collect = [&](T now, const std::string& only_with) {
    const Texts defaults = texts(now);
    Collector collector{group, defaults, only_with};
    fields(now, collector);
  };
  collect(value, "");
  T copy = value;
  Namer counter{.field = 0};
  fields(copy, counter);
  for (size_t field = 0; field < counter.at; ++field)
    for (size_t choice = 0;; ++choice) {
      T other = value;
      Chooser chooser{.field = field, .choice = choice};
      fields(other, chooser);
      if (!chooser.chosen) break;
      Namer namer{.field = field};
      fields(other, namer);
      collect(other, fmt::format("{} = {}", namer.key, texts(other)[namer.key]));
    }
  return group;
}

/// What flatten() says of one section of a configuration.
Texts texts_of_section(const Config& config, const std::string& section) {
  Texts out;
  for (const auto& [key, value] : flatten(config))
    if (key.starts_with(section + ".")) out[key.substr(section.size() + 1)] = value;
  if (out.contains("layers")) out["layers"] = "";  // of a network without any
  return out;
}

/// In TOML, numbers as short as they may be written.
std::string text_of(const toml::node& node) {
  if (node.is_floating_point()) return fmt::format("{}", *node.value<double>());
  if (node.is_string()) return fmt::format("\"{}\"", *node.value<std::string>());
  std::ostringstream out;
  node.visit([&](const auto& value) { out << toml::toml_formatter(value); });
  return out.str();
}

/// The same of a layer, from the line that it has in a recipe.
Texts texts_of_layer(const LayerSpec& layer) {
  Config config;
  config.generator.layers = {layer};
  std::string line;
  for (const auto& [key, value] : flatten(config))
    if (key == "generator.layers") line = value;
  const toml::table table = toml::parse("layers = " + line);
  Texts out;
  const toml::array& layers = *table["layers"].as_array();
  for (const auto& [key, value] : *layers[0].as_table()) {
    out[std::string(key.str())] = text_of(value);
  }
  return out;
}

void add_table(std::string& out, const SettingGroup& group, const std::string& title) {
  out += fmt::format("\n### {}\n\n", title);
  if (group.settings.empty()) {
    out += "No settings.\n";
    return;
  }
  out += "| key | default | range | meaning |\n|---|---|---|---|\n";
  const auto code = [](const std::string& text) {
    return text.empty() ? text : fmt::format("`{}`", text);
  };
  for (const Setting& s : group.settings) {
    const std::string condition =
        s.only_with.empty() ? "" : fmt::format(" (only with `{}`)", s.only_with);
    const std::string usual = s.required ? "required" : code(s.default_text);
    out += markdown_row({code(s.key), usual, s.range, s.help + condition});
  }
}

}  // namespace

std::vector<SettingGroup> all_sections() {
  std::vector<SettingGroup> out;
  Config config;
  for (const FamilySpec* family : family_specs()) {
    config.run.model = FamilyName(std::string(family->name));
    sections(config, [&](std::string_view name, auto& section) {
      using Section = std::decay_t<decltype(section)>;
      const std::string title(name);
      if (std::ranges::find(out, title, &SettingGroup::name) != out.end()) return;
      const Section usual = section;
      const auto texts = [&](const Section& now) {
        section = now;
        Texts found = texts_of_section(config, title);
        section = usual;
        return found;
      };
      out.push_back(group_of<Section>(title, usual, texts));
    });
  }
  return out;
}

std::vector<SettingGroup> all_layers() {
  std::vector<SettingGroup> out;
  const auto add = [&]<class Layer>(const Layer& layer) {
    const auto texts = [](const Layer& now) { return texts_of_layer(LayerSpec(now)); };
    out.push_back(group_of<Layer>(std::string(Layer::kName), layer, texts));
  };
  const auto add_each = [&]<size_t... I>(std::index_sequence<I...>) {
    (add(std::variant_alternative_t<I, LayerKind>{}), ...);
  };
  add_each(std::make_index_sequence<std::variant_size_v<LayerKind>>{});
  return out;
}

std::string settings_reference() {
  std::string out = "## Sections of a recipe\n";
  for (const SettingGroup& group : all_sections())
    add_table(out, group, fmt::format("[{}]", group.name));
  out +=
      "\n## Layers\n\nA network is a list of layers: `layers = [{ layer = \"dense\", units = 100 }, ...]`.\n";
  for (const SettingGroup& group : all_layers())
    add_table(out, group, fmt::format("{}", group.name));
  return out;
}

std::string markdown_row(const std::vector<std::string>& cells) {
  std::string out = "|";
  for (const std::string& cell : cells) {
    out += ' ';
    for (const char c : cell) {
      if (c == '|') out += '\\';
      out += c == '\n' ? ' ' : c;
    }
    out += " |";
  }
  return out + "\n";
}

}  // namespace gan
