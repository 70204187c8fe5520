#include <ATen/ATen.h>

#include "gan/nets/layers.h"

namespace gan {
namespace {

class BatchNormLayer : public Network::Layer {
 public:
  BatchNormLayer(const BatchNorm& s, const LayerPlace& place) : spec_(s) {
    const auto options = at::TensorOptions(place.device).dtype(at::kFloat);
    const int64_t channels = place.shape.in[0];
    image_ = place.shape.in.size() == 3;
    gain_ = at::ones({channels}, options).requires_grad_();
    bias_ = at::zeros({channels}, options).requires_grad_();
    mean_ = at::zeros({channels}, options);
    variance_ = at::ones({channels}, options);
  }
  Tensor forward(const Tensor& x, const Pass& pass, const Stream&) const override {
    const Tensor h = image_ ? x.reshape({x.size(0), gain_.size(0), -1}) : x;  // [B, C, H * W]
    return at::batch_norm(h, gain_, bias_, mean_, variance_, pass.training, spec_.momentum,
                          spec_.epsilon, false)
        .view(x.sizes());
  }
  void visit(const Network::Visitor& visit) override {
    visit("gain", gain_);
    visit("bias", bias_);
    visit("mean", mean_);
    visit("variance", variance_);
  }

 private:
  BatchNorm spec_;
  bool image_ = false;
  Tensor gain_, bias_, mean_, variance_;  // [inputs] each, or [C]
};

}  // namespace

std::unique_ptr<Network::Layer> build(const BatchNorm& spec, const LayerPlace& place) {
  return std::make_unique<BatchNormLayer>(spec, place);
}

}  // namespace gan
