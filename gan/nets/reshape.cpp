#include <ATen/ATen.h>

#include "gan/nets/fused_builder.h"
#include "gan/nets/layers.h"

namespace gan {
namespace {

class ReshapeLayer : public Network::Layer {
 public:
  explicit ReshapeLayer(const Reshape& s) : spec_(s) {}
  Tensor forward(const Tensor& x, const Pass&, const Stream&) const override {
    const Shape& to = spec_.shape;
    return x.reshape({x.size(0), to[0], to[1], to[2]});
  }

 private:
  Reshape spec_;
};

}  // namespace

std::unique_ptr<Network::Layer> build(const Reshape& spec, const LayerPlace&) {
  return std::make_unique<ReshapeLayer>(spec);
}

void fuse(const Reshape& spec, const LayerShape&, FusedBuilder& builder) {
  builder.make_image(spec.shape);
}

}  // namespace gan
