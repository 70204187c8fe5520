#include "gan/nets/fused_affine.h"
#include "gan/nets/kernels_over_images.h"

namespace gan {
namespace {

class TransposedConvolutionLayer : public OverImages<TransposedConvolution> {
 public:
  TransposedConvolutionLayer(const TransposedConvolution& s, const LayerPlace& place)
      : OverImages(s, place.shape.in[0], s.channels / s.groups,
                   fan_of(s.channels / s.groups, place.shape.in[0] / s.groups, s.kernel, s.stride)
                       .turned(),
                   place) {
    if (s.spectral_norm.on) normalise_spectrum(1, place);
  }
  Tensor forward(const Tensor& x, const Pass&, const Stream&) const override {
    const Tensor a = with_untied_bias(at::conv_transpose2d(
        image(x), weight(), tied_bias(), spec_.stride, spec_.pad, 0, spec_.groups));
    return activate(a, spec_.activation, spec_.slope);
  }
};

}  // namespace

std::unique_ptr<Network::Layer> build(const TransposedConvolution& spec, const LayerPlace& place) {
  return std::make_unique<TransposedConvolutionLayer>(spec, place);
}

void fuse(const TransposedConvolution& spec, const LayerShape& shape, FusedBuilder& builder) {
  fuse_sliding(spec, shape, FusedAffine::Kind::transposed, builder);
}

}  // namespace gan
