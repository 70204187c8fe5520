#include <ATen/ATen.h>

#include "gan/nets/fused_resample.h"
#include "gan/nets/layers.h"
#include "gan/nets/resampling.h"

namespace gan {
namespace {

class UpsampleLayer : public Network::Layer {
 public:
  explicit UpsampleLayer(const Upsample& s) : filter_(s.filter) {}
  Tensor forward(const Tensor& x, const Pass&, const Stream&) const override {
    if (filter_ == Upsample::Filter::nearest)
      return x.repeat_interleave(2, 2).repeat_interleave(2, 3);
    return at::conv_transpose2d(x, smoothing_filter(x, 4), {}, 2, 1, 0, x.size(1));
  }

 private:
  Upsample::Filter filter_;
};

}  // namespace

std::unique_ptr<Network::Layer> build(const Upsample& spec, const LayerPlace&) {
  return std::make_unique<UpsampleLayer>(spec);
}

void fuse(const Upsample& spec, const LayerShape& shape, FusedBuilder& builder) {
  const auto side = [&](int64_t inputs) {
    return spec.filter == Upsample::Filter::nearest ? kernels::nearest_taps(inputs)
                                                    : kernels::smooth_taps(inputs);
  };
  builder.add<FusedResample>(shape.out, side(shape.in[1]), side(shape.in[2]));
}

}  // namespace gan
