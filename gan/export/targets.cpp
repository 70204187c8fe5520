#include "gan/export/targets.h"

#include <fmt/ranges.h>

#include <string>

#include "gan/core/error.h"

namespace gan {

std::span<const ExportTarget> export_targets() {
  static const std::vector<ExportTarget> rows{
      {.name = "cpp",
       .about = "C++17 without dependencies: generator.h, generator.weights, main.cpp",
       .files = {"generator.h", "generator.weights", "main.cpp"}},
      {.name = "safetensors",
       .about = "a folder for the Hugging Face Hub: model.safetensors, config.json, README.md, "
                "samples, a loader in PyTorch",
       .files = {"model.safetensors", "config.json", "generator.py", "samples.safetensors",
                 "README.md", "samples.png"}},
      {.name = "onnx",
       .about =
           "an ONNX file: input z (and label), output x; for discriminators and classifiers, input x, "
           "output logit",
       .files = {},
       .makes_bytes = true,
       .knows_judges = true},
      {.name = "html",
       .about = "one page that runs the generator in a browser, without a server",
       .files = {}},
      {.name = "torchscript",
       .about = "a module for libtorch and torch.jit.load, called as the ONNX file",
       .files = {},
       .knows_judges = true}};
  return rows;
}

const ExportTarget& export_target(std::string_view name) {
  std::vector<std::string> known;
  for (const ExportTarget& row : export_targets()) {
    if (row.name == name) return row;
    known.emplace_back(row.name);
  }
  throw UsageError("--to {}: expected one of {}{}", name, fmt::join(known, ", "),
                   did_you_mean(std::string(name), known));
}

}  // namespace gan
