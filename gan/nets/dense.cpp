#include "gan/nets/weighted.h"

namespace gan {
namespace {

class DenseLayer : public Affine {
 public:
  DenseLayer(const Dense& s, const LayerPlace& place)
      : Affine(s, s.units, s.max_norm, place), spec_(s) {}
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

}  // namespace gan
