#include <ATen/ATen.h>

#include <algorithm>
#include <vector>

#include "gan/nets/draw.h"
#include "gan/nets/layers.h"

namespace gan {
namespace {

class DropoutLayer : public Network::Layer {
 public:
  DropoutLayer(const Dropout& s, const LayerPlace& place)
      : spec_(s), inputs_(product(place.shape.in)) {}
  Tensor forward(const Tensor& x, const Pass& pass, const Stream& noise) const override {
    if (!pass.training) return x;
    const int64_t rows = x.size(0), part = pass.part == 0 ? rows : pass.part;
    std::vector<Tensor> draws;
    for (int64_t row = 0; row < rows; row += part)
      draws.push_back(
          draw_uniform(noise, std::min(part, rows - row), inputs_, pass.step, pass.number(row)));
    Tensor mask = at::cat(draws);  // [B, inputs]
    mask = mask.lt_(spec_.keep).mul_(spec_.scale).to(x.device());
    return x * mask.view(x.sizes());
  }

 private:
  Dropout spec_;
  int64_t inputs_;
};

}  // namespace

std::unique_ptr<Network::Layer> build(const Dropout& spec, const LayerPlace& place) {
  return std::make_unique<DropoutLayer>(spec, place);
}

}  // namespace gan
