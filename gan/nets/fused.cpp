#include "gan/nets/fused.h"

#include <algorithm>

#include "gan/core/error.h"
#include "gan/nets/dense_passes.h"
#include "gan/nets/image_passes.h"
#include "gan/nets/unit.h"

namespace gan {

namespace {

bool is_curved(const LayerSpec& layer) {
  return std::visit(
      [](const auto& l) {
        if constexpr (requires { l.activation; })
          return unit_of(l.activation, 0).curved();
        else
          return false;
      },
      layer);
}

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
  const bool alone = std::visit(
      []<class L>(const L&) { return std::is_same_v<L, Residual> || treats_examples_alone<L>(); },
      layer);
  if (penalised && !alone)
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
  FusedTape(FusedPasses& passes, bool penalised)
      : passes_(passes), penalised_(penalised), serial_(passes.serial()) {}
  Tensor output() const override { return current().output(); }
  std::vector<Tensor> parameters(const Tensor& slope, const Tensor& penalty) override {
    check(penalty);
    return current().parameters(slope, penalty);
  }
  Tensor input(const Tensor& slope, int64_t first) override {
    return current().input_gradient(slope, first);
  }
  void descend(const Tensor& slope, const Tensor& penalty, Optimizer& optimizer,
               UpdateTime when) override {
    check(penalty);
    current().descend(slope, penalty, optimizer, when);
  }

 private:
  FusedPasses& current() const {
    if (passes_.serial() != serial_)
      throw std::logic_error(
          "this tape was used up, or overwritten by a newer one of the same network");
    return passes_;
  }
  void check(const Tensor& penalty) const {
    if (penalty.defined() && !penalised_)
      throw std::logic_error("the fused engine of this network was built without penalties");
  }

  FusedPasses& passes_;
  bool penalised_;
  int64_t serial_;
};

}  // namespace

FusedEngine::FusedEngine(const NetworkSpec& spec, const std::vector<LayerShape>& shapes,
                         std::vector<Tensor> parameters, std::vector<Tensor> moments,
                         kernels::Format precision, bool penalised)
    : penalised_(penalised) {
  const bool twice = penalised && std::any_of(spec.begin(), spec.end(), is_curved);
  if (has_dense_passes(spec) && !twice)
    passes_ =
        std::make_unique<DensePasses>(spec, shapes.front().in, std::move(parameters), precision);
  else
    passes_ = std::make_unique<ImagePasses>(spec, shapes, std::move(parameters), std::move(moments),
                                            precision, penalised);
}
FusedEngine::~FusedEngine() = default;

std::unique_ptr<Tape> FusedEngine::record(at::TensorList parts, const Pass& pass) {
  passes_->record(parts, pass);
  return std::make_unique<FusedTape>(*passes_, penalised_);
}

void FusedEngine::parameters_changed() {
  passes_->parameters_changed();
}

}  // namespace gan
