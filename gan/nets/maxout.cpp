#include "gan/nets/weighted.h"

namespace gan {
namespace {

class MaxoutLayer : public Affine {
 public:
  MaxoutLayer(const Maxout& s, const LayerPlace& place)
      : Affine(s, s.units * s.pieces, s.max_norm, place), units_(s.units), pieces_(s.pieces) {}
  Tensor forward(const Tensor& x, const Pass&, const Stream&) const override {
    const Tensor pieces = affine(x).view({x.size(0), units_, pieces_});
    return std::get<0>(pieces.max(2));  // [B, units]
  }

 private:
  int64_t units_, pieces_;
};

}  // namespace

std::unique_ptr<Network::Layer> build(const Maxout& spec, const LayerPlace& place) {
  return std::make_unique<MaxoutLayer>(spec, place);
}

}  // namespace gan
