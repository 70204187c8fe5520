#include "gan/nets/fused.h"

#include "gan/core/error.h"
#include "gan/nets/dense_passes.h"
#include "gan/nets/image_passes.h"

namespace gan {

namespace {

/// Dense, maxout and dropout layers alone, in an order that DensePasses knows.
bool has_dense_passes(const NetworkSpec& spec) {
  if (spec.empty() || !std::holds_alternative<Dense>(spec.back())) return false;
  for (size_t i = 0; i < spec.size(); ++i) {
    const bool dropout = std::holds_alternative<Dropout>(spec[i]);
    if (!dropout && !std::holds_alternative<Dense>(spec[i]) &&
        !std::holds_alternative<Maxout>(spec[i]))
      return false;
    if (dropout && std::holds_alternative<Dropout>(spec[i + 1])) return false;
  }
  return true;
}

std::string unsupported_layer(const LayerSpec& layer, bool penalised) {
  const bool fused = std::visit([]<class L>(const L&) { return has_fused_passes<L>(); }, layer);
  if (!fused) return "has no fused passes";
  const auto* maxout = std::get_if<Maxout>(&layer);
  if (maxout && maxout->pieces > 255) return "has more than 255 pieces";
  const bool spectral = std::visit(
      [](const auto& l) {
        if constexpr (requires { l.spectral_norm; })
          return l.spectral_norm.on;
        else
          return false;
      },
      layer);
  if (spectral) return "has a spectral norm";
  if (!penalised) return "";
  const bool curved = std::visit(
      [](const auto& l) {
        if constexpr (requires { l.activation; })
          return l.activation == Activation::sigmoid || l.activation == Activation::tanh;
        else
          return false;
      },
      layer);
  if (curved) return "is not piecewise linear, and a penalty needs its second derivative";
  if (std::holds_alternative<BatchNorm>(layer))
    return "looks across examples, and a penalty needs its second derivative";
  return "";
}

}  // namespace

std::string FusedEngine::unsupported(const NetworkSpec& spec, bool penalised) {
  if (spec.empty()) return "there are no layers";
  for (size_t i = 0; i < spec.size(); ++i) {
    std::string why;
    each_layer({spec[i]}, [&](const LayerSpec& layer) {
      const std::string found = unsupported_layer(layer, penalised);
      if (why.empty() && !found.empty())
        why = fmt::format("layer {} ({}) {}", i + 1, kind_of(layer), found);
    });
    if (!why.empty()) return why;
  }
  return "";
}

namespace {

class FusedTape : public Tape {
 public:
  explicit FusedTape(FusedPasses& passes) : passes_(passes), serial_(passes.serial()) {}
  Tensor output() const override { return current().output(); }
  std::vector<Tensor> parameters(const Tensor& slope, const Tensor& penalty) override {
    return current().parameters(slope, penalty);
  }
  Tensor input(const Tensor& slope, int64_t first) override {
    return current().input_gradient(slope, first);
  }
  void descend(const Tensor& slope, const Tensor& penalty, Optimizer& optimizer,
               UpdateTime when) override {
    current().descend(slope, penalty, optimizer, when);
  }

 private:
  FusedPasses& current() const {
    if (passes_.serial() != serial_)
      throw std::logic_error(
          "this tape was used up, or overwritten by a newer one of the same network");
    return passes_;
  }
  FusedPasses& passes_;
  int64_t serial_;
};

}  // namespace

FusedEngine::FusedEngine(const NetworkSpec& spec, const std::vector<LayerShape>& shapes,
                         std::vector<Tensor> parameters, std::vector<Tensor> moments,
                         kernels::Format precision) {
  if (has_dense_passes(spec))
    passes_ =
        std::make_unique<DensePasses>(spec, shapes.front().in, std::move(parameters), precision);
  else
    passes_ = std::make_unique<ImagePasses>(spec, shapes, std::move(parameters), std::move(moments),
                                            precision);
}
FusedEngine::~FusedEngine() = default;

std::unique_ptr<Tape> FusedEngine::record(at::TensorList parts, const Pass& pass) {
  passes_->record(parts, pass);
  return std::make_unique<FusedTape>(*passes_);
}

void FusedEngine::parameters_changed() {
  passes_->parameters_changed();
}

}  // namespace gan
