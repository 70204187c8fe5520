#include "gan/nets/fused_builder.h"
#include "gan/nets/weighted.h"

namespace gan {
namespace {

class ActivateLayer : public Network::Layer {
 public:
  explicit ActivateLayer(const ActivationLayer& s) : spec_(s) {}
  Tensor forward(const Tensor& x, const Pass&, const Stream&) const override {
    return activate(x, spec_.activation, spec_.slope);
  }

 private:
  ActivationLayer spec_;
};

}  // namespace

std::unique_ptr<Network::Layer> build(const ActivationLayer& spec, const LayerPlace&) {
  return std::make_unique<ActivateLayer>(spec);
}

void fuse(const ActivationLayer& spec, const LayerShape&, FusedBuilder& builder) {
  builder.activate(unit_of(spec.activation, spec.slope));
}

}  // namespace gan
