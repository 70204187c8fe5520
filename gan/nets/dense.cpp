#include "gan/nets/fused_affine.h"
#include "gan/nets/weighted.h"

namespace gan {
namespace {

class DenseLayer : public Affine {
 public:
  DenseLayer(const Dense& s, const LayerPlace& place)
      : Affine(s, s.units, s.max_norm, place), spec_(s) {
    if (s.spectral_norm.on) normalise_spectrum(0, place);
  }
  Tensor forward(const Tensor& x, const Pass&, const Stream&) const override {
    return activate(affine(x), spec_.activation, spec_.slope);
  }

 private:
  Dense spec_;
};

}  // namespace

std::unique_ptr<Network::Layer> build(const Dense& spec, const LayerPlace& place) {
  return std::make_unique<DenseLayer>(spec, place);
}

void fuse(const Dense& spec, const LayerShape& shape, FusedBuilder& builder) {
  const Shape in = builder.graph.value(builder.current).shape;
  const int64_t inputs = product(in), channels = in.size() == 3 ? in[0] : 1;
  const size_t weights = builder.take_parameter(), biases = builder.take_parameter();
  builder.add<FusedAffine>(shape.out, FusedAffine::Kind::dense, one_position(inputs),
                           FusedParameters{.index = weights,
                                           .weight = builder.parameter(weights),
                                           .bias = builder.parameter(biases),
                                           .rows = {1, spec.units},
                                           .columns = {channels, inputs / channels},
                                           .biases = {1, spec.units}});
  builder.activate(unit_of(spec.activation, spec.slope));
}

}  // namespace gan
