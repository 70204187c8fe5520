/// `--to safetensors`: a folder for the Hugging Face Hub, with a loader in plain PyTorch.

#include <fmt/core.h>
#include <fmt/ranges.h>
#include <nlohmann/json.hpp>

#include "gan/core/error.h"
#include "gan/core/printable.h"
#include "gan/export/exporter.h"
#include "gan/export/program_run.h"
#include "gan/export/texts.h"

namespace gan {
namespace {

using Json = nlohmann::ordered_json;

/// Tensors by name, which point into the graph.
class Tensors {
 public:
  void add(const std::string& name, const Shape& shape, const std::vector<float>& values) {
    content_.tensors[name] = {"F32", shape, bytes_of(values)};
  }
  void add(const std::string& name, const Weights& weights) {
    add(name, weights.shape, weights.values);
  }
  void add(const std::string& name, const std::vector<int64_t>& values) {
    content_.tensors[name] = {"I64", {static_cast<int64_t>(values.size())}, bytes_of(values)};
  }
  std::string file() {
    content_.metadata = {{"format", "pt"}, {"made_by", std::string(kExportMark)}};
    return format_safetensors(content_);
  }

 private:
  SafeTensors content_;
};

void set(Json& json, const ActivationOf& a) {
  json["activation"] = names_of(a.kind)[static_cast<size_t>(a.kind)];
  if (a.kind == Activation::leaky_relu) json["slope"] = a.slope;
}

/// What config.json says of an operation; its tensors are added under its name.
class Describer {
 public:
  Describer(const Graph& graph, Tensors& tensors) : graph_(graph), tensors_(tensors) {}

  Json operator()(const Operation& o) {
    name_ = o.layer.empty() ? "own_units" : o.layer;
    json_ = {{"operation", ""}, {"in", o.inputs}, {"out", o.output}};
    std::visit([&](const auto& kind) { describe(kind, o); }, o.kind);
    json_["shape"] = graph_.values[o.output];
    return std::move(json_);
  }

 private:
  void call(const char* operation) { json_["operation"] = operation; }
  void keep(const Weights& weight, const Weights& bias) {
    json_["tensors"] = name_;
    tensors_.add(name_ + ".weight", weight);
    tensors_.add(name_ + ".bias", bias);
  }

  void describe(const operation::Affine& a, const Operation&) {
    call("affine");
    keep(a.weight, a.bias);
    set(json_, a.activation);
  }
  void describe(const operation::Kernels& k, const Operation&) {
    call("convolution");
    json_["transposed"] = k.transposed;
    json_["stride"] = k.stride;
    json_["pad"] = k.pad;
    json_["groups"] = k.groups;
    keep(k.weight, k.bias);
    set(json_, k.activation);
  }
  void describe(const operation::MaxOfPieces& m, const Operation&) {
    call("max-of-pieces");
    json_["pieces"] = m.pieces;
  }
  void describe(const operation::MaxOfWindows& m, const Operation&) {
    call("max-of-windows");
    json_["window"] = m.window;
    json_["stride"] = m.stride;
  }
  void describe(const operation::Scale& s, const Operation&) {
    call("scale");
    keep(s.scale, s.shift);
  }
  void describe(const operation::ScaleOfClass& s, const Operation&) {
    call("scale-of-class");
    keep(s.scale, s.shift);
  }
  void describe(const operation::Activate& a, const Operation&) {
    call("activate");
    set(json_, a.activation);
  }
  void describe(const operation::Reshape&, const Operation&) { call("reshape"); }
  void describe(const operation::Upsample& u, const Operation&) {
    call(u.bilinear ? "upsample-bilinear" : "upsample-nearest");
  }
  void describe(const operation::Downsample&, const Operation&) { call("downsample"); }
  void describe(const operation::AveragePool& a, const Operation&) {
    call("average-pool");
    json_["window"] = a.window;
    json_["stride"] = a.stride;
  }
  void describe(const operation::Crop&, const Operation& o) {
    const Shape &from = graph_.values[o.inputs[0]], &to = graph_.values[o.output];
    call("crop");
    json_["top"] = (from[1] - to[1]) / 2;
    json_["left"] = (from[2] - to[2]) / 2;
    json_["height"] = to[1];
    json_["width"] = to[2];
  }
  void describe(const operation::Add&, const Operation&) { call("add"); }
  void describe(const operation::JoinClass& j, const Operation&) {
    call("join-class");
    json_["tensors"] = name_;
    tensors_.add(name_ + ".weight", j.embedding);
  }
  void describe(const operation::ProjectClass&, const Operation&) {
    throw UsageError("{}: a projection of the label can only be exported to onnx or torchscript",
                     name_);
  }
  void describe(const operation::OwnUnits& own, const Operation&) {
    call("own-units");
    json_["tensors"] = name_;
    tensors_.add(name_ + ".weight", {static_cast<int64_t>(own.factor.size())}, own.factor);
    tensors_.add(name_ + ".bias", {static_cast<int64_t>(own.offset.size())}, own.offset);
  }

  const Graph& graph_;
  Tensors& tensors_;
  std::string name_;
  Json json_;
};

std::string dumped(const Json& json) {
  return json.dump(1, ' ', false, Json::error_handler_t::replace) + "\n";
}

std::string config_of(const ExportSource& source, const Graph& graph, const Json& operations) {
  const bool normal = source.generator.noise == NoiseKind::normal;
  const Json config{{"model_type", "gan-generator"},
                    {"made_by", kExportMark},
                    {"data", source.card.name},
                    {"step", source.step},
                    {"noise", normal ? "normal" : "uniform"},
                    {"noise_size", graph.in()[0]},
                    {"classes", graph.classes > 0 ? Json(source.card.classes) : Json::array()},
                    {"shape", graph.out()},
                    {"low", source.card.low},
                    {"high", source.card.high},
                    {"operations", operations}};
  return dumped(config);
}

/// The samples that generator.py is compared with.
std::string samples_file(const Graph& graph, const ExportSamples& samples) {
  Tensors out;
  out.add("z", batch_shape(samples.n, graph.in()), samples.z);
  out.add("x", batch_shape(samples.n, graph.out()), samples.x);
  if (!samples.label.empty()) out.add("label", samples.label);
  return out.file();
}

/// A text of YAML, which JSON's are.
std::string yaml_text(const std::string& text) {
  return Json(text).dump(-1, ' ', false, Json::error_handler_t::replace);
}

/// Text that is no Markdown.
std::string plain(const std::string& text) {
  std::string out;
  for (const char c : printable(text)) {
    if (std::string_view("\\`*_[]<>#|").find(c) != std::string_view::npos) out += '\\';
    out += c;
  }
  return out;
}

std::string card_of(const ExportSource& source, const Graph& graph, bool picture) {
  std::string out = "---\n";
  if (!source.licence.empty()) out += "license: " + yaml_text(source.licence) + "\n";
  out += "library_name: pytorch\npipeline_tag: unconditional-image-generation\n";
  out += "tags: [gan, generative-adversarial-network]\n";
  out += "datasets: [" + yaml_text(source.card.name) + "]\n---\n\n";
  out += fmt::format("# {}\n\n", plain(source.model));
  if (picture) out += "![samples](samples.png)\n\n";
  out += fmt::format(
      "The generator of adversarial nets, trained on {} for {} steps. Written by gan export.\n\n",
      plain(source.card.name), source.step);
  const bool normal = source.generator.noise == NoiseKind::normal;
  const std::string label = graph.classes > 0 ? "label" : "";
  out += fmt::format(
      "```python\nimport torch\nfrom generator import Generator\n\nz = {}\n{}x = Generator()(z{})"
      "  # [16, {}], in the units of the data, from {:g} to {:g}\n```\n\n",
      normal ? fmt::format("torch.randn(16, {})", graph.in()[0])
             : fmt::format("(2 * torch.rand(16, {}) - 1) * 3 ** 0.5", graph.in()[0]),
      label.empty() ? "" : fmt::format("label = torch.randint({}, (16,))\n", graph.classes),
      label.empty() ? "" : ", label", fmt::join(graph.out(), ", "), source.card.low,
      source.card.high);
  if (graph.classes > 0) {
    out += "Classes, from 0 on:\n\n";
    for (const std::string& name : source.card.classes) out += "- " + plain(name) + "\n";
    out += "\n";
  }
  if (!source.scores.empty()) {
    out += "The scores that were last computed while training:\n\n| score | value |\n|---|---|\n";
    for (const auto& [name, value] : source.scores)
      out += fmt::format("| {} | {:.6g} |\n", plain(name), value);
    out += "\n";
  }
  return out +
         "`python3 generator.py` compares the loader with the samples of gan in "
         "samples.safetensors.\n";
}

std::vector<ExportedFile> write_safetensors(const ExportSource& source,
                                            const ExportSamples& samples) {
  const Graph graph = graph_of(source);
  Tensors tensors;
  Describer describe(graph, tensors);
  Json operations = Json::array();
  for (const Operation& o : graph.operations) operations.push_back(describe(o));
  std::vector<ExportedFile> out{{"model.safetensors", tensors.file()},
                                {"config.json", config_of(source, graph, operations)},
                                {"generator.py", std::string(kLoaderText)},
                                {"samples.safetensors", samples_file(graph, samples)},
                                {"README.md", card_of(source, graph, !samples.picture.empty())}};
  if (!samples.picture.empty()) out.push_back({"samples.png", samples.picture});
  return out;
}

Proof prove_safetensors(const ExportSource&, const ExportSamples&,
                        std::span<const ExportedFile> files) {
  const ProgramFolder folder;
  const std::string python = folder.python_with("torch");
  if (python.empty())
    return {.how = "generator.py was not run, since there is no python3 with torch",
            .largest = {},
            .speed = {}};
  folder.write(files);
  folder.run(python + " generator.py", "generator.py");
  return {.how = "generator.py, run by python3 with torch",
          .largest = folder.number_printed("generator.py"),
          .speed = {}};
}

}  // namespace

Exporter safetensors_exporter() {
  return {.target = "safetensors", .write = write_safetensors, .prove = prove_safetensors};
}

}  // namespace gan
