#include <ATen/ATen.h>

#include "gan/nets/draw.h"
#include "gan/nets/layers.h"

namespace gan {
namespace {

class DropoutLayer : public Network::Layer {
 public:
  DropoutLayer(const Dropout& s, const LayerPlace& place)
      : spec_(s), inputs_(product(place.shape.in)) {}
  Tensor forward(const Tensor& x, const Pass& pass, const Stream& noise) const override {
    if (!pass.training) return x;
    Tensor mask = draw_uniform(noise, x.size(0), inputs_, pass.step, pass.first);
    mask = mask.lt_(spec_.keep).mul_(spec_.scale).to(x.device());
    return x * mask.view(x.sizes());
  }

 private:
  Dropout spec_;
  int64_t inputs_;
};

}  // namespace

std::unique_ptr<Network::Layer> build(const Dropout& spec, const LayerPlace& place) {
  return std::make_unique<DropoutLayer>(spec, place);
}

}  // namespace gan
