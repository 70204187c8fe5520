#include "gan/nets/layers.h"

#include <ATen/ATen.h>

#include <cmath>

#include "gan/core/error.h"
#include "gan/nets/draw.h"

namespace gan {
namespace {

struct Fan {
  double inputs, outputs;  ///< how many a unit sums over; how many an input goes to
  Fan turned() const { return {outputs, inputs}; }
};

/// Of k x k kernels between so many channels, `stride` apart; of a dense layer, kernels are of one
/// position.
Fan fan_of(int64_t in, int64_t out, int64_t kernel = 1, int64_t stride = 1) {
  const auto square = static_cast<double>(kernel * kernel),
             passed = static_cast<double>(stride * stride);
  return {static_cast<double>(in) * square, static_cast<double>(out) * square / passed};
}

/// [rows, columns]; row r is drawn as sample r of the stream.
Tensor draw_weights(const Init& init, int64_t rows, int64_t columns, const Fan& fan,
                    const Stream& stream) {
  const auto& [inputs, outputs] = fan;
  const auto uniform = [&](double range) {
    return draw_uniform(stream, rows, columns, 0).mul_(2 * range).sub_(range);
  };
  switch (init.kind) {
    case Init::Kind::he:
      return draw_normal(stream, rows, columns, 0).mul_(init.gain() * std::sqrt(2.0 / inputs));
    case Init::Kind::glorot:
      return uniform(init.gain() * std::sqrt(6.0 / (inputs + outputs)));
    case Init::Kind::uniform:
      return uniform(init.value);
    case Init::Kind::normal:
      return draw_normal(stream, rows, columns, 0).mul_(init.value);
    case Init::Kind::zero:
      return at::zeros({rows, columns});
    case Init::Kind::sparse:
      break;
  }
  const int64_t chosen = std::min<int64_t>(static_cast<int64_t>(init.value), columns);
  const Tensor values = draw_normal(stream, rows, chosen, 0);
  Tensor weights = at::zeros({rows, columns});
  for (int64_t r = 0; r < rows; ++r) {
    const auto order = stream.child("where").permutation(columns, r);
    for (int64_t j = 0; j < chosen; ++j)
      weights.data_ptr<float>()[r * columns + order[j]] = values.data_ptr<float>()[r * chosen + j];
  }
  return weights;
}

Tensor draw_bias(const Bias& bias, const Dims& shape, const LayerPlace& place) {
  if (!bias.marginals) return at::full(shape, bias.value, at::kFloat);
  if (!place.marginals.defined())
    throw UsageError(
        "{}: bias = \"marginals\" is for the dense layer that the generator ends with; give a number here",
        place.name);
  if (place.marginals.numel() != shape[0])
    throw UsageError(
        "{}: bias = \"marginals\" needs a layer as wide as the data ({}), this one is {} wide",
        place.name, place.marginals.numel(), shape[0]);
  return at::logit(place.marginals.to(at::kFloat)
                       .clamp(1e-7, 1 - 1e-7));  // pylearn2: init_bias_target_marginals
}

Tensor activate(const Tensor& a, Activation activation, double slope) {
  switch (activation) {
    case Activation::linear:
      return a;
    case Activation::relu:
      return at::relu(a);
    case Activation::leaky_relu:
      return at::leaky_relu(a, slope);
    case Activation::sigmoid:
      return at::sigmoid(a);
    case Activation::tanh:
      return at::tanh(a);
  }
  return a;
}

/// Weights and biases, and the limit on the norm of each row of weights.
class Weighted : public Network::Layer {
 public:
  Weighted(const Tensor& weight, const Tensor& bias, double max_norm, const LayerPlace& place)
      : weight_(weight.to(place.device).requires_grad_()),
        bias_(bias.to(place.device).requires_grad_()),
        max_norm_(max_norm) {}

  void visit(const Network::Visitor& visit) override {
    visit("weight", weight_), visit("bias", bias_);
  }

  bool constrain() override {
    if (max_norm_ <= 0) return false;
    const at::NoGradGuard no_grad;
    Tensor rows = weight_.flatten(1);  // [units, inputs], or [kernels, what is in one]: a view
    const Tensor norm = rows.norm(2, {1}, true);
    rows.mul_(norm.clamp_max(max_norm_).div_(norm.clamp_min(1e-12)));
    return true;
  }

 protected:
  Tensor weight_, bias_;

 private:
  double max_norm_;
};

/// W x + b, W: [outputs, inputs]: what dense and maxout share.
class Affine : public Weighted {
 public:
  template <class S>
  Affine(const S& s, int64_t outputs, const LayerPlace& place)
      : Weighted(draw_weights(s.init, outputs, size_of(place.shape.in),
                              fan_of(size_of(place.shape.in), outputs), place.init),
                 draw_bias(s.bias, {outputs}, place), s.max_norm, place) {}

 protected:
  Tensor affine(const Tensor& x) const { return at::linear(x, weight_, bias_); }
};

class DenseLayer : public Affine {
 public:
  DenseLayer(const Dense& s, const LayerPlace& place) : Affine(s, s.units, place), spec_(s) {}
  Tensor forward(const Tensor& x, const Pass&, const Stream&) const override {
    return activate(affine(x), spec_.activation, spec_.slope);
  }

 private:
  Dense spec_;
};

class MaxoutLayer : public Affine {
 public:
  MaxoutLayer(const Maxout& s, const LayerPlace& place)
      : Affine(s, s.units * s.pieces, place), units_(s.units), pieces_(s.pieces) {}
  Tensor forward(const Tensor& x, const Pass&, const Stream&) const override {
    const Tensor pieces = affine(x).view({x.size(0), units_, pieces_});
    return std::get<0>(pieces.max(2));  // [B, units]
  }

 private:
  int64_t units_, pieces_;
};

/// Kernels over images: what convolutions share. Weights are [rows, columns, k, k], a row for each
/// channel that comes out, or, transposed, for each that comes in.
template <class S>
class OverImages : public Weighted {
 public:
  OverImages(const S& s, int64_t rows, int64_t columns, const Fan& fan, const LayerPlace& place)
      : Weighted(
            draw_weights(s.init, rows, columns * s.kernel * s.kernel, fan, place.init)
                .view({rows, columns, s.kernel, s.kernel}),
            draw_bias(s.bias, s.tied ? Dims{place.shape.detector[0]} : place.shape.detector, place),
            s.max_norm, place),
        spec_(s),
        in_(place.shape.in) {}

 protected:
  Tensor image(const Tensor& x) const {
    return x.reshape({x.size(0), in_[0], in_[1], in_[2]});
  }  // [B, C, H, W]
  /// y: [B, channels, h, w], to which the bias of each position is added; a tied one is left to the
  /// convolution.
  Tensor tied_bias() const { return spec_.tied ? bias_ : Tensor(); }
  Tensor with_untied_bias(const Tensor& y) const { return spec_.tied ? y : y + bias_; }

  S spec_;

 private:
  Dims in_;
};

class ConvolutionLayer : public OverImages<Convolution> {
 public:
  ConvolutionLayer(const Convolution& s, const LayerPlace& place)
      : OverImages(s, s.channels, place.shape.in[0] / s.groups,
                   fan_of(place.shape.in[0] / s.groups, s.channels / s.groups, s.kernel, s.stride),
                   place) {}
  Tensor forward(const Tensor& x, const Pass&, const Stream&) const override {
    const Tensor a = with_untied_bias(
        at::conv2d(image(x), weight_, tied_bias(), spec_.stride, spec_.pad, 1, spec_.groups));
    return activate(a, spec_.activation, spec_.slope).flatten(1);
  }
};

class TransposedConvolutionLayer : public OverImages<TransposedConvolution> {
 public:
  TransposedConvolutionLayer(const TransposedConvolution& s, const LayerPlace& place)
      : OverImages(s, place.shape.in[0], s.channels / s.groups,
                   fan_of(s.channels / s.groups, place.shape.in[0] / s.groups, s.kernel, s.stride)
                       .turned(),
                   place) {}
  Tensor forward(const Tensor& x, const Pass&, const Stream&) const override {
    const Tensor a = with_untied_bias(at::conv_transpose2d(
        image(x), weight_, tied_bias(), spec_.stride, spec_.pad, 0, spec_.groups));
    return activate(a, spec_.activation, spec_.slope).flatten(1);
  }
};

class MaxoutConvolutionLayer : public OverImages<MaxoutConvolution> {
 public:
  MaxoutConvolutionLayer(const MaxoutConvolution& s, const LayerPlace& place)
      : OverImages(s, s.channels * s.pieces, place.shape.in[0],
                   fan_of(place.shape.in[0], s.channels * s.pieces, s.kernel, 1), place) {}
  Tensor forward(const Tensor& x, const Pass&, const Stream&) const override {
    const Tensor a = with_untied_bias(at::conv2d(image(x), weight_, tied_bias(), 1, spec_.pad));
    const Tensor pieces = a.view({x.size(0), spec_.channels, spec_.pieces, a.size(2), a.size(3)});
    return at::max_pool3d(pieces, {spec_.pieces, spec_.pool, spec_.pool},
                          {spec_.pieces, spec_.pool_stride, spec_.pool_stride}, 0, 1,
                          /*ceil_mode=*/true)
        .flatten(1);  // [B, channels, 1, h, w] -> [B, channels * h * w]
  }
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
    const int64_t channels = place.shape.in[0];
    image_ = place.shape.in.size() == 3;
    gain_ = at::ones({channels}, options).requires_grad_();
    bias_ = at::zeros({channels}, options).requires_grad_();
    mean_ = at::zeros({channels}, options);
    variance_ = at::ones({channels}, options);
  }
  Tensor forward(const Tensor& x, const Pass& pass, const Stream&) const override {
    const Tensor h = image_ ? x.view({x.size(0), gain_.size(0), -1}) : x;  // [B, C, H * W]
    return at::batch_norm(h, gain_, bias_, mean_, variance_, pass.training, spec_.momentum,
                          spec_.epsilon, false)
        .flatten(1);
  }
  void visit(const Network::Visitor& visit) override {
    visit("gain", gain_), visit("bias", bias_), visit("mean", mean_), visit("variance", variance_);
  }

 private:
  BatchNorm spec_;
  bool image_ = false;
  Tensor gain_, bias_, mean_, variance_;  // [inputs] each, or [C]
};

class ActivateLayer : public Network::Layer {
 public:
  explicit ActivateLayer(const ActivationLayer& s) : spec_(s) {}
  Tensor forward(const Tensor& x, const Pass&, const Stream&) const override {
    return activate(x, spec_.activation, spec_.slope);
  }

 private:
  ActivationLayer spec_;
};

/// A row stays a row: only the layers after it see another shape.
class ReshapeLayer : public Network::Layer {
 public:
  Tensor forward(const Tensor& x, const Pass&, const Stream&) const override { return x; }
};

}  // namespace

std::unique_ptr<Network::Layer> build_layer(const LayerSpec& spec, const LayerPlace& place) {
  struct Build {
    const LayerPlace& place;
    std::unique_ptr<Network::Layer> operator()(const Dense& s) const {
      return std::make_unique<DenseLayer>(s, place);
    }
    std::unique_ptr<Network::Layer> operator()(const Maxout& s) const {
      return std::make_unique<MaxoutLayer>(s, place);
    }
    std::unique_ptr<Network::Layer> operator()(const Dropout& s) const {
      return std::make_unique<DropoutLayer>(s);
    }
    std::unique_ptr<Network::Layer> operator()(const BatchNorm& s) const {
      return std::make_unique<BatchNormLayer>(s, place);
    }
    std::unique_ptr<Network::Layer> operator()(const Convolution& s) const {
      return std::make_unique<ConvolutionLayer>(s, place);
    }
    std::unique_ptr<Network::Layer> operator()(const TransposedConvolution& s) const {
      return std::make_unique<TransposedConvolutionLayer>(s, place);
    }
    std::unique_ptr<Network::Layer> operator()(const MaxoutConvolution& s) const {
      return std::make_unique<MaxoutConvolutionLayer>(s, place);
    }
    std::unique_ptr<Network::Layer> operator()(const ActivationLayer& s) const {
      return std::make_unique<ActivateLayer>(s);
    }
    std::unique_ptr<Network::Layer> operator()(const Reshape&) const {
      return std::make_unique<ReshapeLayer>();
    }
    std::unique_ptr<Network::Layer> operator()(const Upsample& s) const {
      return build_layer(s, place);
    }
    std::unique_ptr<Network::Layer> operator()(const Downsample& s) const {
      return build_layer(s, place);
    }
    std::unique_ptr<Network::Layer> operator()(const AveragePool& s) const {
      return build_layer(s, place);
    }
    std::unique_ptr<Network::Layer> operator()(const Residual& s) const {
      return build_layer(s, place);
    }
  };
  return std::visit(Build{place}, spec);
}

}  // namespace gan
