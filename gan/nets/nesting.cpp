/// Layers without weights of their own: images that change their size, and blocks that hold other
/// layers.

#include <ATen/ATen.h>
#include <fmt/format.h>

#include "gan/nets/layers.h"

namespace gan {
namespace {

/// From images to images, without weights.
class ImageLayer : public Network::Layer {
 public:
  explicit ImageLayer(const LayerPlace& place) : in_(place.shape.in) {}
  Tensor forward(const Tensor& x, const Pass&, const Stream&) const override {
    return change(x.reshape({x.size(0), in_[0], in_[1], in_[2]})).flatten(1);
  }

 protected:
  virtual Tensor change(const Tensor& x) const = 0;  ///< [B, C, H, W] -> [B, C, h, w]

  /// [1, 3, 3, 1] along each side, for each channel: [C, 1, 4, 4], its sum `sum`.
  static Tensor smoothing(const Tensor& x, double sum) {
    const Tensor side = at::tensor({1.0, 3.0, 3.0, 1.0}, x.options().requires_grad(false));
    const Tensor square = side.unsqueeze(1) * side.unsqueeze(0) * (sum / 64);
    return square.expand({x.size(1), 1, 4, 4});
  }

 private:
  Dims in_;
};

class UpsampleLayer : public ImageLayer {
 public:
  UpsampleLayer(const Upsample& s, const LayerPlace& place)
      : ImageLayer(place), filter_(s.filter) {}

 protected:
  Tensor change(const Tensor& x) const override {
    if (filter_ == Upsample::Filter::nearest)
      return x.repeat_interleave(2, 2).repeat_interleave(2, 3);
    return at::conv_transpose2d(x, smoothing(x, 4), {}, 2, 1, 0, x.size(1));
  }

 private:
  Upsample::Filter filter_;
};

class DownsampleLayer : public ImageLayer {
 public:
  using ImageLayer::ImageLayer;

 protected:
  Tensor change(const Tensor& x) const override {
    return at::conv2d(x, smoothing(x, 1), {}, 2, 1, 1, x.size(1));
  }
};

class AveragePoolLayer : public ImageLayer {
 public:
  AveragePoolLayer(const AveragePool& s, const LayerPlace& place) : ImageLayer(place), spec_(s) {}

 protected:
  Tensor change(const Tensor& x) const override {
    return at::avg_pool2d(x, spec_.window, spec_.stride);
  }

 private:
  AveragePool spec_;
};

class ResidualLayer : public Network::Layer {
 public:
  ResidualLayer(const Residual& s, const LayerPlace& place)
      : layers_(build(s.layers, place.shape.layers, place, 0)),
        shortcut_(build(s.shortcut, place.shape.shortcut, place, 1)) {}

  Tensor forward(const Tensor& x, const Pass& pass, const Stream& noise) const override {
    return through(layers_, x, pass, noise.child(0)) + through(shortcut_, x, pass, noise.child(1));
  }
  void visit(const Network::Visitor& visit) override {
    visit_all("layers", layers_, visit);
    visit_all("shortcut", shortcut_, visit);
  }
  bool constrain() override {
    bool changed = false;
    for (auto* side : {&layers_, &shortcut_})
      for (auto& layer : *side) changed = layer->constrain() || changed;
    return changed;
  }

 private:
  using Layers = std::vector<std::unique_ptr<Network::Layer>>;

  static Layers build(const NetworkSpec& spec, const std::vector<LayerShape>& shapes,
                      const LayerPlace& place, uint64_t side) {
    Layers out;
    for (size_t i = 0; i < spec.size(); ++i) {
      LayerPlace inside = place;
      inside.shape = shapes[i];
      inside.name = fmt::format("{}, {}layer {}", place.name, side == 0 ? "" : "shortcut, ", i + 1);
      inside.init = place.init.child(side).child(i);
      out.push_back(build_layer(spec[i], inside));
    }
    return out;
  }
  static Tensor through(const Layers& layers, const Tensor& x, const Pass& pass,
                        const Stream& noise) {
    Tensor h = x;
    for (size_t i = 0; i < layers.size(); ++i) h = layers[i]->forward(h, pass, noise.child(i));
    return h;
  }
  static void visit_all(const char* side, const Layers& layers, const Network::Visitor& visit) {
    for (size_t i = 0; i < layers.size(); ++i)
      layers[i]->visit([&](const std::string& name, Tensor& t) {
        visit(fmt::format("{}.{}.{}", side, i, name), t);
      });
  }

  Layers layers_, shortcut_;
};

}  // namespace

std::unique_ptr<Network::Layer> build_layer(const Upsample& spec, const LayerPlace& place) {
  return std::make_unique<UpsampleLayer>(spec, place);
}
std::unique_ptr<Network::Layer> build_layer(const Downsample&, const LayerPlace& place) {
  return std::make_unique<DownsampleLayer>(place);
}
std::unique_ptr<Network::Layer> build_layer(const AveragePool& spec, const LayerPlace& place) {
  return std::make_unique<AveragePoolLayer>(spec, place);
}
std::unique_ptr<Network::Layer> build_layer(const Residual& spec, const LayerPlace& place) {
  return std::make_unique<ResidualLayer>(spec, place);
}

}  // namespace gan
