#include "gan/export/steps.h"

#include <algorithm>
#include <utility>

#include "gan/core/error.h"
#include "gan/export/places.h"
#include "gan/export/taps.h"

namespace gan {
namespace {

using generator::Index;
using generator::Kind;
using generator::Map;
using generator::Step;

bool is_image(const Shape& shape) {
  return shape.size() == 3;
}

Map map_of(const Shape& shape) {
  if (is_image(shape)) return {shape[1], shape[2], shape[0]};
  return {1, 1, product(shape)};
}

class Lowering {
 public:
  explicit Lowering(const Graph& graph) : graph_(graph) {
    if (is_image(graph.in())) throw std::logic_error("a program that begins with an image");
    for (const Shape& shape : graph.values) new_value(product(shape));
  }

  Program program() {
    for (const Operation& o : graph_.operations) {
      layer_ = o.layer;
      std::visit([&](const auto& kind) { lower(kind, o); }, o.kind);
    }
    place_values(stored_[graph_.values.size() - 1]);
    out_.inputs = product(graph_.in());
    out_.outputs = product(graph_.out());
    out_.classes = graph_.classes;
    return std::move(out_);
  }

 private:
  // While steps are added, their in, other and out are numbers of values; stored_ says which value
  // holds the numbers of another as well.

  Step& add(Kind kind, size_t in, const Shape& from, size_t output, const Shape& to) {
    Step step{};
    step.kind = kind;
    step.window.groups = 1;
    step.in = static_cast<Index>(stored_[in]);
    step.other = step.in;
    step.out = static_cast<Index>(output);
    step.from = map_of(from);
    step.to = map_of(to);
    out_.steps.push_back(step);
    out_.layers.push_back(layer_);
    return out_.steps.back();
  }
  Step& add(Kind kind, const Operation& o) {
    return add(kind, o.inputs[0], graph_.values[o.inputs[0]], o.output, graph_.values[o.output]);
  }

  Index keep(const std::vector<float>& numbers) {
    const auto at = static_cast<Index>(out_.weights.size());
    out_.weights.insert(out_.weights.end(), numbers.begin(), numbers.end());
    return at;
  }

  static void set(Step& step, const ActivationOf& a) {
    step.activation = static_cast<generator::Activation>(static_cast<int>(a.kind));
    step.slope = static_cast<float>(a.slope);
  }

  /// Where the weights of products may begin: at a line of the cache.
  Index next_line() {
    constexpr size_t kLine = 64 / sizeof(float);
    out_.weights.resize((out_.weights.size() + kLine - 1) / kLine * kLine);
    return static_cast<Index>(out_.weights.size());
  }

  /// weight(output, input) of a product, in the order of runtime_products.h.
  template <class Weight>
  void keep_product(Index inputs, Index outputs, Weight weight) {
    const size_t at = out_.weights.size();
    out_.weights.resize(at + static_cast<size_t>(generator::weights_of_product(inputs, outputs)));
    float* to = out_.weights.data() + at;
    for (Index j = 0; j < outputs; ++j)
      for (Index k = 0; k < inputs; ++k) {
        const Index panel = j / generator::kLanes * generator::kLanes * inputs;
        const Index place = generator::few_outputs(outputs)
                                ? j * inputs + k
                                : panel + k * generator::kLanes + j % generator::kLanes;
        to[place] = weight(j, k);
      }
  }

  void lower(const operation::Affine& a, const Operation& o) {
    Step& step = add(Kind::products, o);
    set(step, a.activation);
    step.weights = next_line();
    const Index inputs = step.from.size();
    keep_product(inputs, step.to.size(), [&](Index j, Index k) {
      return a.weight.values[static_cast<size_t>(j * inputs + k)];
    });
    step.biases = keep(a.bias.values);
    step.count = step.to.size();
  }

  void lower(const operation::Kernels& k, const Operation& o) {
    const Shape &from = graph_.values[o.inputs[0]], &to = graph_.values[o.output];
    const Index bias = keep(bias_in_order(k.bias));
    const Index phases = k.transposed ? k.stride : 1;
    for (Index y = 0; y < phases; ++y)
      for (Index x = 0; x < phases; ++x) {
        const Side rows = side_of(k, to[1], y), columns = side_of(k, to[2], x);
        if (rows.count <= 0 || columns.count <= 0) continue;
        Step& step = add(Kind::kernels, o.inputs[0], from, o.output, to);
        set(step, k.activation);
        step.biases = bias;
        step.count = static_cast<Index>(k.bias.values.size());
        step.window = {.taps_y = rows.taps,
                       .taps_x = columns.taps,
                       .stride = k.transposed ? 1 : k.stride,
                       .in_y = rows.in,
                       .in_x = columns.in,
                       .out_y = rows.out,
                       .out_x = columns.out,
                       .step = phases,
                       .rows = rows.count,
                       .columns = columns.count,
                       .groups = k.groups};
        step.weights = next_line();
        keep_kernels(k, step, rows, columns);
      }
  }

  /// Of a part of a convolution, along one side of the image.
  struct Side {
    Index taps, in, out, count;
    Index first_tap;  ///< of the kernel; the next is `stride` before it where it is transposed
  };

  /// Output o of a transposed convolution sees input i by tap o + pad - stride i of the kernel: the
  /// outputs for which (o + pad) % stride is the same see the same taps.
  static Side side_of(const operation::Kernels& k, Index outputs, Index phase) {
    if (!k.transposed) return {k.kernel, -k.pad, 0, outputs, 0};
    Side side{};
    const Index rest = (phase + k.pad) % k.stride;
    side.taps = rest < k.kernel ? (k.kernel - rest + k.stride - 1) / k.stride : 0;
    side.out = phase;
    side.count = phase < outputs ? (outputs - phase + k.stride - 1) / k.stride : 0;
    side.first_tap = rest + (side.taps - 1) * k.stride;  // of the first input that is seen
    side.in = (phase + k.pad - side.first_tap) / k.stride;
    return side;
  }

  void keep_kernels(const operation::Kernels& k, const Step& step, const Side& rows,
                    const Side& columns) {
    const Index channels = step.from.channels / k.groups, outputs = step.to.channels / k.groups;
    const Index inputs = rows.taps * columns.taps * channels, by = k.transposed ? -k.stride : 1;
    for (Index g = 0; g < k.groups; ++g)
      keep_product(inputs, outputs, [&](Index j, Index i) {
        const Index c = i % channels, tx = i / channels % columns.taps,
                    ty = i / channels / columns.taps;
        const Index line =
            k.transposed ? (g * channels + c) * outputs + j : (g * outputs + j) * channels + c;
        const Index place =
            (line * k.kernel + rows.first_tap + by * ty) * k.kernel + columns.first_tap + by * tx;
        return k.weight.values[static_cast<size_t>(place)];
      });
  }

  /// [channels], or an image, channels last.
  static std::vector<float> bias_in_order(const Weights& bias) {
    if (bias.shape.size() == 1) return bias.values;
    std::vector<float> out(bias.values.size());
    generator::turn(bias.values.data(), bias.shape[0], bias.shape[1] * bias.shape[2], out.data());
    return out;
  }

  void lower(const operation::MaxOfPieces& m, const Operation& o) {
    add(Kind::max_of_pieces, o).count = m.pieces;
  }
  void lower(const operation::MaxOfWindows& m, const Operation& o) {
    Step& step = add(Kind::max_of_windows, o);
    step.window.taps_y = m.window;
    step.window.taps_x = m.window;
    step.window.stride = m.stride;
  }
  void lower(const operation::Scale& s, const Operation& o) {
    Step& step = add(Kind::scale, o);
    step.weights = keep(s.scale.values);
    step.biases = keep(s.shift.values);
    step.count = static_cast<Index>(s.scale.values.size());
  }
  void lower(const operation::ScaleOfClass& s, const Operation& o) {
    Step& step = add(Kind::scale_of_class, o);
    step.weights = keep(s.scale.values);
    step.biases = keep(s.shift.values);
    step.count = static_cast<Index>(s.scale.shape[1]);
  }
  void lower(const operation::Activate& a, const Operation& o) {
    set(add(Kind::activate, o), a.activation);
  }

  void lower(const operation::Reshape&, const Operation& o) {
    const Shape &from = graph_.values[o.inputs[0]], &to = graph_.values[o.output];
    size_t value = o.inputs[0];
    const Shape row{product(from)};
    if (is_image(from) && !lies_as_row(from)) {
      const bool ends = !is_image(to) || lies_as_row(to);
      const size_t made = ends ? o.output : new_value(product(from));
      add(Kind::rows_of_images, value, from, made, row);
      value = made;
      if (ends) return;
    }
    if (is_image(to) && !lies_as_row(to))
      add(Kind::images_of_rows, value, row, o.output, to);
    else
      stored_[o.output] = stored_[value];
  }
  /// Channels first and channels last are the same.
  static bool lies_as_row(const Shape& image) { return image[0] == 1 || image[1] * image[2] == 1; }

  size_t new_value(int64_t size) {
    size_of_.push_back(size);
    stored_.push_back(stored_.size());
    return stored_.back();
  }

  void lower_resampling(const Operation& o, const Taps& rows, const Taps& columns) {
    Step& step = add(Kind::resample, o);
    step.window.taps_y = rows.taps;
    step.window.taps_x = columns.taps;
    step.weights = static_cast<Index>(out_.weights.size());
    for (const Taps* side : {&rows, &columns})
      for (const auto& [input, factor] : side->pairs) {
        out_.weights.push_back(static_cast<float>(input));
        out_.weights.push_back(factor);
      }
  }
  void lower(const operation::Upsample& u, const Operation& o) {
    const Shape &from = graph_.values[o.inputs[0]], &to = graph_.values[o.output];
    if (u.bilinear)
      lower_resampling(o, filter_taps(from[1], to[1], true), filter_taps(from[2], to[2], true));
    else
      lower_resampling(o, nearest_taps(to[1]), nearest_taps(to[2]));
  }
  void lower(const operation::Downsample&, const Operation& o) {
    const Shape &from = graph_.values[o.inputs[0]], &to = graph_.values[o.output];
    lower_resampling(o, filter_taps(from[1], to[1], false), filter_taps(from[2], to[2], false));
  }
  void lower(const operation::AveragePool& a, const Operation& o) {
    const Shape& to = graph_.values[o.output];
    lower_resampling(o, window_taps(to[1], a.window, a.stride),
                     window_taps(to[2], a.window, a.stride));
  }
  void lower(const operation::Crop&, const Operation& o) {
    const Shape &from = graph_.values[o.inputs[0]], &to = graph_.values[o.output];
    lower_resampling(o, window_taps(to[1], 1, 1, (from[1] - to[1]) / 2),
                     window_taps(to[2], 1, 1, (from[2] - to[2]) / 2));
  }

  void lower(const operation::Add&, const Operation& o) {
    add(Kind::add, o).other = static_cast<Index>(stored_[o.inputs[1]]);
  }
  void lower(const operation::JoinClass& j, const Operation& o) {
    add(Kind::join_class, o).weights = keep(j.embedding.values);
  }

  void lower(const operation::ProjectClass&, const Operation& o) {
    throw UsageError("{}: a projection of the label can only be exported to onnx or torchscript",
                     o.layer);
  }

  void lower(const operation::OwnUnits& own, const Operation& o) {
    const auto size = static_cast<size_t>(product(graph_.out()));
    std::vector<float> scale(size), shift(size);
    for (size_t i = 0; i < size; ++i) {
      scale[i] = 1 / own.factor[own.factor.size() == 1 ? 0 : i];
      shift[i] = own.offset[own.offset.size() == 1 ? 0 : i];
    }
    const auto is = [](float number) { return [=](float x) { return x == number; }; };
    if (std::ranges::all_of(scale, is(1)) && std::ranges::all_of(shift, is(0))) {
      stored_[o.output] = stored_[o.inputs[0]];
      return;
    }
    const Shape row{static_cast<int64_t>(size)};
    Step& step = add(Kind::scale, o.inputs[0], row, o.output, row);
    step.weights = keep(scale);
    step.biases = keep(shift);
    step.count = static_cast<Index>(size);
  }

  void place_values(size_t result) {
    const Places places = places_of(out_.steps, size_of_, result);
    const auto place = [&](Index value) { return places.begin[static_cast<size_t>(value)]; };
    for (Step& step : out_.steps) {
      step.in = place(step.in);
      step.other = place(step.other);
      step.out = place(step.out);
      out_.scratch = std::max<int64_t>(out_.scratch, generator::scratch_of(step));
    }
    out_.last = places.begin[result];
    out_.numbers = places.numbers;
  }

  const Graph& graph_;
  Program out_;
  std::string layer_;
  std::vector<int64_t> size_of_;  ///< of each value
  std::vector<size_t> stored_;    ///< which value holds the numbers of this one
};

}  // namespace

Program program_of(const Graph& graph) {
  return Lowering(graph).program();
}

std::vector<float> run(const Program& p, std::span<const float> z, std::span<const int64_t> label) {
  const int64_t n = static_cast<int64_t>(z.size()) / p.inputs;
  std::vector<float> out(static_cast<size_t>(n * p.outputs));
  std::vector<float> workspace(static_cast<size_t>(generator::kBlock * p.numbers + p.scratch));
  generator::run(p.steps.data(), static_cast<Index>(p.steps.size()), p.weights.data(), z.data(),
                 p.inputs, label.empty() ? nullptr : label.data(), n, workspace.data(), p.numbers,
                 p.last, out.data(), p.outputs);
  return out;
}

}  // namespace gan
