#include "gan/nets/fused.h"

#include "gan/core/error.h"
#include "gan/nets/fused_passes.h"

namespace gan {

std::string FusedEngine::unsupported(const NetworkSpec& spec, bool penalised) {
  for (size_t i = 0; i < spec.size(); ++i) {
    const auto* dense = std::get_if<Dense>(&spec[i]);
    const bool dropout = std::holds_alternative<Dropout>(spec[i]);
    const bool fused = std::visit([]<class L>(const L&) { return has_fused_passes<L>(); }, spec[i]);
    if (!fused) return fmt::format("layer {} ({}) has no fused passes", i + 1, kind_of(spec[i]));
    if (const auto* maxout = std::get_if<Maxout>(&spec[i]); maxout && maxout->pieces > 255)
      return fmt::format("layer {} has more than 255 pieces", i + 1);
    if (dropout && (i + 1 == spec.size() || std::holds_alternative<Dropout>(spec[i + 1])))
      return fmt::format("layer {} is a dropout that no dense or maxout layer follows", i + 1);
    if (penalised && dense &&
        (dense->activation == Activation::sigmoid || dense->activation == Activation::tanh))
      return fmt::format(
          "layer {} is not piecewise linear, and a penalty needs its second derivative", i + 1);
  }
  if (spec.empty() || !std::holds_alternative<Dense>(spec.back()))
    return "the last layer is not dense";
  return "";
}

namespace {

class FusedTape : public Tape {
 public:
  explicit FusedTape(FusedEngine::Passes& passes) : passes_(passes), serial_(passes.serial()) {}
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
  FusedEngine::Passes& current() const {
    if (passes_.serial() != serial_)
      throw std::logic_error(
          "this tape was used up, or overwritten by a newer one of the same network");
    return passes_;
  }
  FusedEngine::Passes& passes_;
  int64_t serial_;
};

}  // namespace

FusedEngine::FusedEngine(const NetworkSpec& spec, const Shape& input,
                         std::vector<Tensor> parameters, kernels::Format precision)
    : passes_(std::make_unique<Passes>(spec, input, std::move(parameters), precision)) {}
FusedEngine::~FusedEngine() = default;

std::unique_ptr<Tape> FusedEngine::record(at::TensorList parts, const Pass& pass) {
  passes_->record(parts, pass);
  return std::make_unique<FusedTape>(*passes_);
}

void FusedEngine::parameters_changed() {
  passes_->parameters_changed();
}

}  // namespace gan
