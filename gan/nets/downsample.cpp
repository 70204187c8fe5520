#include <ATen/ATen.h>

#include "gan/nets/fused_resample.h"
#include "gan/nets/layers.h"
#include "gan/nets/resampling.h"

namespace gan {
namespace {

class DownsampleLayer : public Network::Layer {
 public:
  Tensor forward(const Tensor& x, const Pass&, const Stream&) const override {
    return at::conv2d(x, smoothing_filter(x, 1), {}, 2, 1, 1, x.size(1));
  }
};

}  // namespace

std::unique_ptr<Network::Layer> build(const Downsample&, const LayerPlace&) {
  return std::make_unique<DownsampleLayer>();
}

void fuse(const Downsample&, const LayerShape& shape, FusedBuilder& builder) {
  builder.add<FusedResample>(shape.out, kernels::halving_taps(shape.in[1]),
                             kernels::halving_taps(shape.in[2]));
}

}  // namespace gan
