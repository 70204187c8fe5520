#include "gan/spec/network.h"

#include <algorithm>
#include <map>
#include <set>

#include "gan/io/bytes.h"
#include "gan/spec/dense_rows.h"
#include "gan/spec/image_rows.h"

namespace gan {
namespace {

/// Of a network inside a layer; `who` begins the names of its layers in errors.
std::vector<LayerShape> fit(const NetworkSpec& spec, Shape in, const std::string& who,
                            int64_t classes, bool inside);

}  // namespace

template <>
struct LayerRow<Residual> : LayerRowDefaults {
  static LayerShape fit(const Residual& l, const LayerSite& at) {
    if (l.layers.empty()) throw UsageError("{}: has no layers; give at least one", at.who);
    LayerShape shape{
        .in = at.in,
        .layers = gan::fit(l.layers, at.in, at.who + ",", at.classes, true),
        .shortcut = gan::fit(l.shortcut, at.in, at.who + ", shortcut,", at.classes, true)};
    shape.out = shape.layers.back().out;
    const Shape& added = shape.shortcut.empty() ? at.in : shape.shortcut.back().out;
    if (added == shape.out) return shape;
    const bool row = added.size() == 1 || shape.out.size() == 1;
    if (!row || product(added) != product(shape.out))
      throw UsageError("{}: its layers make {}, its shortcut {}: they cannot be added", at.who,
                       shape_text(shape.out), shape_text(added));
    shape.out = {product(added)};  // an image and a row of as many numbers
    return shape;
  }
  static int64_t parameters(const Residual& l, const LayerShape& shape) {
    return count(l.layers, shape.layers) + count(l.shortcut, shape.shortcut);
  }
  static double kept(const Residual& l, const LayerShape& shape) {
    return LayerRowDefaults::kept(l, shape) + network_memory(l.layers, shape.layers).kept +
           network_memory(l.shortcut, shape.shortcut).kept;
  }
  static double widest(const Residual& l, const LayerShape& shape) {
    return std::max(network_memory(l.layers, shape.layers).widest,
                    network_memory(l.shortcut, shape.shortcut).widest);
  }
  static std::string describe(const Residual& l) {
    return fmt::format("residual ({}){}", list(l.layers),
                       l.shortcut.empty() ? "" : fmt::format(", shortcut ({})", list(l.shortcut)));
  }

 private:
  static int64_t count(const NetworkSpec& spec, const std::vector<LayerShape>& fitted) {
    int64_t out = 0;
    for (size_t i = 0; i < spec.size(); ++i) out += parameter_count(spec[i], fitted[i]);
    return out;
  }
  static std::string list(const NetworkSpec& spec) {
    std::string out;
    for (const LayerSpec& layer : spec) out += (out.empty() ? "" : "; ") + gan::describe(layer);
    return out;
  }
};

namespace {

bool has_weights(const LayerSpec& layer) {
  return std::visit(
      [](const auto& l) {
        return requires {
          l.init;
        };
      },
      layer);
}

void check_names(const NetworkSpec& spec, const std::string& who) {
  const std::vector<std::string> names = layer_names(spec);
  std::set<std::string> seen;
  for (size_t i = 0; i < names.size(); ++i) {
    if (!is_layer_name(names[i]))
      throw UsageError("{} layer {}: name = '{}': {}", who, i + 1, names[i], kLayerNames);
    if (!seen.insert(names[i]).second)
      throw UsageError("{} layer {}: is called '{}' as another layer is; give it a name of its own",
                       who, i + 1, names[i]);
  }
}

std::vector<LayerShape> fit(const NetworkSpec& spec, Shape in, const std::string& who,
                            int64_t classes, bool inside) {
  check_names(spec, who);
  std::vector<LayerShape> out;
  for (size_t i = 0; i < spec.size(); ++i) {
    const auto next = spec.begin() + static_cast<int64_t>(i) + 1;
    const LayerSite at{.in = in,
                       .who = fmt::format("{} layer {} ({})", who, i + 1, describe(spec[i])),
                       .last_weights = !inside && std::none_of(next, spec.end(), has_weights),
                       .last = !inside && next == spec.end(),
                       .classes = classes};
    out.push_back(
        std::visit([&]<class L>(const L& l) { return LayerRow<L>::fit(l, at); }, spec[i]));
    in = out.back().out;
    if (product(in) < 1)
      throw UsageError("{}: has width {}, expected at least 1", at.who, product(in));
  }
  return out;
}

}  // namespace

std::string_view kind_of(const LayerSpec& layer) {
  return std::visit([]<class L>(const L&) { return L::kName; }, layer);
}

bool is_layer_name(std::string_view name) {
  constexpr size_t kLongest = 100;
  return !name.empty() && name.size() <= kLongest && std::ranges::all_of(name, [](char c) {
    return (c >= 'a' && c <= 'z') || (c >= 'A' && c <= 'Z') || (c >= '0' && c <= '9') || c == '-' ||
           c == '_';
  });
}

std::vector<std::string> layer_names(const NetworkSpec& spec) {
  std::map<std::string_view, int64_t> count;
  std::vector<std::string> out;
  for (const LayerSpec& layer : spec) {
    const int64_t number = ++count[kind_of(layer)];
    out.push_back(layer.name.empty() ? fmt::format("{}{}", kind_of(layer), number) : layer.name);
  }
  return out;
}

void each_layer(const NetworkSpec& spec, const std::function<void(const LayerSpec&)>& f) {
  for (const LayerSpec& layer : spec) {
    f(layer);
    if (const auto* block = std::get_if<Residual>(&layer)) {
      each_layer(block->layers, f);
      each_layer(block->shortcut, f);
    }
  }
}

bool sees_labels(const NetworkSpec& spec) {
  bool found = false;
  each_layer(spec, [&](const LayerSpec& layer) {
    found |= std::visit([]<class L>(const L&) { return needs_labels<L>(); }, layer);
  });
  return found;
}

bool treats_examples_alone(const NetworkSpec& spec) {
  bool alone = true;
  each_layer(spec, [&](const LayerSpec& layer) {
    std::visit(
        [&]<class L>(const L&) {
          alone = alone && (std::is_same_v<L, Residual> || treats_examples_alone<L>());
        },
        layer);
  });
  return alone;
}

Shape seen_by_networks(const Shape& example) {
  if (example.size() == 3) return example;
  if (example.size() == 2) return {1, example[0], example[1]};
  return {product(example)};
}

std::vector<LayerShape> shapes(const NetworkSpec& spec, const Shape& input,
                               const std::string& network, int64_t classes) {
  if (spec.empty())
    throw UsageError(
        "[{}] has no layers: give at least one, e.g. layers = [{{ layer = \"dense\", units = 1 }}]",
        network);
  return fit(spec, seen_by_networks(input), fmt::format("[{}]", network), classes, false);
}

int64_t parameter_count(const LayerSpec& layer, const LayerShape& shape) {
  return std::visit([&]<class L>(const L& l) { return LayerRow<L>::parameters(l, shape); }, layer);
}

LayerMemory layer_memory(const LayerSpec& layer, const LayerShape& shape) {
  LayerMemory out = std::visit(
      [&]<class L>(const L& l) {
        return LayerMemory{.kept = LayerRow<L>::kept(l, shape),
                           .widest = LayerRow<L>::widest(l, shape)};
      },
      layer);
  if (const auto* block = std::get_if<Residual>(&layer))  // a sum of more than an integer may hold
    out.parameters = network_memory(block->layers, shape.layers).parameters +
                     network_memory(block->shortcut, shape.shortcut).parameters;
  else
    out.parameters = static_cast<double>(parameter_count(layer, shape));
  return out;
}

LayerMemory network_memory(const NetworkSpec& spec, const std::vector<LayerShape>& fitted) {
  LayerMemory sum;
  for (size_t i = 0; i < spec.size(); ++i) {
    const LayerMemory layer = layer_memory(spec[i], fitted[i]);
    sum.parameters += layer.parameters;
    sum.kept += layer.kept;
    sum.widest = std::max(sum.widest, layer.widest);
  }
  return sum;
}

std::string describe(const LayerSpec& layer) {
  return std::visit([]<class L>(const L& l) { return LayerRow<L>::describe(l); }, layer);
}

}  // namespace gan
