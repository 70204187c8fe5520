#include "gan/export/onnx_proof.h"

#define ONNX_ML 1
#define ONNX_NAMESPACE onnx

#include <fmt/core.h>
#include <onnx/checker.h>
#include <onnx/onnx_pb.h>
#include <onnx/shape_inference/implementation.h>

#include "gan/core/error.h"
#include "gan/export/program_run.h"
#include "gan/io/npy.h"

namespace gan {
namespace {

/// Prints what largest_difference() gives; of 8-bit numbers, which may be rounded otherwise, 0
/// where none differs by more than 1.
constexpr std::string_view kProgram = R"(import sys
import numpy as np
import onnxruntime

z, label, x = (np.load(name + ".npy") for name in ("z", "label", "x"))
low, high = float(sys.argv[1]), float(sys.argv[2])
session = onnxruntime.InferenceSession("g.onnx", providers=["CPUExecutionProvider"])
given = {"z": z, "label": label.astype(np.int64)}
made = session.run(["x"], {i.name: given[i.name] for i in session.get_inputs()})[0]
if made.dtype == np.uint8:
    x = np.clip((x.reshape(len(x), -1, *made.shape[2:]) - low) * 255 / (high - low), 0, 255)
    largest = np.abs(made - np.broadcast_to(x, made.shape)).max()
    print(0 if largest <= 1 else largest / 255)
else:
    size = np.abs(x).max()
    print(np.abs(made.astype(np.float64) - x).max() / (size if size > 0 else 1))
)";

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
  check_onnx(files.front().bytes);
  const ProgramFolder folder;
  const std::string python = folder.python_with("onnxruntime");
  if (python.empty())
    return {.how =
                "the checker of ONNX accepts it; it was not run, since there is no python3 with "
                "onnxruntime",
            .largest = {},
            .speed = {}};
  std::vector<float> label(samples.label.begin(), samples.label.end());
  label.resize(static_cast<size_t>(samples.n));
  folder.write("g.onnx", {files.front().bytes});
  folder.write("z.npy", {format_npy({samples.n, source.generator.noise_size}, samples.z)});
  folder.write("label.npy", {format_npy({samples.n}, label)});
  folder.write("x.npy", {format_npy(batch_shape(samples.n, source.card.shape), samples.x)});
  folder.write("proof.py", {kProgram});
  folder.run(fmt::format("{} proof.py {} {}", python, source.card.low, source.card.high),
             "the runtime");
  return {
      .how = "run by onnxruntime", .largest = folder.number_printed("the runtime"), .speed = {}};
}

}  // namespace gan
