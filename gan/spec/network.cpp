#include "gan/spec/network.h"

#include <fmt/core.h>

#include <algorithm>

#include "gan/core/error.h"

namespace gan {
namespace {

template <class... F> struct Overload : F... { using F::operator()...; };
template <class... F> Overload(F...) -> Overload<F...>;

std::string describe(const Init& init) {
  const std::string name(names_of(init.kind)[static_cast<int>(init.kind)]);
  return init.kind == Init::Kind::he || init.kind == Init::Kind::glorot ? name : fmt::format("{} {}", name, init.value);
}

std::string describe(const Bias& bias) {
  if (bias.marginals) return ", bias from the data's marginals";
  return bias.value == 0 ? "" : fmt::format(", bias {}", bias.value);
}

std::string describe_norm(double max_norm) { return max_norm > 0 ? fmt::format(", max norm {}", max_norm) : ""; }

void check_starts(const Init& init, const Bias& bias, int64_t inputs, bool last, const std::string& who) {
  if (init.kind == Init::Kind::sparse && init.value > static_cast<double>(inputs))
    throw UsageError("{}: init = {{ sparse = {} }} is more than its {} inputs; give at most {}", who, init.value, inputs, inputs);
  if (bias.marginals && !last)
    throw UsageError("{}: bias = \"marginals\" is for the dense layer that the generator ends with; give a number here", who);
}

}  // namespace

std::vector<int64_t> widths(const NetworkSpec& spec, int64_t inputs, const std::string& network) {
  if (spec.empty()) throw UsageError("[{}] has no layers: give at least one, e.g. layers = [{{ layer = \"dense\", units = 1 }}]", network);
  const auto has_units = [](const LayerSpec& l) { return std::holds_alternative<Dense>(l) || std::holds_alternative<Maxout>(l); };
  const auto units = std::count_if(spec.begin(), spec.end(), has_units);
  std::vector<int64_t> out;
  int64_t width = inputs, seen = 0;
  for (size_t i = 0; i < spec.size(); ++i) {
    const std::string who = fmt::format("[{}] layer {} ({})", network, i + 1, describe(spec[i]));
    seen += has_units(spec[i]);
    std::visit(Overload{[&](const Dense& l) { check_starts(l.init, l.bias, width, seen == units, who); },
                        [&](const Maxout& l) { check_starts(l.init, l.bias, width, false, who); }, [](const auto&) {}}, spec[i]);
    width = std::visit(Overload{[&](const Dense& l) { return l.units; }, [&](const Maxout& l) { return l.units; },
                                [&](const auto&) { return width; }}, spec[i]);
    if (width < 1) throw UsageError("{}: has width {}, expected at least 1", who, width);
    out.push_back(width);
  }
  return out;
}

int64_t parameter_count(const LayerSpec& layer, int64_t inputs) {
  return std::visit(Overload{[&](const Dense& l) { return l.units * (inputs + 1); },
                             [&](const Maxout& l) { return l.units * l.pieces * (inputs + 1); },
                             [&](const BatchNorm&) { return 2 * inputs; }, [](const Dropout&) { return int64_t{0}; }}, layer);
}

std::string describe(const LayerSpec& layer) {
  return std::visit(Overload{
      [](const Dense& l) {
        return fmt::format("dense {} {}, {}{}{}", l.units, names_of(l.activation)[static_cast<int>(l.activation)],
                           describe(l.init), describe(l.bias), describe_norm(l.max_norm)); },
      [](const Maxout& l) {
        return fmt::format("maxout {}x{}, {}{}{}", l.units, l.pieces, describe(l.init), describe(l.bias), describe_norm(l.max_norm)); },
      [](const Dropout& l) { return fmt::format("dropout keep {} scale {}", l.keep, l.scale); },
      [](const BatchNorm&) { return std::string("batch norm"); }}, layer);
}

}  // namespace gan
