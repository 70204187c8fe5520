#include <ATen/ATen.h>

#include "gan/nets/fused_resample.h"
#include "gan/nets/layers.h"

namespace gan {
namespace {

class AveragePoolLayer : public Network::Layer {
 public:
  explicit AveragePoolLayer(const AveragePool& s) : spec_(s) {}
  Tensor forward(const Tensor& x, const Pass&, const Stream&) const override {
    return at::avg_pool2d(x, spec_.window, spec_.stride);
  }

 private:
  AveragePool spec_;
};

}  // namespace

std::unique_ptr<Network::Layer> build(const AveragePool& spec, const LayerPlace&) {
  return std::make_unique<AveragePoolLayer>(spec);
}

void fuse(const AveragePool& spec, const LayerShape& shape, FusedBuilder& builder) {
  const auto side = [&](int64_t inputs) {
    return kernels::mean_taps(inputs, spec.window, spec.stride);
  };
  builder.add<FusedResample>(shape.out, side(shape.in[1]), side(shape.in[2]));
}

}  // namespace gan
