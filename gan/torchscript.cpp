#include "gan/torchscript.h"

#include <fmt/core.h>
#include <fmt/ranges.h>
#include <torch/script.h>

#include <sstream>

#include "gan/core/version.h"

namespace gan {
namespace {

at::Tensor tensor_of(const Shape& shape, const std::vector<float>& values) {
  return at::tensor(values).reshape(shape);
}

/// [1, 3, 3, 1] along each side, for each channel.
at::Tensor filter_of(int64_t channels, double total) {
  const at::Tensor side = at::tensor({1.0F, 3.0F, 3.0F, 1.0F});
  return (side.unsqueeze(1) * side * (total / 64)).repeat({channels, 1, 1, 1});
}

/// The operations of a graph as the source of forward(), and their weights as buffers of a module.
class Script {
 public:
  Script(const Graph& graph, torch::jit::Module& module) : graph_(graph), module_(module) {}

  std::string source(const char* input) {
    std::string out = fmt::format("def forward(self, {}: Tensor{}) -> Tensor:\n", input,
                                  graph_.classes > 0 ? ", label: Tensor" : "");
    out += fmt::format("    v0 = {}\n", input);
    for (const Operation& o : graph_.operations) {
      x_ = fmt::format("v{}", o.inputs[0]);
      const std::string value = std::visit([&](const auto& kind) { return text(kind, o); }, o.kind);
      out += fmt::format("    v{} = {}\n", o.output, value);
    }
    return out + fmt::format("    return v{}\n", graph_.values.size() - 1);
  }

 private:
  const Shape& in(const Operation& o) const { return graph_.values[o.inputs[0]]; }
  const Shape& out(const Operation& o) const { return graph_.values[o.output]; }

  /// A new buffer; how the source calls it.
  std::string keep(const at::Tensor& t) {
    const std::string name = fmt::format("w{}", ++buffers_);
    module_.register_buffer(name, t);
    return "self." + name;
  }
  std::string keep(const Weights& weights) {
    return keep(tensor_of(weights.shape, weights.values));
  }

  static std::string activated(const std::string& x, const ActivationOf& a) {
    switch (a.kind) {
      case Activation::linear:
        return x;
      case Activation::relu:
        return fmt::format("torch.relu({})", x);
      case Activation::leaky_relu:
        return fmt::format("torch.leaky_relu({}, {:#.17g})", x, a.slope);
      case Activation::sigmoid:
        return fmt::format("torch.sigmoid({})", x);
      case Activation::hard_sigmoid:
        return fmt::format("torch.hardsigmoid({})", x);
      case Activation::tanh:
        return fmt::format("torch.tanh({})", x);
    }
    throw std::logic_error("an activation without a name");
  }

  std::string text(const operation::Affine& a, const Operation&) {
    return activated(fmt::format("torch.linear({}, {}, {})", x_, keep(a.weight), keep(a.bias)),
                     a.activation);
  }
  std::string text(const operation::Kernels& k, const Operation&) {
    const bool tied = k.bias.shape.size() == 1;
    const std::string weight = keep(k.weight), bias = keep(k.bias);
    std::string x = fmt::format("{}, {}, {}, [{}, {}], [{}, {}]", x_, weight, tied ? bias : "None",
                                k.stride, k.stride, k.pad, k.pad);
    x = k.transposed ? fmt::format("torch.conv_transpose2d({}, [0, 0], {}, [1, 1])", x, k.groups)
                     : fmt::format("torch.conv2d({}, [1, 1], {})", x, k.groups);
    return activated(tied ? x : fmt::format("{} + {}", x, bias), k.activation);
  }
  std::string text(const operation::MaxOfPieces& m, const Operation& o) {
    Shape pieces = out(o);
    pieces.insert(pieces.begin() + 1, m.pieces);
    return fmt::format("torch.amax({}, [2])", shaped(x_, pieces));
  }
  std::string text(const operation::MaxOfWindows& m, const Operation&) {
    return fmt::format("torch.max_pool2d({}, [{}, {}], [{}, {}], [0, 0], [1, 1], True)", x_,
                       m.window, m.window, m.stride, m.stride);
  }
  std::string text(const operation::Scale& s, const Operation& o) {
    Shape shape = s.scale.shape;
    if (in(o).size() == 3) shape.insert(shape.end(), {1, 1});
    return fmt::format("{} * {} + {}", x_, keep(tensor_of(shape, s.scale.values)),
                       keep(tensor_of(shape, s.shift.values)));
  }
  std::string text(const operation::ScaleOfClass& s, const Operation& o) {
    Shape shape = s.scale.shape;
    if (in(o).size() == 3) shape.insert(shape.end(), {1, 1});
    const auto of_label = [&](const Weights& table) {
      return fmt::format("torch.index_select({}, 0, label)", keep(tensor_of(shape, table.values)));
    };
    return fmt::format("{} * {} + {}", x_, of_label(s.scale), of_label(s.shift));
  }
  std::string text(const operation::Activate& a, const Operation&) {
    return activated(x_, a.activation);
  }
  std::string text(const operation::Reshape&, const Operation& o) { return shaped(x_, out(o)); }
  std::string text(const operation::Upsample& u, const Operation& o) {
    if (!u.bilinear)
      return fmt::format("torch.upsample_nearest2d({}, [{}, {}])", x_, out(o)[1], out(o)[2]);
    const int64_t channels = in(o)[0];
    return fmt::format("torch.conv_transpose2d({}, {}, None, [2, 2], [1, 1], [0, 0], {}, [1, 1])",
                       x_, keep(filter_of(channels, 4)), channels);
  }
  std::string text(const operation::Downsample&, const Operation& o) {
    const int64_t channels = in(o)[0];
    return fmt::format("torch.conv2d({}, {}, None, [2, 2], [1, 1], [1, 1], {})", x_,
                       keep(filter_of(channels, 1)), channels);
  }
  std::string text(const operation::AveragePool& a, const Operation&) {
    return fmt::format("torch.avg_pool2d({}, [{}, {}], [{}, {}])", x_, a.window, a.window, a.stride,
                       a.stride);
  }
  std::string text(const operation::Crop&, const Operation& o) {
    const int64_t top = (in(o)[1] - out(o)[1]) / 2, left = (in(o)[2] - out(o)[2]) / 2;
    return fmt::format("{}[:, :, {}:{}, {}:{}]", x_, top, top + out(o)[1], left, left + out(o)[2]);
  }
  std::string text(const operation::Add&, const Operation& o) {
    return fmt::format("{} + v{}", x_, o.inputs[1]);
  }
  std::string text(const operation::JoinClass& j, const Operation&) {
    return fmt::format("torch.cat([{}, torch.embedding({}, label)], 1)", x_, keep(j.embedding));
  }
  std::string text(const operation::ProjectClass& p, const Operation&) {
    return fmt::format(
        "torch.linear({0}, {1}, {2}) + torch.sum({0} * torch.embedding({3}, label), [1], True)", x_,
        keep(p.weight), keep(p.bias), keep(p.embedding));
  }
  std::string text(const operation::OwnUnits& own, const Operation& o) {
    return shaped(fmt::format("({} / {} + {})", x_, keep(at::tensor(own.factor)),
                              keep(at::tensor(own.offset))),
                  out(o));
  }

  static std::string shaped(const std::string& x, const Shape& shape) {
    return fmt::format("torch.reshape({}, [-1, {}])", x, fmt::join(shape, ", "));
  }

  const Graph& graph_;
  torch::jit::Module& module_;
  std::string x_;  ///< what the operation takes
  int64_t buffers_ = 0;
};

std::string module_bytes(const torch::jit::Module& module, const ExportSource& source) {
  torch::jit::ExtraFilesMap about{{"version", version()}};
  for (const auto& [key, value] : metadata_of(source)) about.emplace(key, value);
  std::ostringstream out;
  module.save(out, about);
  return out.str();
}

std::vector<ExportedFile> write_torchscript(const ExportSource& source, const ExportSamples&) {
  const Graph graph = graph_of(source);
  const bool makes = !source.judging;
  torch::jit::Module module(makes ? "Generator" : "Judge");
  Script script(graph, module);
  module.define(script.source(makes ? "z" : "x"));
  module.eval();
  return {{"", module_bytes(module, source)}};
}

Proof prove_torchscript(const ExportSource& source, const ExportSamples& samples,
                        std::span<const ExportedFile> files) {
  std::istringstream bytes(files.front().bytes);
  torch::jit::Module module = torch::jit::load(bytes, at::kCPU);
  const at::NoGradGuard no_grad;
  const bool makes = !source.judging;
  const at::Tensor in = makes ? at::tensor(samples.z).reshape({samples.n, -1})
                              : at::tensor(samples.x).reshape(
                                    batch_shape(samples.n, seen_by_networks(source.card.shape)));
  std::vector<torch::jit::IValue> given{in};
  if (!samples.label.empty()) given.emplace_back(at::tensor(samples.label, at::kLong));
  const at::Tensor made = module.forward(given).toTensor().contiguous();
  const std::span<const float> numbers(made.data_ptr<float>(), static_cast<size_t>(made.numel()));
  return {.how = "loaded and run by libtorch",
          .largest = largest_difference(numbers, makes ? samples.x : samples.logit),
          .speed = {}};
}

}  // namespace

Exporter torchscript_exporter() {
  return {.target = "torchscript", .write = write_torchscript, .prove = prove_torchscript};
}

}  // namespace gan
