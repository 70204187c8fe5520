#include "gan/spec/network.h"

#include <fmt/ranges.h>

#include <algorithm>

#include "gan/core/error.h"

namespace gan {
namespace {

template <class... F>
struct Overload : F... {
  using F::operator()...;
};
template <class... F>
Overload(F...) -> Overload<F...>;

std::string describe(const Init& init) {
  const std::string name(names_of(init.kind)[static_cast<int>(init.kind)]);
  return init.value == 0 ? name : fmt::format("{} {}", name, init.value);
}

std::string describe(const Bias& bias) {
  if (bias.marginals) return ", bias from the data's marginals";
  return bias.value == 0 ? "" : fmt::format(", bias {}", bias.value);
}

std::string describe(Activation activation) {
  return std::string(names_of(activation)[static_cast<int>(activation)]);
}
std::string describe_norm(double max_norm) {
  return max_norm > 0 ? fmt::format(", max norm {}", max_norm) : "";
}

/// How weights and biases start and end: what the layers that have them share.
template <class L>
std::string describe_weights(const L& l) {
  std::string tied;
  if constexpr (requires { l.tied; }) tied = l.tied ? "" : ", a bias for each position";
  return fmt::format("{}{}{}{}", describe(l.init), describe(l.bias), tied,
                     describe_norm(l.max_norm));
}

template <class L>
std::string describe_kernels(const L& l) {
  return fmt::format("{0}x{0} kernels{1}", l.kernel,
                     l.pad > 0 ? fmt::format(", pad {}", l.pad) : "");
}

std::string text(const Dims& dims) {
  return fmt::format("[{}]", fmt::join(dims, ", "));
}

/// In a double, which no dimensions overflow.
double numbers(const Dims& dims) {
  double out = 1;
  for (const int64_t d : dims) out *= static_cast<double>(d);
  return out;
}

/// Finds what a layer makes of what comes in.
class Fit {
 public:
  Fit(Dims in, bool last_weights, const std::string& who)
      : in_(std::move(in)), last_weights_(last_weights), who_(who) {}

  LayerShape operator()(const Dense& l) const {
    check_starts(l, size_of(in_), "a unit", last_weights_);
    return {in_, {l.units}, {}};
  }
  LayerShape operator()(const Maxout& l) const {
    check_starts(l, size_of(in_), "a piece", false);
    return {in_, {l.units}, {}};
  }
  LayerShape operator()(const Dropout&) const { return {in_, in_, {}}; }
  LayerShape operator()(const BatchNorm&) const { return {in_, in_, {}}; }

  LayerShape operator()(const Convolution& l) const {
    const Dims in = image(l), out = slide(in, l.channels, l, l.stride);
    check_groups(in, l);
    check_starts(l, in[0] / l.groups * l.kernel * l.kernel, "a kernel", false);
    return {in, out, out};
  }
  LayerShape operator()(const TransposedConvolution& l) const {
    const Dims in = image(l);
    Dims out{l.channels};
    for (const size_t side : {1, 2})
      out.push_back((in[side] - 1) * l.stride - 2 * l.pad + l.kernel);
    if (std::min(out[1], out[2]) < 1)
      throw UsageError("{}: pad = {} cuts off all that it makes of {}", who_, l.pad, text(in));
    check_size(out);
    check_groups(in, l);
    check_starts(l, l.channels / l.groups * l.kernel * l.kernel, "a kernel", false);
    return {in, out, out};
  }
  LayerShape operator()(const MaxoutConvolution& l) const {
    const Dims in = image(l), detector = slide(in, l.channels * l.pieces, l, 1);
    check_starts(l, in[0] * l.kernel * l.kernel, "a kernel", false);
    if (l.pool > std::min(detector[1], detector[2]))
      throw UsageError("{}: pool = {} is more than the {} x {} positions of its convolution", who_,
                       l.pool, detector[1], detector[2]);
    if (l.pool_stride > l.pool || l.pool_stride < 1)
      throw UsageError(
          "{}: pool_stride = {}, expected 1 to pool = {}, so that every position is in a window",
          who_, l.pool_stride, l.pool);
    Dims out{l.channels};
    for (const size_t side : {1, 2})
      out.push_back((detector[side] - l.pool + l.pool_stride - 1) / l.pool_stride +
                    1);  // rounded up
    return {in, out, detector};
  }

  LayerShape operator()(const ActivationLayer&) const { return {in_, in_, {}}; }
  LayerShape operator()(const Reshape& l) const {
    if (l.shape.size() != 3 || numbers(l.shape) != numbers(in_))
      throw UsageError("{}: shape = {} does not hold the {} numbers of {} that come in", who_,
                       text(l.shape), size_of(in_), text(in_));
    return {in_, l.shape, {}};
  }
  LayerShape operator()(const Upsample&) const {
    const Dims in = image_as_it_is();
    const Dims out{in[0], 2 * in[1], 2 * in[2]};
    check_size(out);
    return {in, out, {}};
  }
  LayerShape operator()(const Downsample&) const {
    const Dims in = image_as_it_is();
    if (std::min(in[1], in[2]) < 2)
      throw UsageError("{}: takes images of at least 2 x 2, {} comes in", who_, text(in));
    return {in, {in[0], in[1] / 2, in[2] / 2}, {}};
  }
  LayerShape operator()(const AveragePool& l) const {
    const Dims in = image_as_it_is();
    if (std::min(l.window, l.stride) < 1)
      throw UsageError("{}: a window and a stride of at least 1 were expected", who_);
    if (l.window > std::min(in[1], in[2]))
      throw UsageError("{}: window = {} is larger than the image {}", who_, l.window, text(in));
    return {in, {in[0], (in[1] - l.window) / l.stride + 1, (in[2] - l.window) / l.stride + 1}, {}};
  }
  LayerShape operator()(const Residual& l) const;

 private:
  /// The image that comes in, for a layer that cannot say which image a row of numbers is.
  Dims image_as_it_is() const {
    if (in_.size() != 3)
      throw UsageError(
          "{}: takes images, but {} numbers in a row come in: put a layer \"reshape\" before it",
          who_, in_[0]);
    return in_;
  }

  template <class L>
  void check_groups(const Dims& in, const L& l) const {
    if (l.groups < 1 || in[0] % l.groups != 0 || l.channels % l.groups != 0)
      throw UsageError(
          "{}: groups = {} must divide both the {} channels that come in and the {} that go out",
          who_, l.groups, in[0], l.channels);
  }

  /// The image that comes in.
  template <class L>
  Dims image(const L& l) const {
    if (std::min(l.channels, l.kernel) < 1)
      throw UsageError("{}: channels and a kernel of at least 1 were expected", who_);
    if (l.input.empty() && in_.size() == 3) return in_;
    if (l.input.empty())
      throw UsageError(
          "{}: takes images, but {} numbers in a row come in: say input = [channels, height, width]",
          who_, in_[0]);
    const bool same =
        in_.size() == 3 ? l.input == in_ : l.input.size() == 3 && numbers(l.input) == numbers(in_);
    if (!same) throw UsageError("{}: input = {}, but {} comes in", who_, text(l.input), text(in_));
    return l.input;
  }

  template <class L>
  Dims slide(const Dims& in, int64_t channels, const L& l, int64_t stride) const {
    const int64_t room = std::min(in[1], in[2]) + 2 * l.pad;
    if (l.kernel > room)
      throw UsageError("{}: its kernel is larger than the image {} with pad {}: at most {} fits",
                       who_, text(in), l.pad, room);
    if (stride < 1) throw UsageError("{}: stride = {}, expected at least 1", who_, stride);
    Dims out{channels};
    for (const size_t side : {1, 2}) out.push_back((in[side] + 2 * l.pad - l.kernel) / stride + 1);
    check_size(out);
    return out;
  }

  void check_size(const Dims& out) const {
    if (numbers(out) > kMostUnits)
      throw UsageError("{}: makes {}, more than {} numbers", who_, text(out), kMostUnits);
  }

  template <class L>
  void check_starts(const L& l, int64_t weights, std::string_view of, bool marginals) const {
    if (l.init.kind == Init::Kind::sparse && l.init.value > static_cast<double>(weights))
      throw UsageError(
          "{}: init = {{ sparse = {} }} is more than the {} weights of {}; give at most {}", who_,
          l.init.value, weights, of, weights);
    if (l.bias.marginals && !marginals)
      throw UsageError(
          "{}: bias = \"marginals\" is for the dense layer that the generator ends with; give a number here",
          who_);
  }

  Dims in_;
  bool last_weights_;
  const std::string& who_;
};

bool has_weights(const LayerSpec& layer) {
  return std::visit(
      [](const auto& l) {
        return requires {
          l.init;
        };
      },
      layer);
}

std::vector<LayerShape> fit(const NetworkSpec& spec, Dims in, bool last_weights,
                            const std::string& network) {
  std::vector<LayerShape> out;
  for (size_t i = 0; i < spec.size(); ++i) {
    const std::string who = fmt::format("{} layer {} ({})", network, i + 1, describe(spec[i]));
    const bool last = last_weights && std::none_of(spec.begin() + static_cast<int64_t>(i) + 1,
                                                   spec.end(), has_weights);
    out.push_back(std::visit(Fit(in, last, who), spec[i]));
    in = out.back().out;
    if (size_of(in) < 1)
      throw UsageError("{}: has width {}, expected at least 1", who, size_of(in));
  }
  return out;
}

LayerShape Fit::operator()(const Residual& l) const {
  if (l.layers.empty()) throw UsageError("{}: has no layers; give at least one", who_);
  LayerShape shape{in_,
                   {},
                   {},
                   fit(l.layers, in_, false, who_ + ","),
                   fit(l.shortcut, in_, false, who_ + ", shortcut,")};
  shape.out = shape.layers.back().out;
  const Dims& added = shape.shortcut.empty() ? in_ : shape.shortcut.back().out;
  if (added != shape.out)
    throw UsageError("{}: its layers make {}, its shortcut {}: they cannot be added", who_,
                     text(shape.out), text(added));
  return shape;
}

int64_t parameter_count(const NetworkSpec& spec, const std::vector<LayerShape>& shapes) {
  int64_t out = 0;
  for (size_t i = 0; i < spec.size(); ++i) out += parameter_count(spec[i], shapes[i]);
  return out;
}

std::string describe(const NetworkSpec& spec) {
  std::string out;
  for (const LayerSpec& layer : spec) out += (out.empty() ? "" : "; ") + describe(layer);
  return out;
}

}  // namespace

void each_layer(const NetworkSpec& spec, const std::function<void(const LayerSpec&)>& f) {
  for (const LayerSpec& layer : spec) {
    f(layer);
    if (const auto* block = std::get_if<Residual>(&layer)) {
      each_layer(block->layers, f);
      each_layer(block->shortcut, f);
    }
  }
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

int64_t size_of(const Dims& dims) {
  int64_t out = 1;
  for (const int64_t d : dims) out *= d;
  return out;
}

std::vector<LayerShape> shapes(const NetworkSpec& spec, int64_t inputs,
                               const std::string& network) {
  if (spec.empty())
    throw UsageError(
        "[{}] has no layers: give at least one, e.g. layers = [{{ layer = \"dense\", units = 1 }}]",
        network);
  return fit(spec, {inputs}, true, fmt::format("[{}]", network));
}

int64_t parameter_count(const LayerSpec& layer, const LayerShape& shape) {
  const int64_t inputs = size_of(shape.in);
  const auto kernels = [&](const auto& l, int64_t channels) {
    int64_t groups = 1;
    if constexpr (requires { l.groups; }) groups = l.groups;
    return shape.in[0] / groups * channels * l.kernel * l.kernel +
           (l.tied ? channels : size_of(shape.detector));
  };
  return std::visit(Overload{[&](const Dense& l) { return l.units * (inputs + 1); },
                             [&](const Maxout& l) { return l.units * l.pieces * (inputs + 1); },
                             [&](const BatchNorm&) { return 2 * shape.in[0]; },
                             [&](const Residual& l) {
                               return parameter_count(l.layers, shape.layers) +
                                      parameter_count(l.shortcut, shape.shortcut);
                             },
                             [&](const auto& l) {
                               if constexpr (requires { l.kernel; })
                                 return kernels(l, shape.detector[0]);
                               else
                                 return int64_t{0};
                             }},
                    layer);
}

std::string describe(const LayerSpec& layer) {
  return std::visit(
      Overload{
          [](const Dense& l) {
            return fmt::format("dense {} {}, {}", l.units, describe(l.activation),
                               describe_weights(l));
          },
          [](const Maxout& l) {
            return fmt::format("maxout {}x{}, {}", l.units, l.pieces, describe_weights(l));
          },
          [](const Dropout& l) { return fmt::format("dropout keep {} scale {}", l.keep, l.scale); },
          [](const BatchNorm&) { return std::string("batch norm"); },
          [](const ActivationLayer& l) { return describe(l.activation); },
          [](const Reshape& l) { return "reshape " + text(l.shape); },
          [](const Upsample& l) {
            return fmt::format("upsample {}", names_of(l.filter)[static_cast<int>(l.filter)]);
          },
          [](const Downsample&) { return std::string("downsample"); },
          [](const AveragePool& l) {
            return fmt::format("average pool {}{}", l.window,
                               l.stride != l.window ? fmt::format(" stride {}", l.stride) : "");
          },
          [](const Residual& l) {
            return fmt::format(
                "residual ({}){}", describe(l.layers),
                l.shortcut.empty() ? "" : fmt::format(", shortcut ({})", describe(l.shortcut)));
          },
          [](const MaxoutConvolution& l) {
            const std::string pool =
                l.pool > 1 ? fmt::format(", pool {} stride {}", l.pool, l.pool_stride) : "";
            return fmt::format("maxout convolution {}x{}, {}{}, {}", l.channels, l.pieces,
                               describe_kernels(l), pool, describe_weights(l));
          },
          [](const auto& l) {
            const std::string_view kind = std::is_same_v<decltype(l), const Convolution&>
                                              ? "convolution"
                                              : "transposed convolution";
            const std::string stride = l.stride > 1 ? fmt::format(", stride {}", l.stride) : "";
            const std::string groups = l.groups > 1 ? fmt::format(", groups {}", l.groups) : "";
            return fmt::format("{} {} {}, {}{}{}, {}", kind, l.channels, describe(l.activation),
                               describe_kernels(l), stride, groups, describe_weights(l));
          }},
      layer);
}

}  // namespace gan
