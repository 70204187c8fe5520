#include <fmt/core.h>
#include <torch/script.h>

#include <algorithm>
#include <sstream>

#include "gan/core/error.h"
#include "gan/io/bytes.h"
#include "gan/judge/file_network.h"

namespace gan {
namespace {

class TorchScriptNetwork : public FileNetwork {
 public:
  TorchScriptNetwork(const std::string& file, const std::string& bytes) : file_(file) {
    try {
      std::istringstream stream(bytes);
      network_ = torch::jit::load(stream, at::kCPU);
      network_.eval();
      const auto& arguments = network_.get_method("forward").function().getSchema().arguments();
      takes_return_features_ =
          std::any_of(arguments.begin(), arguments.end(),
                      [](const c10::Argument& a) { return a.name() == "return_features"; });
    } catch (const std::exception&) {
      throw DataError("{}: is not a TorchScript network saved by torch.jit.save", file);
    }
  }

  bool takes_return_features() const override { return takes_return_features_; }

  Tensor forward(const Tensor& x) override {
    torch::jit::IValue said;
    try {
      if (takes_return_features_)
        said = network_.forward({x}, {{"return_features", true}});
      else
        said = network_.forward({x});
    } catch (const std::exception& error) {
      const std::string text = error.what();
      throw DataError("{}: fails on images {}: {}", file_, shape_text(x.sizes().vec()),
                      text.substr(text.find_last_of('\n', text.size() - 2) + 1));
    }
    if (!said.isTensor() || said.toTensor().dim() == 0 || said.toTensor().size(0) != x.size(0))
      throw DataError("{}: must return a tensor with one row per image", file_);
    return said.toTensor().reshape({x.size(0), -1}).to(at::kFloat);
  }

 private:
  std::string file_;
  torch::jit::Module network_;
  bool takes_return_features_ = false;
};

}  // namespace

std::unique_ptr<FileNetwork> torchscript_network(const std::string& file,
                                                 const std::string& bytes) {
  return std::make_unique<TorchScriptNetwork>(file, bytes);
}

}  // namespace gan
