#pragma once
/// What layers with weights share.

#include <ATen/ATen.h>

#include <optional>

#include "gan/nets/initial.h"
#include "gan/nets/spectral_norm.h"

namespace gan {

Tensor activate(const Tensor& a, Activation activation, double slope);

/// Weights and biases, and the limits on the weights.
class Weighted : public Network::Layer {
 public:
  Weighted(const Tensor& weight, const Tensor& bias, double max_norm, const LayerPlace& place)
      : weight_(weight.to(place.device).requires_grad_()),
        bias_(bias.to(place.device).requires_grad_()),
        max_norm_(max_norm) {}

  void visit(const Network::Visitor& visit) override {
    visit("weight", weight_);
    visit("bias", bias_);
    if (spectral_norm_) spectral_norm_->visit(visit);
  }

  bool constrain() override;

 protected:
  /// From now on passes see the weights divided by their largest singular value, for outputs along
  /// this dimension.
  void normalise_spectrum(int64_t dimension, const LayerPlace& place) {
    spectral_norm_.emplace(weight_, dimension, place.init.child("spectral norm"));
  }
  /// As a pass sees them.
  Tensor weight() const { return spectral_norm_ ? spectral_norm_->normalised(weight_) : weight_; }
  const Tensor& bias() const { return bias_; }

 private:
  Tensor weight_, bias_;
  double max_norm_;  ///< of each row
  std::optional<SpectralNorm> spectral_norm_;
};

/// W x + b, W: [outputs, inputs]: what layers of rows of numbers share.
class Affine : public Weighted {
 public:
  template <class S>
  Affine(const S& s, int64_t outputs, double max_norm, const LayerPlace& place)
      : Weighted(draw_weights(s.init, outputs, product(place.shape.in),
                              fan_of(product(place.shape.in), outputs), place.init),
                 draw_bias(s.bias, {outputs}, place), max_norm, place) {}

 protected:
  Tensor affine(const Tensor& x) const {  // [B, inputs...] -> [B, outputs]
    return at::linear(x.flatten(1), weight(), bias());
  }
};

}  // namespace gan
