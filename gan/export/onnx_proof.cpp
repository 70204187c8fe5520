#include "gan/export/onnx_proof.h"

#include "gan/export/onnx_attributes.h"  // before other headers of ONNX: it says which ONNX

#include <fmt/core.h>
#include <onnx/checker.h>
#include <onnx/shape_inference/implementation.h>

#include <set>

#include "gan/core/error.h"
#include "gan/export/program_run.h"
#include "gan/io/npy.h"

namespace gan {
namespace {

/// The common end of both programs: prints what largest_difference() gives; of 8-bit numbers, which
/// may be rounded otherwise, 0 where none differs by more than 1.
constexpr std::string_view kCompare = R"(
if low is not None:
    x = np.clip((out.reshape(len(out), -1, *made.shape[2:]) - low) * 255 / (high - low), 0, 255)
    largest = np.abs(made - np.broadcast_to(x, made.shape)).max()
    print(0 if largest <= 1 else largest / 255)
else:
    size = np.abs(out).max()
    print(np.abs(made.astype(np.float64) - out.reshape(made.shape)).max() / (size if size > 0 else 1))
)";

constexpr std::string_view kBegin = R"(import sys
import numpy as np

given, label, out = (np.load(name + ".npy") for name in ("in", "label", "out"))
low, high = (float(a) for a in sys.argv[1:3]) if len(sys.argv) > 1 else (None, None)
)";

constexpr std::string_view kOnnxRuntime = R"(import onnxruntime
session = onnxruntime.InferenceSession("g.onnx", providers=["CPUExecutionProvider"])
inputs = [i.name for i in session.get_inputs()]
by_name = {inputs[0]: given, "label": label.astype(np.int64)}
made = session.run(None, {name: by_name[name] for name in inputs})[0]
)";

constexpr std::string_view kOpenCv = R"(import os
import cv2
def run(file, numbers):
    net = cv2.dnn.readNetFromONNX(file)
    net.enableFusion(False)
    net.setInput(numbers)
    return net.forward()
if os.path.exists("g.onnx"):
    made = run("g.onnx", given)
else:
    made = np.concatenate([run("g%d.onnx" % label[i], given[i:i + 1]) for i in range(len(given))])
)";

struct Runtime {
  const char *module, *name;
  std::string_view program;
  bool is_complete;  ///< takes the file as it is
};
constexpr Runtime kRuntimes[] = {{"onnxruntime", "onnxruntime", kOnnxRuntime, true},
                                 {"cv2", "OpenCV", kOpenCv, false}};

onnx::TensorProto& add_constant(onnx::GraphProto& graph, const std::string& name, int type) {
  onnx::TensorProto& constant = *graph.add_initializer();
  constant.set_name(name);
  constant.set_data_type(type);
  constant.add_dims(1);
  return constant;
}

/// OpenCV 4.6 knows no integers as inputs: the label becomes a constant, for one example at a time.
/// It mistakes an input that is joined to something: z passes through a product with 1.
void fix_label(onnx::GraphProto& graph, int64_t label) {
  graph.mutable_input()->RemoveLast();
  onnx::TypeProto& in = *graph.mutable_input(0)->mutable_type();
  in.mutable_tensor_type()->mutable_shape()->mutable_dim(0)->set_dim_value(1);
  add_constant(graph, "label", onnx::TensorProto::INT64).add_int64_data(label);
  add_constant(graph, "one", onnx::TensorProto::FLOAT).add_float_data(1);
  const std::string given = graph.input(0).name(), copy = given + "/copy";
  for (onnx::NodeProto& node : *graph.mutable_node())
    for (std::string& input : *node.mutable_input())
      if (input == given) input = copy;
  onnx::NodeProto& product = *graph.add_node();
  product.set_op_type("Mul");
  product.add_input(given);
  product.add_input("one");
  product.add_output(copy);
  for (int i = graph.node_size() - 1; i > 0; --i) graph.mutable_node()->SwapElements(i, i - 1);
}

/// It takes the bounds of Clip as attributes only, as ONNX had them before operator set 11. Here
/// they are those of bytes.
void fix_clip(onnx::GraphProto& graph) {
  for (onnx::NodeProto& node : *graph.mutable_node()) {
    if (node.op_type() != "Clip") continue;
    while (node.input_size() > 1) node.mutable_input()->RemoveLast();
    set(node, "min", 0.0F);
    set(node, "max", 255.0F);
  }
}

std::string for_open_cv(const std::string& bytes, std::optional<int64_t> label) {
  onnx::ModelProto model;
  model.ParseFromString(bytes);
  if (label) fix_label(*model.mutable_graph(), *label);
  fix_clip(*model.mutable_graph());
  return model.SerializeAsString();
}

void write_models(const ProgramFolder& folder, const std::string& bytes, const Runtime& runtime,
                  const std::vector<int64_t>& labels) {
  if (runtime.is_complete) return folder.write("g.onnx", {bytes});
  if (labels.empty()) return folder.write("g.onnx", {for_open_cv(bytes, {})});
  for (const int64_t label : std::set(labels.begin(), labels.end()))
    folder.write(fmt::format("g{}.onnx", label), {for_open_cv(bytes, label)});
}

void write_numbers(const ProgramFolder& folder, const ExportSource& source,
                   const ExportSamples& samples) {
  const auto rows = [&](const std::vector<float>& values) {
    return Shape{samples.n, static_cast<int64_t>(values.size()) / samples.n};
  };
  std::vector<float> label(samples.label.begin(), samples.label.end());
  label.resize(static_cast<size_t>(samples.n));
  folder.write("label.npy", {format_npy({samples.n}, label)});
  if (!source.judging) {
    folder.write("in.npy", {format_npy(rows(samples.z), samples.z)});
    folder.write("out.npy", {format_npy(rows(samples.x), samples.x)});
  } else {
    const Shape shape = batch_shape(samples.n, seen_by_networks(source.card.shape));
    folder.write("in.npy", {format_npy(shape, samples.x)});
    folder.write("out.npy", {format_npy(rows(samples.logit), samples.logit)});
  }
}

}  // namespace

void check_onnx(const std::string& bytes) {
  onnx::ModelProto model;
  if (!model.ParseFromString(bytes)) throw ErrorOf<Exit::bug>("the ONNX file cannot be read back");
  try {
    onnx::checker::check_model(model);
    const onnx::ShapeInferenceOptions strict{true, 1, false};
    onnx::shape_inference::InferShapes(model, onnx::OpSchemaRegistry::Instance(), strict);
  } catch (const std::exception& error) {
    throw ErrorOf<Exit::bug>("ONNX refuses the file: {}", error.what());
  }
}

Proof prove_onnx(const ExportSource& source, const ExportSamples& samples,
                 std::span<const ExportedFile> files) {
  const std::string& bytes = files.front().bytes;
  check_onnx(bytes);
  const ProgramFolder folder;
  for (const Runtime& runtime : kRuntimes) {
    const std::string python = folder.python_with(runtime.module);
    if (python.empty()) continue;
    write_models(folder, bytes, runtime, samples.label);
    write_numbers(folder, source, samples);
    folder.write("proof.py", {kBegin, runtime.program, kCompare});
    const std::string range =
        source.bytes ? fmt::format(" {} {}", source.card.low, source.card.high) : "";
    const std::string command = python + " proof.py" + range;
    if (!runtime.is_complete && !folder.succeeds(command))
      return {.how = fmt::format("the checker of ONNX accepts it; {} cannot run it", runtime.name),
              .largest = {},
              .speed = {}};
    if (runtime.is_complete) folder.run(command, runtime.name);
    return {.how = fmt::format("run by {}", runtime.name),
            .largest = folder.number_printed(runtime.name),
            .speed = {}};
  }
  return {.how =
              "the checker of ONNX accepts it; it was not run, since there is no python3 with "
              "onnxruntime or OpenCV",
          .largest = {},
          .speed = {}};
}

}  // namespace gan
