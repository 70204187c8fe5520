/// Blocks that hold other layers.

#include <ATen/ATen.h>
#include <fmt/format.h>

#include "gan/nets/fused_builder.h"
#include "gan/nets/layers.h"

namespace gan {
namespace {

/// One of the two networks in a block. Streams number them: 0 the layers, 1 the shortcut.
class Side {
 public:
  Side(const NetworkSpec& spec, const std::vector<LayerShape>& shapes, const LayerPlace& block,
       uint64_t number)
      : names_(layer_names(spec)), number_(number) {
    for (size_t i = 0; i < spec.size(); ++i) {
      LayerPlace inside = block;
      inside.shape = shapes[i];
      inside.who = fmt::format("{}, {}layer {}", block.who, number == 0 ? "" : "shortcut, ", i + 1);
      inside.init = block.init.child(number).child(i);
      layers_.push_back(build_layer(spec[i], inside));
    }
  }

  Tensor forward(const Tensor& x, const Pass& pass, const Stream& noise) const {
    const Stream own = noise.child(number_);
    Tensor h = x;
    for (size_t i = 0; i < layers_.size(); ++i) h = layers_[i]->forward(h, pass, own.child(i));
    return h;
  }
  void visit(const char* side, const Network::Visitor& visit) {
    for (size_t i = 0; i < layers_.size(); ++i)
      layers_[i]->visit([&](const std::string& name, Tensor& t) {
        visit(fmt::format("{}.{}.{}", side, names_[i], name), t);
      });
  }
  bool constrain() {
    bool changed = false;
    for (auto& layer : layers_) changed = layer->constrain() || changed;
    return changed;
  }

 private:
  std::vector<std::string> names_;
  std::vector<std::unique_ptr<Network::Layer>> layers_;
  uint64_t number_;
};

class ResidualLayer : public Network::Layer {
 public:
  ResidualLayer(const Residual& s, const LayerPlace& place)
      : layers_(s.layers, place.shape.layers, place, 0),
        shortcut_(s.shortcut, place.shape.shortcut, place, 1) {}

  Tensor forward(const Tensor& x, const Pass& pass, const Stream& noise) const override {
    const Tensor learned = layers_.forward(x, pass, noise),
                 added = shortcut_.forward(x, pass, noise);
    if (learned.sizes() == added.sizes()) return learned + added;
    return learned.flatten(1) + added.flatten(1);
  }
  void visit(const Network::Visitor& visit) override {
    layers_.visit("layers", visit);
    shortcut_.visit("shortcut", visit);
  }
  bool constrain() override {
    const bool learned = layers_.constrain(), added = shortcut_.constrain();
    return learned || added;
  }

 private:
  Side layers_, shortcut_;
};

}  // namespace

std::unique_ptr<Network::Layer> build(const Residual& spec, const LayerPlace& place) {
  return std::make_unique<ResidualLayer>(spec, place);
}

void fuse(const Residual& spec, const LayerShape& shape, FusedBuilder& builder) {
  const size_t in = builder.current;
  builder.keep(in);
  const auto side = [&](const NetworkSpec& layers, const std::vector<LayerShape>& shapes,
                        uint64_t number) {
    builder.current = in;
    builder.path.push_back(number);
    builder.add_network(layers, shapes);
    builder.path.pop_back();
    if (builder.graph.value(builder.current).shape != shape.out) builder.make_row();
    return builder.current;
  };
  const size_t learned = side(spec.layers, shape.layers, 0);
  builder.keep(learned);
  const size_t added = side(spec.shortcut, shape.shortcut, 1);
  builder.current = learned;
  builder.add_sum(added);
}

}  // namespace gan
