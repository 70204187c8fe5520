#include <ATen/ATen.h>

#include "gan/nets/fused_resample.h"
#include "gan/nets/layers.h"

namespace gan {
namespace {

/// The first of the `kept` places in the middle of `inputs`.
int64_t first_kept(int64_t inputs, int64_t kept) {
  return (inputs - kept) / 2;
}

class CropLayer : public Network::Layer {
 public:
  explicit CropLayer(const Crop& s) : spec_(s) {}
  Tensor forward(const Tensor& x, const Pass&, const Stream&) const override {
    return x.narrow(2, first_kept(x.size(2), spec_.height), spec_.height)
        .narrow(3, first_kept(x.size(3), spec_.width), spec_.width)
        .contiguous();
  }

 private:
  Crop spec_;
};

}  // namespace

std::unique_ptr<Network::Layer> build(const Crop& spec, const LayerPlace&) {
  return std::make_unique<CropLayer>(spec);
}

void fuse(const Crop& spec, const LayerShape& shape, FusedBuilder& builder) {
  const auto side = [](int64_t inputs, int64_t kept) {
    return kernels::span_taps(inputs, first_kept(inputs, kept), kept);
  };
  builder.add<FusedResample>(shape.out, side(shape.in[1], spec.height),
                             side(shape.in[2], spec.width));
}

}  // namespace gan
