/// `--to onnx`: ONNX of operator set 17.

#include <fmt/ranges.h>

#include "gan/core/error.h"
#include "gan/core/version.h"
#include "gan/export/exporter.h"
#include "gan/export/onnx_attributes.h"
#include "gan/export/onnx_proof.h"
#include "gan/export/program_run.h"
#include "gan/io/bytes.h"

namespace gan {
namespace {

constexpr int64_t kOperatorSet = 17, kFormat = 8;

/// Nodes and constants of the model, in order.
class Writer {
 public:
  onnx::NodeProto& node(const std::string& operation, const std::vector<std::string>& inputs,
                        const std::string& output) {
    onnx::NodeProto& node = *graph().add_node();
    node.set_op_type(operation);
    node.set_name(output);
    for (const std::string& input : inputs) node.add_input(input);
    node.add_output(output);
    return node;
  }

  std::string constant(const std::string& name, const Shape& shape,
                       const std::vector<float>& values) {
    onnx::TensorProto& tensor = add_tensor(name, shape, onnx::TensorProto::FLOAT);
    tensor.set_raw_data(std::string(bytes_of(values)));
    return name;
  }
  std::string constant(const std::string& name, const std::vector<int64_t>& values) {
    onnx::TensorProto& tensor =
        add_tensor(name, {static_cast<int64_t>(values.size())}, onnx::TensorProto::INT64);
    tensor.set_raw_data(std::string(bytes_of(values)));
    return name;
  }

  /// A name that nothing else in the model has.
  std::string fresh(const std::string& name) { return fmt::format("{}/{}", name, ++names_); }

  onnx::GraphProto& graph() { return *model.mutable_graph(); }
  onnx::ModelProto model;

 private:
  onnx::TensorProto& add_tensor(const std::string& name, const Shape& shape, int type) {
    onnx::TensorProto& tensor = *graph().add_initializer();
    tensor.set_name(name);
    tensor.set_data_type(type);
    for (const int64_t d : shape) tensor.add_dims(d);
    return tensor;
  }

  int64_t names_ = 0;
};

/// The operations of a graph, one after the other.
class Nodes {
 public:
  Nodes(const Graph& graph, Writer& writer, const char* input)
      : graph_(graph), w_(writer), names_(graph.values.size()) {
    names_.front() = std::string(input);
  }

  /// @return the name of what comes out
  std::string add_all() {
    for (const Operation& o : graph_.operations) {
      name_ = o.layer.empty() ? "own_units" : o.layer;
      x_ = names_[o.inputs[0]];
      std::visit([&](const auto& kind) { add(kind, o); }, o.kind);
      names_[o.output] = x_;
    }
    return x_;
  }

 private:
  const Shape& in(const Operation& o) const { return graph_.values[o.inputs[0]]; }
  const Shape& out(const Operation& o) const { return graph_.values[o.output]; }

  /// A node that takes what the last one gave, and constants.
  onnx::NodeProto& next(const char* operation, std::vector<std::string> constants = {}) {
    constants.insert(constants.begin(), x_);
    x_ = w_.fresh(name_);
    return w_.node(operation, constants, x_);
  }
  std::string constant(const Weights& weights) {
    return w_.constant(w_.fresh(name_), weights.shape, weights.values);
  }
  std::string constant(const Shape& shape, const std::vector<float>& values) {
    return w_.constant(w_.fresh(name_), shape, values);
  }
  std::string constant(const std::vector<int64_t>& values) {
    return w_.constant(w_.fresh(name_), values);
  }
  /// [N, ...] -> [N, shape...]
  void reshape(const Shape& shape) { next("Reshape", {constant(batch_shape(0, shape))}); }

  void activate(const ActivationOf& a) {
    switch (a.kind) {
      case Activation::linear:
        break;
      case Activation::relu:
        next("Relu");
        break;
      case Activation::leaky_relu:
        set(next("LeakyRelu"), "alpha", static_cast<float>(a.slope));
        break;
      case Activation::sigmoid:
        next("Sigmoid");
        break;
      case Activation::hard_sigmoid: {
        onnx::NodeProto& node = next("HardSigmoid");
        set(node, "alpha", 1.0F / 6);
        set(node, "beta", 0.5F);
        break;
      }
      case Activation::tanh:
        next("Tanh");
        break;
    }
  }

  void add(const operation::Affine& a, const Operation&) {
    set(next("Gemm", {constant(a.weight), constant(a.bias)}), "transB", int64_t{1});
    activate(a.activation);
  }
  void add(const operation::Kernels& k, const Operation&) {
    const bool tied = k.bias.shape.size() == 1;
    std::vector<std::string> constants{constant(k.weight)};
    if (tied) constants.push_back(constant(k.bias));
    onnx::NodeProto& node = next(k.transposed ? "ConvTranspose" : "Conv", constants);
    set(node, "kernel_shape", std::vector<int64_t>(2, k.kernel));
    set(node, "strides", std::vector<int64_t>(2, k.stride));
    set(node, "pads", std::vector<int64_t>(4, k.pad));
    set(node, "group", k.groups);
    if (!tied) next("Add", {constant(k.bias)});
    activate(k.activation);
  }
  void add(const operation::MaxOfPieces& m, const Operation& o) {
    reshape({out(o)[0], m.pieces, product(out(o)) / out(o)[0]});
    onnx::NodeProto& node = next("ReduceMax");
    set(node, "axes", std::vector<int64_t>{2});
    set(node, "keepdims", int64_t{0});
    reshape(out(o));
  }
  void add(const operation::MaxOfWindows& m, const Operation&) {
    onnx::NodeProto& node = next("MaxPool");
    set(node, "kernel_shape", std::vector<int64_t>(2, m.window));
    set(node, "strides", std::vector<int64_t>(2, m.stride));
    set(node, "ceil_mode", int64_t{1});
  }
  void add(const operation::Scale& s, const Operation& o) {
    Shape shape = s.scale.shape;
    if (in(o).size() == 3) shape.insert(shape.end(), {1, 1});
    next("Mul", {constant(shape, s.scale.values)});
    next("Add", {constant(shape, s.shift.values)});
  }
  void add(const operation::ScaleOfClass& s, const Operation& o) {
    Shape shape = s.scale.shape;
    if (in(o).size() == 3) shape.insert(shape.end(), {1, 1});
    for (const auto& [operation, table] : {std::pair{"Mul", &s.scale}, {"Add", &s.shift}}) {
      const std::string row = w_.fresh(name_);
      w_.node("Gather", {constant(shape, table->values), "label"}, row);
      next(operation, {row});
    }
  }
  void add(const operation::Activate& a, const Operation&) { activate(a.activation); }
  void add(const operation::Reshape&, const Operation& o) { reshape(out(o)); }

  /// [1, 3, 3, 1] along each side, for each channel.
  void filter(const char* operation, float total, int64_t channels) {
    constexpr float kSide[] = {1, 3, 3, 1};
    std::vector<float> values;
    for (int64_t c = 0; c < channels; ++c)
      for (const float a : kSide)
        for (const float b : kSide) values.push_back(a * b * total / 64);
    onnx::NodeProto& node = next(operation, {constant({channels, 1, 4, 4}, values)});
    set(node, "kernel_shape", std::vector<int64_t>(2, 4));
    set(node, "strides", std::vector<int64_t>(2, 2));
    set(node, "pads", std::vector<int64_t>(4, 1));
    set(node, "group", channels);
  }
  void add(const operation::Upsample& u, const Operation& o) {
    if (u.bilinear) return filter("ConvTranspose", 4, in(o)[0]);
    onnx::NodeProto& node = next("Resize", {"", constant({4}, {1, 1, 2, 2})});
    set(node, "mode", "nearest");
    set(node, "nearest_mode", "floor");
    set(node, "coordinate_transformation_mode", "asymmetric");
  }
  void add(const operation::Downsample&, const Operation& o) { filter("Conv", 1, in(o)[0]); }
  void add(const operation::AveragePool& a, const Operation&) {
    onnx::NodeProto& node = next("AveragePool");
    set(node, "kernel_shape", std::vector<int64_t>(2, a.window));
    set(node, "strides", std::vector<int64_t>(2, a.stride));
  }
  void add(const operation::Crop&, const Operation& o) {
    const int64_t top = (in(o)[1] - out(o)[1]) / 2, left = (in(o)[2] - out(o)[2]) / 2;
    const std::string begin = constant({top, left}),
                      end = constant({top + out(o)[1], left + out(o)[2]}), axes = constant({2, 3});
    next("Slice", {begin, end, axes});
  }
  void add(const operation::Add&, const Operation& o) { next("Add", {names_[o.inputs[1]]}); }
  void add(const operation::JoinClass& j, const Operation&) {
    const std::string row = w_.fresh(name_);
    w_.node("Gather", {constant(j.embedding), "label"}, row);
    set(next("Concat", {row}), "axis", int64_t{1});
  }
  void add(const operation::ProjectClass& p, const Operation&) {
    const std::string row = w_.fresh(name_), both = w_.fresh(name_);
    w_.node("Gather", {constant(p.embedding), "label"}, row);
    w_.node("Add", {row, constant(p.weight)}, both);
    next("Mul", {both});
    const std::vector<float> ones(p.weight.values.size(), 1);
    set(next("Gemm", {constant(p.weight.shape, ones), constant(p.bias)}), "transB", int64_t{1});
  }
  void add(const operation::OwnUnits& own, const Operation& o) {
    const auto size = [](const std::vector<float>& v) { return static_cast<int64_t>(v.size()); };
    next("Div", {constant({size(own.factor)}, own.factor)});
    next("Add", {constant({size(own.offset)}, own.offset)});
    reshape(out(o));
  }

  const Graph& graph_;
  Writer& w_;
  std::vector<std::string> names_;  ///< of the values
  std::string name_, x_;            ///< of the layer; of the newest value
};

/// Own units [N, ...] -> 8-bit RGB [N, 3, H, W], as torch-fidelity takes them.
std::string add_bytes(Writer& w, const DataCard& card, std::string x) {
  const Shape image = seen_by_networks(card.shape);
  if (!card.image || (image[0] != 1 && image[0] != 3))
    throw UsageError("--output uint8: makes RGB images of grey or RGB ones; {} has {} a sample",
                     card.name, shape_text(card.shape));
  const auto next = [&](const char* operation, std::vector<std::string> others) {
    others.insert(others.begin(), x);
    x = w.fresh("bytes");
    return &w.node(operation, others, x);
  };
  const auto number = [&](float value) { return w.constant(w.fresh("bytes"), {}, {value}); };
  next("Reshape", {w.constant(w.fresh("bytes"), batch_shape(0, image))});
  next("Sub", {number(card.low)});
  next("Mul", {number(255 / (card.high - card.low))});
  next("Clip", {number(0), number(255)});
  next("Round", {});
  if (image[0] == 1) set(*next("Concat", {x, x}), "axis", int64_t{1});
  set(*next("Cast", {}), "to", int64_t{onnx::TensorProto::UINT8});
  return x;
}

void describe_value(onnx::ValueInfoProto& value, const char* name, int type, const Shape& shape) {
  value.set_name(name);
  onnx::TypeProto::Tensor& tensor = *value.mutable_type()->mutable_tensor_type();
  tensor.set_elem_type(type);
  tensor.mutable_shape()->add_dim()->set_dim_param("N");
  for (const int64_t d : shape) tensor.mutable_shape()->add_dim()->set_dim_value(d);
}

void add_metadata(onnx::ModelProto& model, const ExportSource& source) {
  for (const auto& [key, value] : metadata_of(source)) {
    onnx::StringStringEntryProto& entry = *model.add_metadata_props();
    entry.set_key(key);
    entry.set_value(value);
  }
}

std::vector<ExportedFile> write_onnx(const ExportSource& source, const ExportSamples&) {
  const Graph graph = graph_of(source);
  Writer w;
  w.model.set_ir_version(kFormat);
  w.model.set_producer_name(std::string(kExportMark));
  w.model.set_producer_version(version());
  w.model.add_opset_import()->set_version(kOperatorSet);
  const bool makes = !source.judging;
  w.graph().set_name(makes ? "generator" : source.judging->network);
  const char *in = makes ? "z" : "x", *out = makes ? "x" : "logit";
  describe_value(*w.graph().add_input(), in, onnx::TensorProto::FLOAT, graph.in());
  if (graph.classes > 0)
    describe_value(*w.graph().add_input(), "label", onnx::TensorProto::INT64, {});
  std::string x = Nodes(graph, w, in).add_all();
  Shape shape = graph.out();
  if (source.bytes) {
    x = add_bytes(w, source.card, x);
    shape = seen_by_networks(source.card.shape);
    shape[0] = 3;
  }
  w.node("Identity", {x}, out);
  describe_value(*w.graph().add_output(), out,
                 source.bytes ? onnx::TensorProto::UINT8 : onnx::TensorProto::FLOAT, shape);
  add_metadata(w.model, source);
  return {{"", w.model.SerializeAsString()}};
}

}  // namespace

Exporter onnx_exporter() {
  return {.target = "onnx", .write = write_onnx, .prove = prove_onnx};
}

}  // namespace gan
