#include <ATen/ATen.h>

#include "gan/nets/labels.h"
#include "gan/nets/layers.h"
#include "gan/nets/normalised.h"
#include "gan/nets/parts.h"

namespace gan {
namespace {

/// Batch normalisation, then a gain and a bias of the label's (Dumoulin et al. 2017; de Vries et
/// al. 2017).
class ConditionalBatchNormLayer : public Network::Layer {
 public:
  ConditionalBatchNormLayer(const ConditionalBatchNorm& s, const LayerPlace& place)
      : spec_(s), who_(place.who) {
    const auto options = at::TensorOptions(place.device).dtype(at::kFloat);
    const int64_t channels = place.shape.in[0], classes = place.shape.classes;
    gain_ = at::ones({classes, channels}, options).requires_grad_();
    bias_ = at::zeros({classes, channels}, options).requires_grad_();
    mean_ = at::zeros({channels}, options);
    variance_ = at::ones({channels}, options);
  }

  Tensor forward(const Tensor& x, const Pass& pass, const Stream&) const override {
    const int64_t rows = x.size(0), channels = gain_.size(1);
    const Tensor h = x.reshape({rows, channels, -1});  // [B, C, H * W]
    const RunningMoments running{mean_, variance_, spec_.momentum, spec_.epsilon};
    const Tensor normal = each_part(
        h, pass, [&](const Tensor& part) { return normalised(part, {}, {}, running, pass); });
    const auto of_labels = [&](const Tensor& table) {
      return rows_of_labels(table, pass, rows, who_).unsqueeze(2);  // [B, C, 1]
    };
    return (normal * of_labels(gain_) + of_labels(bias_)).view(x.sizes());
  }

  void visit(const Network::Visitor& visit) override {
    visit("gain", gain_);
    visit("bias", bias_);
    visit("mean", mean_);
    visit("variance", variance_);
  }

 private:
  ConditionalBatchNorm spec_;
  std::string who_;
  Tensor gain_, bias_;      // [classes, C]
  Tensor mean_, variance_;  // [C]
};

}  // namespace

std::unique_ptr<Network::Layer> build(const ConditionalBatchNorm& spec, const LayerPlace& place) {
  return std::make_unique<ConditionalBatchNormLayer>(spec, place);
}

}  // namespace gan
