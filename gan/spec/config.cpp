#include "gan/spec/config.h"

#include <fmt/ranges.h>

#include <algorithm>
#include <cmath>
#include <limits>
#include <sstream>

#include "gan/core/error.h"
#include "gan/spec/family.h"
#include "gan/spec/toml.h"

namespace gan {
namespace {

template <class E>
concept Enumeration = std::is_enum_v<E>;

std::string list(Names names) {
  std::string out;
  for (const auto& name : names) out += fmt::format("{}'{}'", out.empty() ? "" : ", ", name);
  return out;
}

std::string describe(const Bounds& range) {
  if (std::isfinite(range.high))
    return fmt::format("a number {} {} up to {}", range.without_low ? "above" : "from", range.low,
                       range.high);
  return fmt::format("a number {} {}", range.without_low ? "above" : "of at least", range.low);
}

/// Finds the first number that has to be given.
struct Missing {
  std::string key;
  template <class T>
  void operator()(std::string_view name, T& value, Bounds range, const char*) {
    if constexpr (std::is_same_v<T, int64_t>)
      if (value == 0 && !range.holds(0) && key.empty()) key = name;
  }
};

/// Fills a struct's fields from a table and complains about whatever it does not know.
class Reader {
 public:
  Reader(const toml::table& table, const std::string& who, std::string path)
      : table_(table), who_(who), path_(std::move(path)) {}

  template <class T>
  void operator()(std::string_view key, T& value, Bounds range, const char*) {
    known_.emplace_back(key);
    if (const toml::node* node = table_.get(key))
      read(*node, value, range, path_ + std::string(key));
  }

  void expect(std::string_view key) { known_.emplace_back(key); }

  void refuse_unknown() const {
    for (const auto& [key, node] : table_) {
      const std::string name(key.str());
      if (std::find(known_.begin(), known_.end(), name) == known_.end())
        fail(node, "'{}{}' is not a known key{}", path_, name, suggestion(name));
    }
  }

 private:
  /// The nearest key of this section, or the section that has a key of this name.
  std::string suggestion(const std::string& name) const {
    std::string near = did_you_mean(name, known_);
    if (!near.empty()) return near;
    for (const auto& [key, value] : flatten(Config{}))
      if (key.ends_with("." + name)) return fmt::format(" (did you mean '{}'?)", key);
    return "";
  }

  template <class... Args>
  [[noreturn]] void fail(const toml::node& node, fmt::format_string<Args...> text,
                         Args&&... args) const {
    const auto line = node.source().begin.line;
    throw UsageError("{}{}: {}", who_, line ? fmt::format(":{}", line) : "",
                     fmt::format(text, std::forward<Args>(args)...));
  }

  [[noreturn]] void wrong_type(const toml::node& node, const std::string& key,
                               std::string_view expected) const {
    std::ostringstream type;
    type << node.type();
    const auto text = node.value_exact<std::string>();
    fail(node, "{}: expected {}, got a value of type {}{}", key, expected, type.str(),
         text ? fmt::format(" ('{}')", *text) : "");
  }

  void check(const toml::node& node, double value, const Bounds& range,
             const std::string& key) const {
    if (!range.holds(value)) fail(node, "{} = {}: expected {}", key, value, describe(range));
  }

  /// Of layers, or of settings for each.
  void check_count(const toml::array& array, const std::string& key) const {
    constexpr size_t kMost = 1000;
    if (array.size() > kMost)
      fail(array, "{}: holds {} entries, expected at most {}", key, array.size(), kMost);
  }

  void read(const toml::node& node, int64_t& value, Bounds range, const std::string& key) const {
    const auto number = node.value_exact<int64_t>();
    if (!number) wrong_type(node, key, "a whole number");
    check(node, static_cast<double>(*number), range, key);
    value = *number;
  }
  void read(const toml::node& node, double& value, Bounds range, const std::string& key) const {
    if (!node.is_number()) wrong_type(node, key, "a number");
    const double number = *node.value<double>();
    if (!(std::abs(number) <= std::numeric_limits<float>::max()))
      fail(node, "{} = {}: expected a finite number within float's range", key, number);
    check(node, number, range, key);
    value = number;
  }
  void read(const toml::node& node, std::optional<double>& value, Bounds range,
            const std::string& key) const {
    value.reset();
    if (node.is_number()) return read(node, value.emplace(), range, key);
    if (node.value<std::string>() != "none") wrong_type(node, key, "a number or \"none\"");
  }
  void read(const toml::node& node, bool& value, Bounds, const std::string& key) const {
    if (!node.is_boolean()) wrong_type(node, key, "true or false");
    value = *node.value<bool>();
  }
  void read(const toml::node& node, Switch& value, Bounds range, const std::string& key) const {
    read(node, value.on, range, key);
  }
  void read(const toml::node& node, std::string& value, Bounds, const std::string& key) const {
    if (!node.is_string()) wrong_type(node, key, "a string");
    value = *node.value<std::string>();
  }
  void read(const toml::node& node, FamilyName& value, Bounds, const std::string& key) const {
    std::vector<std::string_view> names;
    for (const FamilySpec* family : family_specs()) names.push_back(family->name);
    if (!node.is_string()) wrong_type(node, key, "one of " + list(names));
    value.text = *expect_name(node, *node.value<std::string>(), names, key);
  }
  template <Enumeration E>
  void read(const toml::node& node, E& value, Bounds, const std::string& key) const {
    if (!node.is_string()) wrong_type(node, key, "one of " + list(names_of(E{})));
    read_name(node, *node.value<std::string>(), value, key);
  }
  template <Enumeration E>
  void read_name(const toml::node& node, const std::string& text, E& value,
                 const std::string& key) const {
    const Names names = names_of(E{});
    value = static_cast<E>(expect_name(node, text, names, key) - names.begin());
  }
  Names::iterator expect_name(const toml::node& node, const std::string& text, Names names,
                              const std::string& key) const {
    const auto found = std::find(names.begin(), names.end(), text);
    if (found == names.end())
      fail(node, "{} = '{}': expected one of {}{}", key, text, list(names),
           did_you_mean(text, {names.begin(), names.end()}));
    return found;
  }
  void read(const toml::node& node, Init& value, Bounds, const std::string& key) const {
    if (node.is_string()) {
      value.value = 0;
      read(node, value.kind, any(), key);
      if (value.kind != Init::Kind::he && value.kind != Init::Kind::glorot &&
          value.kind != Init::Kind::zero)
        fail(node, "{}: '{}' needs a number, e.g. {{ {} = {} }}", key, *node.value<std::string>(),
             *node.value<std::string>(), value.kind == Init::Kind::sparse ? "15" : "0.05");
      return;
    }
    const auto* table = node.as_table();
    constexpr std::string_view kExpected =
        "\"he\", \"glorot\", \"zero\", or one of { he = gain }, { glorot = gain }, { uniform = r }, { normal = s }, { sparse = n }";
    if (!table) wrong_type(node, key, kExpected);
    if (table->size() != 1)
      fail(node, "{}: expected {}, got {} of them", key, kExpected, table->size());
    for (const auto& [name, number] : *table) {
      read_name(number, std::string(name.str()), value.kind, key);
      if (value.kind == Init::Kind::zero)
        fail(number, "{}: '{}' takes no number, say init = \"{}\"", key, name.str(), name.str());
      read(number, value.value, above(0), key);
      if (value.kind == Init::Kind::sparse &&
          (value.value < 1 || value.value != std::floor(value.value)))
        fail(number, "{} = {{ sparse = {} }}: expected a whole number of weights", key,
             value.value);
    }
  }
  void read(const toml::node& node, Bias& value, Bounds, const std::string& key) const {
    value = {};
    if (node.is_number()) return read(node, value.value, any(), key);
    if (node.value<std::string>() != "marginals")
      wrong_type(node, key, "a number or \"marginals\"");
    value.marginals = true;
  }
  void read(const toml::node& node, Shape& value, Bounds range, const std::string& key) const {
    const auto* array = node.as_array();
    if (!array) wrong_type(node, key, "[channels, height, width]");
    if (array->size() != 3)
      fail(node, "{}: expected [channels, height, width], got {} of them", key, array->size());
    value.clear();
    for (const auto& size : *array) read(size, value.emplace_back(), range, key);
  }
  template <class T>
  void read(const toml::node& node, List<T>& value, Bounds range, const std::string& key) const {
    std::vector<T> values;
    const auto add = [&](const toml::node& element) {
      T one{};
      read(element, one, range, key);
      values.push_back(one);
    };
    const auto* array = node.as_array();
    if (array) check_count(*array, key);
    if (!array)
      add(node);
    else if (array->empty())
      fail(node, "{}: expected at least one value", key);
    else
      for (const auto& element : *array) add(element);
    value.values = std::move(values);
  }
  void read(const toml::node& node, NetworkSpec& value, Bounds, const std::string& key) const {
    const auto* array = node.as_array();
    if (!array)
      wrong_type(node, key, "an array of tables such as { layer = \"dense\", units = 100 }");
    check_count(*array, key);
    value.clear();
    for (const auto& element : *array) {
      const std::string path = fmt::format("{}[{}].", key, value.size() + 1);
      const auto* table = element.as_table();
      if (!table)
        wrong_type(element, path + "layer", "a table such as { layer = \"dense\", units = 100 }");
      value.push_back(read_layer(*table, path));
    }
  }

  template <class L>
  LayerSpec read_as(const toml::table& table, const std::string& path) const {
    L spec;
    Reader reader(table, who_, path);
    reader.expect("layer");
    std::string own_name;
    reader("name", own_name, any(), "");
    fields(spec, reader);
    reader.refuse_unknown();
    Missing missing;
    fields(spec, missing);
    if (!missing.key.empty()) fail(table, "{}{} is missing", path, missing.key);
    if constexpr (std::is_same_v<L, Dropout>)  // unless said otherwise, expectations are kept
      if (!table.contains("scale")) spec.scale = 1 / spec.keep;
    if constexpr (std::is_same_v<L, MaxoutConvolution>)
      if (!table.contains("pool_stride")) spec.pool_stride = spec.pool;
    if constexpr (std::is_same_v<L, AveragePool>)
      if (!table.contains("stride")) spec.stride = spec.window;
    LayerSpec layer = spec;
    layer.name = own_name;
    return layer;
  }

  /// Reads the layer whose kind is called `name`, if there is one. Returns the names of all kinds.
  template <class... L>
  std::vector<std::string> read_alternatives(const std::variant<L...>*, const std::string& name,
                                             const toml::table& table, const std::string& path,
                                             std::optional<LayerSpec>& layer) const {
    const auto read_if_named = [&]<class One>(std::type_identity<One>) {
      if (name == One::kName) layer = read_as<One>(table, path);
    };
    (read_if_named(std::type_identity<L>()), ...);
    return {std::string(L::kName)...};
  }

  LayerSpec read_layer(const toml::table& table, const std::string& path) const {
    const auto name = table["layer"].value<std::string>();
    if (!name) fail(table, "{}layer is missing: say which, e.g. layer = \"dense\"", path);
    std::optional<LayerSpec> layer;
    const std::vector<std::string> names =
        read_alternatives(static_cast<LayerSpec*>(nullptr), *name, table, path, layer);
    if (!layer)
      fail(table, "{}layer = '{}' is not a known layer{}", path, *name, did_you_mean(*name, names));
    if (table.contains("name") && !is_layer_name(layer->name))
      fail(*table.get("name"), "{}name = '{}': {}", path, layer->name, kLayerNames);
    return *layer;
  }

  const toml::table& table_;
  const std::string& who_;
  std::string path_;
  std::vector<std::string> known_;
};

void read_config(const toml::table& root, const std::string& who, Config& config) {
  Reader top(root, who, "");
  top("format", config.format, at_least(1), "");
  if (config.format > kConfigFormat)
    throw UsageError(
        "{}: written by a newer version (format {}, this program reads up to {}): update gan", who,
        config.format, kConfigFormat);
  top("about", config.about, any(), "");
  const auto read_section = [&](std::string_view name, auto& section) {
    top.expect(name);
    const toml::node* node = root.get(name);
    if (!node) return;
    if (!node->is_table()) {
      const auto line = node->source().begin.line;
      throw UsageError("{}{}: '{}' must be a section: [{}]", who,
                       line ? fmt::format(":{}", line) : "", name, name);
    }
    Reader reader(*node->as_table(), who, std::string(name) + ".");
    fields(section, reader);
    reader.refuse_unknown();
  };
  read_section("run", config.run);  // first: the kind of model decides which sections there are
  sections(config, read_section);
  top.refuse_unknown();
}

}  // namespace

Config parse_config(std::string_view source, const std::string& who) {
  Config config;
  const toml::table root = parse_toml(source, who);
  if (root.empty())
    throw UsageError("{}: says nothing; `gan info recipes` lists recipes to begin with", who);
  read_config(root, who, config);
  return config;
}

void override_config(Config& config, const std::string& assignment) {
  const std::string who = "--set " + assignment;
  const auto equals = assignment.find('='), dot = assignment.find('.');
  if (equals == std::string::npos || dot == std::string::npos || dot > equals || dot == 0 ||
      dot + 1 == equals)
    throw UsageError("{}: expected section.key=value, e.g. --set training.learning_rate=0.001",
                     who);
  const std::string section = assignment.substr(0, dot),
                    key = assignment.substr(dot + 1, equals - dot - 1);
  const std::string value = assignment.substr(equals + 1);
  check_toml_limits(value, who);
  toml::table parsed;
  try {
    parsed = toml::parse("value = " + value);
  } catch (const toml::parse_error&) {
    parsed = toml::table{{"value", value}};  // a bare word
  }
  toml::table root, inner;
  inner.insert(key, *parsed.get("value"));
  root.insert(section, std::move(inner));
  read_config(root, who, config);
}

}  // namespace gan
