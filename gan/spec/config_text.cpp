#include <fmt/ranges.h>
#include <toml++/toml.h>

#include <algorithm>
#include <sstream>

#include "gan/core/error.h"
#include "gan/spec/config.h"

namespace gan {
namespace {

template <class E>
concept Enumeration = std::is_enum_v<E>;

std::string quoted(std::string_view text) {
  std::ostringstream out;
  const toml::value<std::string> value(text);
  out << toml::toml_formatter(
      value,
      toml::format_flags::allow_unicode_strings);  // """ would lose a first line that is empty
  return out.str();
}

std::string text(int64_t value) {
  return fmt::format("{}", value);
}
std::string text(double value) {
  return fmt::format("{}", value);
}
std::string text(std::optional<double> value) {
  return value ? text(*value) : "\"none\"";
}
std::string text(bool value) {
  return value ? "true" : "false";
}
std::string text(Switch value) {
  return text(value.on);
}
std::string text(const std::string& value) {
  const std::string out = quoted(value);
  const bool ascii = std::ranges::all_of(value, [](unsigned char c) { return c < 0x80; });
  if (!ascii && toml::parse("value = " + out)["value"].value<std::string>() != value)
    throw UsageError("{}: expected text in UTF-8", out);
  return out;
}
std::string text(const FamilyName& name) {
  return quoted(name.text);
}
template <Enumeration E>
std::string text(E value) {
  return quoted(names_of(value)[static_cast<size_t>(value)]);
}
std::string text(const Init& init) {
  const auto name = names_of(init.kind)[static_cast<size_t>(init.kind)];
  return init.value == 0 ? quoted(name) : fmt::format("{{ {} = {} }}", name, init.value);
}
std::string text(const Shape& shape) {
  return fmt::format("[{}]", fmt::join(shape, ", "));
}
template <class T>
std::string text(const List<T>& list) {
  std::string out;
  for (const T value : list.values) out += (out.empty() ? "" : ", ") + text(value);
  return list.size() == 1 ? out : "[" + out + "]";
}
std::string text(const Bias& bias) {
  return bias.marginals ? "\"marginals\"" : text(bias.value);
}

std::string text(const LayerSpec& layer);
/// Of the layers inside a layer: on one line.
std::string text(const NetworkSpec& layers) {
  std::string out;
  for (const LayerSpec& layer : layers) out += (out.empty() ? "" : ", ") + text(layer);
  return "[" + out + "]";
}

struct LayerWriter {
  std::string line;
  template <class T>
  void operator()(std::string_view key, T& value, Bounds, const char*) {
    if constexpr (std::is_same_v<T, Shape> || std::is_same_v<T, NetworkSpec>)
      if (value.empty()) return;
    if constexpr (std::is_same_v<T, Switch>)
      if (!value.on) return;
    line += fmt::format(", {} = {}", key, text(value));
  }
};

std::string text(const LayerSpec& layer) {
  LayerSpec copy = layer;  // fields() takes non-const references
  return std::visit(
      [&](auto& spec) {
        LayerWriter writer{fmt::format("{{ layer = \"{}\"", spec.kName)};
        if (!layer.name.empty()) writer.line += fmt::format(", name = {}", quoted(layer.name));
        fields(spec, writer);
        return writer.line + " }";
      },
      copy);
}

/// A layer a line, for a section of a recipe.
std::string section_text(const NetworkSpec& layers) {
  std::string out = "[\n";
  for (const LayerSpec& layer : layers) out += "  " + text(layer) + ",\n";
  return out + "]";
}
template <class T>
std::string section_text(const T& value) {
  return text(value);
}

/// Hands (section, key, text) of every field to `emit`.
template <class Emit>
void each_field(const Config& config, Emit emit) {
  Config copy = config;  // fields() takes non-const references
  sections(copy, [&](std::string_view name, auto& section) {
    auto visit = [&](std::string_view key, auto& value, Bounds, const char*) {
      emit(name, key, section_text(value));
    };
    fields(section, visit);
  });
}

}  // namespace

std::string format_config(const Config& config) {
  std::string out = fmt::format("format = {}\nabout = {}\n", config.format, quoted(config.about));
  std::string_view current;
  each_field(config, [&](std::string_view section, std::string_view key, const std::string& value) {
    if (section != current) out += fmt::format("\n[{}]\n", section);
    current = section;
    out += fmt::format("{} = {}\n", key, value);
  });
  return out;
}

std::vector<std::pair<std::string, std::string>> flatten(const Config& config) {
  std::vector<std::pair<std::string, std::string>> out;
  each_field(config, [&](std::string_view section, std::string_view key, const std::string& value) {
    out.emplace_back(fmt::format("{}.{}", section, key), value);
  });
  return out;
}

std::optional<Difference> first_difference(const Config& before, const Config& now) {
  const auto settings = [](const Config& config) {
    std::vector<std::pair<std::string, std::string>> out;
    for (auto& [key, value] : flatten(config)) {
      if (!value.starts_with("[\n")) out.emplace_back(key, value);
      std::istringstream lines(value.starts_with("[\n") ? value.substr(2)
                                                        : "");  // of one layer each
      int64_t i = 0;
      for (std::string line; std::getline(lines, line) && line != "]";)
        out.emplace_back(fmt::format("{}[{}]", key, ++i), line.substr(2, line.size() - 3));
    }
    return out;
  };
  const auto a = settings(before), b = settings(now);
  const auto value = [](const auto& all, const std::string& key) -> std::string {
    const auto found =
        std::find_if(all.begin(), all.end(), [&](auto& setting) { return setting.first == key; });
    return found == all.end() ? "nothing" : found->second;
  };
  for (const auto* all : {&a, &b})
    for (const auto& [key, text] : *all)
      if (value(a, key) != value(b, key)) return Difference{key, value(a, key), value(b, key)};
  return {};
}

}  // namespace gan
