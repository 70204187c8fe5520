#pragma once
/// What layers with weights share.

#include <ATen/ATen.h>

#include "gan/nets/initial.h"

namespace gan {

Tensor activate(const Tensor& a, Activation activation, double slope);

/// Weights and biases, and the limit on the norm of each row of weights.
class Weighted : public Network::Layer {
 public:
  Weighted(const Tensor& weight, const Tensor& bias, double max_norm, const LayerPlace& place)
      : weight_(weight.to(place.device).requires_grad_()),
        bias_(bias.to(place.device).requires_grad_()),
        max_norm_(max_norm) {}

  void visit(const Network::Visitor& visit) override {
    visit("weight", weight_);
    visit("bias", bias_);
  }

  bool constrain() override;

 protected:
  Tensor weight_, bias_;

 private:
  double max_norm_;
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
    return at::linear(x.flatten(1), weight_, bias_);
  }
};

}  // namespace gan
