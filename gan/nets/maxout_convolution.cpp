#include "gan/nets/kernels_over_images.h"

namespace gan {
namespace {

class MaxoutConvolutionLayer : public OverImages<MaxoutConvolution> {
 public:
  MaxoutConvolutionLayer(const MaxoutConvolution& s, const LayerPlace& place)
      : OverImages(s, s.channels * s.pieces, place.shape.in[0],
                   fan_of(place.shape.in[0], s.channels * s.pieces, s.kernel, 1), place) {}
  Tensor forward(const Tensor& x, const Pass&, const Stream&) const override {
    const Tensor a = with_untied_bias(at::conv2d(image(x), weight(), tied_bias(), 1, spec_.pad));
    const Tensor pieces = a.view({x.size(0), spec_.channels, spec_.pieces, a.size(2), a.size(3)});
    return at::max_pool3d(pieces, {spec_.pieces, spec_.pool, spec_.pool},
                          {spec_.pieces, spec_.pool_stride, spec_.pool_stride}, 0, 1,
                          /*ceil_mode=*/true)
        .squeeze(2);  // [B, channels, 1, h, w] -> [B, channels, h, w]
  }
};

}  // namespace

std::unique_ptr<Network::Layer> build(const MaxoutConvolution& spec, const LayerPlace& place) {
  return std::make_unique<MaxoutConvolutionLayer>(spec, place);
}

}  // namespace gan
