#include "gan/nets/fused_affine.h"
#include "gan/nets/kernels_over_images.h"

namespace gan {
namespace {

class ConvolutionLayer : public OverImages<Convolution> {
 public:
  ConvolutionLayer(const Convolution& s, const LayerPlace& place)
      : OverImages(s, s.channels, place.shape.in[0] / s.groups,
                   fan_of(place.shape.in[0] / s.groups, s.channels / s.groups, s.kernel, s.stride),
                   place) {
    if (s.spectral_norm.on) normalise_spectrum(0, place);
  }
  Tensor forward(const Tensor& x, const Pass&, const Stream&) const override {
    const Tensor a = with_untied_bias(
        at::conv2d(image(x), weight(), tied_bias(), spec_.stride, spec_.pad, 1, spec_.groups));
    return activate(a, spec_.activation, spec_.slope);
  }
};

}  // namespace

std::unique_ptr<Network::Layer> build(const Convolution& spec, const LayerPlace& place) {
  return std::make_unique<ConvolutionLayer>(spec, place);
}

void fuse(const Convolution& spec, const LayerShape& shape, FusedBuilder& builder) {
  fuse_sliding(spec, shape, FusedAffine::Kind::convolution, builder);
}

}  // namespace gan
