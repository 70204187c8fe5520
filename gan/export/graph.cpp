#include "gan/export/graph.h"

#include <fmt/core.h>

#include <cmath>
#include <cstring>

#include "gan/core/error.h"
#include "gan/io/bytes.h"

namespace gan {
namespace {

class Builder {
 public:
  explicit Builder(const ExportSource& source) : source_(source) {}

  Graph generator() {
    const NetworkSpec& layers = source_.generator.layers;
    const std::vector<LayerShape> fitted =
        begin(layers, {source_.generator.noise_size}, "generator");
    size_t value = add_network(layers, fitted, 0, "", "[generator]");
    value = as(value, {product(shape(value))}, "");
    const DataCard& card = source_.card;
    const bool as_data = product(card.shape) == product(shape(value));
    add_own_units(value, as_data ? card.shape : fitted.back().out);
    return std::move(graph_);
  }

  Graph judge(const Judging& judging) {
    if (judging.pack > 1)
      throw UsageError("{}: D judges {} examples at once (game.pack): it cannot be exported",
                       source_.model, judging.pack);
    if (!source_.card.origin.empty())
      throw UsageError(
          "{}: its data need more digits than the float32 that an exported {} takes: it cannot be "
          "exported",
          source_.model, judging.network);
    const Shape example = seen_by_networks(source_.card.shape);
    const std::vector<LayerShape> fitted = begin(judging.layers, example, judging.network);
    size_t value = as_network_sees(0, judging.units);
    value = add_network(judging.layers, fitted, as(value, example, ""), "",
                        fmt::format("[{}]", judging.network));
    as_row(value, "");
    return std::move(graph_);
  }

 private:
  const Shape& shape(size_t value) const { return graph_.values[value]; }

  size_t add(OperationKind kind, const std::string& layer, std::vector<size_t> inputs, Shape out) {
    graph_.values.push_back(std::move(out));
    const size_t output = graph_.values.size() - 1;
    graph_.operations.push_back({std::move(kind), layer, std::move(inputs), output});
    return output;
  }

  std::vector<LayerShape> begin(const NetworkSpec& layers, const Shape& in, const char* network) {
    graph_.values.push_back(in);
    if (sees_labels(layers)) graph_.classes = static_cast<int64_t>(source_.card.classes.size());
    return shapes(layers, in, network, graph_.classes);
  }

  /// The same numbers in another shape.
  size_t as(size_t value, const Shape& wanted, const std::string& layer) {
    if (shape(value) == wanted) return value;
    return add(operation::Reshape{}, layer, {value}, wanted);
  }
  size_t as_row(size_t value, const std::string& layer) {
    return as(value, {product(shape(value))}, layer);
  }

  size_t add_network(const NetworkSpec& spec, const std::vector<LayerShape>& fitted, size_t value,
                     const std::string& prefix, const std::string& who) {
    const std::vector<std::string> names = layer_names(spec);
    for (size_t i = 0; i < spec.size(); ++i) {
      at_ = {.fitted = &fitted[i],
             .name = prefix + names[i],
             .who = fmt::format("{} layer {} ({})", who, i + 1, describe(spec[i]))};
      value = std::visit([&](const auto& layer) { return layer_of(layer, value); }, spec[i]);
    }
    return value;
  }

  // A layer that comes in with a recipe and has no function below cannot be exported.

  template <class L>
  size_t layer_of(const L&, size_t) {
    throw UsageError("{}: this kind of layer cannot be exported", at_.who);
  }
  size_t layer_of(const Dense& l, size_t value) {
    value = as_row(value, at_.name);
    Weights weight = weights("weight", {l.units, product(shape(value))});
    if (l.spectral_norm.on) divide_by_norm(weight, 0);
    return add(
        operation::Affine{std::move(weight), weights("bias", {l.units}), {l.activation, l.slope}},
        at_.name, {value}, {l.units});
  }

  size_t layer_of(const Maxout& l, size_t value) {
    value = as_row(value, at_.name);
    const int64_t rows = l.units * l.pieces;
    value = add(
        operation::Affine{
            weights("weight", {rows, product(shape(value))}), weights("bias", {rows}), {}},
        at_.name, {value}, {rows});
    return add(operation::MaxOfPieces{l.pieces}, at_.name, {value}, {l.units});
  }

  size_t layer_of(const Dropout&, size_t value) { return value; }  // while training only

  size_t layer_of(const BatchNorm& l, size_t value) {
    const int64_t n = shape(value)[0];
    operation::Scale out{weights("gain", {n}), weights("bias", {n})};
    take_in_moments(out.scale, out.shift, n, l.epsilon);
    return add(std::move(out), at_.name, {value}, Shape(shape(value)));
  }
  size_t layer_of(const ConditionalBatchNorm& l, size_t value) {
    const int64_t n = shape(value)[0];
    const Shape table{graph_.classes, n};
    operation::ScaleOfClass out{weights("gain", table), weights("bias", table)};
    take_in_moments(out.scale, out.shift, n, l.epsilon);
    return add(std::move(out), at_.name, {value}, Shape(shape(value)));
  }
  /// Gain and bias [n] or [classes, n] of what running moments have normalised: of what comes in.
  void take_in_moments(Weights& gain, Weights& bias, int64_t n, double epsilon) {
    const Weights mean = weights("mean", {n}), variance = weights("variance", {n});
    for (size_t i = 0; i < gain.values.size(); ++i) {
      const size_t column = i % static_cast<size_t>(n);
      const double factor = gain.values[i] / std::sqrt(variance.values[column] + epsilon);
      gain.values[i] = static_cast<float>(factor);
      bias.values[i] = static_cast<float>(bias.values[i] - factor * mean.values[column]);
    }
  }

  template <bool transposed>
  size_t layer_of(const BasicConvolution<transposed>& l, size_t value) {
    const LayerShape& s = *at_.fitted;
    value = as(value, s.in, at_.name);
    const int64_t rows = transposed ? s.in[0] : l.channels,
                  columns = (transposed ? l.channels : s.in[0]) / l.groups;
    Weights weight = weights("weight", {rows, columns, l.kernel, l.kernel});
    if (l.spectral_norm.on) divide_by_norm(weight, transposed ? 1 : 0);
    return add(operation::Kernels{.transposed = transposed,
                                  .kernel = l.kernel,
                                  .stride = l.stride,
                                  .pad = l.pad,
                                  .groups = l.groups,
                                  .weight = std::move(weight),
                                  .bias = weights("bias", l.tied ? Shape{l.channels} : s.out),
                                  .activation = {l.activation, l.slope}},
               at_.name, {value}, s.out);
  }

  size_t layer_of(const MaxoutConvolution& l, size_t value) {
    const LayerShape s = *at_.fitted;
    value = as(value, s.in, at_.name);
    const int64_t rows = l.channels * l.pieces;
    value = add(operation::Kernels{.kernel = l.kernel,
                                   .pad = l.pad,
                                   .weight = weights("weight", {rows, s.in[0], l.kernel, l.kernel}),
                                   .bias = weights("bias", l.tied ? Shape{rows} : s.detector),
                                   .activation = {}},
                at_.name, {value}, s.detector);
    value = add(operation::MaxOfPieces{l.pieces}, at_.name, {value},
                {l.channels, s.detector[1], s.detector[2]});
    if (l.pool == 1 && l.pool_stride == 1) return value;
    return add(operation::MaxOfWindows{l.pool, l.pool_stride}, at_.name, {value}, s.out);
  }

  size_t layer_of(const ActivationLayer& l, size_t value) {
    return add(operation::Activate{{l.activation, l.slope}}, at_.name, {value},
               Shape(shape(value)));
  }
  size_t layer_of(const gan::Reshape& l, size_t value) { return as(value, l.shape, at_.name); }
  size_t layer_of(const gan::Upsample& l, size_t value) {
    return add(operation::Upsample{l.filter == gan::Upsample::Filter::bilinear}, at_.name, {value},
               at_.fitted->out);
  }
  size_t layer_of(const gan::Downsample&, size_t value) {
    return add(operation::Downsample{}, at_.name, {value}, at_.fitted->out);
  }
  size_t layer_of(const gan::AveragePool& l, size_t value) {
    return add(operation::AveragePool{l.window, l.stride}, at_.name, {value}, at_.fitted->out);
  }
  size_t layer_of(const gan::Crop&, size_t value) {
    return add(operation::Crop{}, at_.name, {value}, at_.fitted->out);
  }

  size_t layer_of(const Residual& l, size_t value) {
    const Place block = at_;
    const auto side = [&](const NetworkSpec& layers, const std::vector<LayerShape>& fitted,
                          const char* name) {
      const size_t made = add_network(layers, fitted, value, block.name + "." + name + ".",
                                      fmt::format("{}, {},", block.who, name));
      return as(made, block.fitted->out, block.name);
    };
    const size_t learned = side(l.layers, block.fitted->layers, "layers");
    const size_t added = side(l.shortcut, block.fitted->shortcut, "shortcut");
    return add(operation::Add{}, block.name, {learned, added}, block.fitted->out);
  }

  size_t layer_of(const ClassEmbedding& l, size_t value) {
    value = as_row(value, at_.name);
    return add(operation::JoinClass{weights("embedding", {graph_.classes, l.size})}, at_.name,
               {value}, {product(shape(value)) + l.size});
  }

  size_t layer_of(const Projection&, size_t value) {
    value = as_row(value, at_.name);
    const int64_t n = product(shape(value));
    return add(operation::ProjectClass{weights("weight", {1, n}), weights("bias", {1}),
                                       weights("embedding", {graph_.classes, n})},
               at_.name, {value}, {1});
  }

  /// (own - offset) factor, of each number where they have factors of their own, or of each
  /// channel.
  size_t as_network_sees(size_t value, const Scaling& scaling) {
    const bool one = scaling.factor.size() == 1 && scaling.offset.size() == 1;
    if (!one) value = as_row(value, "");
    const auto n = static_cast<size_t>(shape(value)[0]);
    const Weights ones{{shape(value)[0]}, std::vector<float>(n, 1)},
        zeros{ones.shape, std::vector<float>(n)};
    operation::Scale centred{ones, zeros},
        scaled{ones, zeros};  // in two steps: offsets may be large
    for (size_t i = 0; i < n; ++i) {
      centred.shift.values[i] = -scaling.offset[scaling.offset.size() == 1 ? 0 : i];
      scaled.scale.values[i] = scaling.factor[scaling.factor.size() == 1 ? 0 : i];
    }
    const size_t middle = add(std::move(centred), "", {value}, Shape(shape(value)));
    return add(std::move(scaled), "", {middle}, Shape(shape(value)));
  }

  void add_own_units(size_t value, const Shape& out) {
    const Scaling& scaling = source_.card.encoding.scaling();
    operation::OwnUnits own{scaling.factor, scaling.offset};
    const std::vector<double>& origin = source_.card.origin;
    if (origin.size() > own.offset.size()) {
      own.offset.resize(origin.size(), own.offset[0]);
      own.factor.resize(origin.size(), own.factor[0]);
    }
    for (size_t i = 0; !origin.empty() && i < own.offset.size(); ++i)
      own.offset[i] =
          static_cast<float>(own.offset[i] + origin[origin.size() == 1 ? size_t{0} : i]);
    add(std::move(own), "", {value}, out);
  }

  /// @throws DataError
  Weights weights(const char* what, const Shape& wanted) const {
    const std::string name = source_.prefix + at_.name + "." + what;
    const auto found = source_.tensors.tensors.find(name);
    if (found == source_.tensors.tensors.end())
      throw DataError("{}: holds no '{}': it was written by another kind of run", source_.model,
                      name);
    const SafeTensor& stored = found->second;
    if (stored.dtype != "F32" || stored.shape != wanted)
      throw DataError("{}: '{}' is {} {}, expected F32 {}", source_.model, name, stored.dtype,
                      shape_text(stored.shape), shape_text(wanted));
    Weights out{wanted, std::vector<float>(static_cast<size_t>(product(wanted)))};
    std::memcpy(out.values.data(), stored.bytes.data(), stored.bytes.size());
    return out;
  }

  /// Spectral normalisation as gan/nets/spectral_norm.h computes it: the norm is u' W v, and the
  /// rows of W are along `dimension`.
  void divide_by_norm(Weights& weight, size_t dimension) const {
    const int64_t rows = weight.shape[dimension], first = dimension == 0 ? 1 : weight.shape[0];
    const int64_t inner = product(weight.shape) / (first * rows);
    const Weights u = weights("u", {rows}), v = weights("v", {first * inner});
    double norm = 0;
    for (int64_t i = 0; i < first; ++i)
      for (int64_t row = 0; row < rows; ++row)
        for (int64_t j = 0; j < inner; ++j)
          norm += double{u.values[static_cast<size_t>(row)]} *
                  weight.values[static_cast<size_t>((i * rows + row) * inner + j)] *
                  v.values[static_cast<size_t>(i * inner + j)];
    for (float& w : weight.values) w = static_cast<float>(w / norm);
  }

  /// The layer that is being added.
  struct Place {
    const LayerShape* fitted = nullptr;
    std::string name, who;
  };

  const ExportSource& source_;
  Graph graph_;
  Place at_;
};

}  // namespace

Judging discriminator_of(const Config& config, const DataCard& card) {
  return {.layers = config.discriminator.layers,
          .units = card.encoding.scaling(),
          .network = "discriminator",
          .pack = config.game.pack};
}

Graph graph_of(const ExportSource& source) {
  Builder builder(source);
  return source.judging ? builder.judge(*source.judging) : builder.generator();
}

}  // namespace gan
