#include "gan/nets/layers.h"

#include <ATen/ATen.h>

#include <cmath>

#include "gan/core/error.h"
#include "gan/nets/draw.h"

namespace gan {
namespace {

/// Weights [outputs, inputs]; row r is drawn as sample r of the stream.
Tensor draw_weights(const Init& init, int64_t outputs, int64_t inputs, const Stream& stream) {
  const auto uniform = [&](double range) { return draw_uniform(stream, outputs, inputs, 0).mul_(2 * range).sub_(range); };
  switch (init.kind) {
    case Init::Kind::he: return draw_normal(stream, outputs, inputs, 0).mul_(std::sqrt(2.0 / inputs));
    case Init::Kind::glorot: return uniform(std::sqrt(6.0 / (inputs + outputs)));
    case Init::Kind::uniform: return uniform(init.value);
    case Init::Kind::normal: return draw_normal(stream, outputs, inputs, 0).mul_(init.value);
    case Init::Kind::sparse: break;
  }
  const int64_t chosen = std::min<int64_t>(static_cast<int64_t>(init.value), inputs);
  const Tensor values = draw_normal(stream, outputs, chosen, 0);
  Tensor weights = at::zeros({outputs, inputs});
  for (int64_t r = 0; r < outputs; ++r) {
    const auto order = stream.child("where").permutation(inputs, r);
    for (int64_t j = 0; j < chosen; ++j) weights.data_ptr<float>()[r * inputs + order[j]] = values.data_ptr<float>()[r * chosen + j];
  }
  return weights;
}

Tensor draw_bias(const Bias& bias, int64_t outputs, const LayerPlace& place) {
  if (!bias.marginals) return at::full({outputs}, bias.value, at::kFloat);
  if (!place.marginals.defined())
    throw UsageError("{}: bias = \"marginals\" is for the dense layer that the generator ends with; give a number here", place.name);
  if (place.marginals.numel() != outputs)
    throw UsageError("{}: bias = \"marginals\" needs a layer as wide as the data ({}), this one is {} wide", place.name,
                     place.marginals.numel(), outputs);
  return at::logit(place.marginals.to(at::kFloat).clamp(1e-7, 1 - 1e-7));  // pylearn2: init_bias_target_marginals
}

Tensor activate(const Tensor& a, Activation activation, double slope) {
  switch (activation) {
    case Activation::linear: return a;
    case Activation::relu: return at::relu(a);
    case Activation::leaky_relu: return at::leaky_relu(a, slope);
    case Activation::sigmoid: return at::sigmoid(a);
    case Activation::tanh: return at::tanh(a);
  }
  return a;
}

/// W x + b, and the limit on the norm of W's rows: what dense and maxout share.
class Affine : public Network::Layer {
 public:
  Affine(const Init& init, const Bias& bias, double max_norm, int64_t outputs, const LayerPlace& place)
      : max_norm_(max_norm),
        weight_(draw_weights(init, outputs, place.inputs, place.init).to(place.device).requires_grad_()),
        bias_(draw_bias(bias, outputs, place).to(place.device).requires_grad_()) {}

  void visit(const Network::Visitor& visit) override {
    visit("weight", weight_);  // [outputs, inputs]
    visit("bias", bias_);      // [outputs]
  }

  bool constrain() override {
    if (max_norm_ <= 0) return false;
    const at::NoGradGuard no_grad;
    const Tensor norm = weight_.norm(2, {1}, true);  // [outputs, 1]
    weight_.mul_(norm.clamp_max(max_norm_).div_(norm.clamp_min(1e-12)));
    return true;
  }

 protected:
  Tensor affine(const Tensor& x) const { return at::linear(x, weight_, bias_); }

 private:
  double max_norm_;
  Tensor weight_, bias_;
};

class DenseLayer : public Affine {
 public:
  DenseLayer(const Dense& s, const LayerPlace& place) : Affine(s.init, s.bias, s.max_norm, s.units, place), spec_(s) {}
  Tensor forward(const Tensor& x, const Pass&, const Stream&) const override {
    return activate(affine(x), spec_.activation, spec_.slope);
  }

 private:
  Dense spec_;
};

class MaxoutLayer : public Affine {
 public:
  MaxoutLayer(const Maxout& s, const LayerPlace& place)
      : Affine(s.init, s.bias, s.max_norm, s.units * s.pieces, place), units_(s.units), pieces_(s.pieces) {}
  Tensor forward(const Tensor& x, const Pass&, const Stream&) const override {
    const Tensor pieces = affine(x).view({x.size(0), units_, pieces_});
    return std::get<0>(pieces.max(2));  // [B, units]
  }

 private:
  int64_t units_, pieces_;
};

class DropoutLayer : public Network::Layer {
 public:
  explicit DropoutLayer(const Dropout& s) : spec_(s) {}
  Tensor forward(const Tensor& x, const Pass& pass, const Stream& noise) const override {
    if (!pass.training) return x;
    Tensor mask = draw_uniform(noise, x.size(0), x.size(1), pass.step);  // [B, inputs]
    mask = mask.lt_(spec_.keep).mul_(spec_.scale).to(x.device());
    return x * mask;
  }

 private:
  Dropout spec_;
};

class BatchNormLayer : public Network::Layer {
 public:
  BatchNormLayer(const BatchNorm& s, const LayerPlace& place) : spec_(s) {
    const auto options = at::TensorOptions(place.device).dtype(at::kFloat);
    gain_ = at::ones({place.inputs}, options).requires_grad_();
    bias_ = at::zeros({place.inputs}, options).requires_grad_();
    mean_ = at::zeros({place.inputs}, options);
    variance_ = at::ones({place.inputs}, options);
  }
  Tensor forward(const Tensor& x, const Pass& pass, const Stream&) const override {
    return at::batch_norm(x, gain_, bias_, mean_, variance_, pass.training, spec_.momentum, spec_.epsilon, false);
  }
  void visit(const Network::Visitor& visit) override {
    visit("gain", gain_), visit("bias", bias_), visit("mean", mean_), visit("variance", variance_);
  }

 private:
  BatchNorm spec_;
  Tensor gain_, bias_, mean_, variance_;  // [inputs] each
};

}  // namespace

std::unique_ptr<Network::Layer> build_layer(const LayerSpec& spec, const LayerPlace& place) {
  struct Build {
    const LayerPlace& place;
    std::unique_ptr<Network::Layer> operator()(const Dense& s) const { return std::make_unique<DenseLayer>(s, place); }
    std::unique_ptr<Network::Layer> operator()(const Maxout& s) const { return std::make_unique<MaxoutLayer>(s, place); }
    std::unique_ptr<Network::Layer> operator()(const Dropout& s) const { return std::make_unique<DropoutLayer>(s); }
    std::unique_ptr<Network::Layer> operator()(const BatchNorm& s) const { return std::make_unique<BatchNormLayer>(s, place); }
  };
  return std::visit(Build{place}, spec);
}

}  // namespace gan
