#pragma once
/// Layers of rows of numbers, what their weights start from, and activations. Their shapes,
/// parameter counts and descriptions stand in dense_rows.h.

#include <cstdint>
#include <string_view>

#include "gan/core/shape.h"
#include "gan/spec/fields.h"

namespace gan {

constexpr double kMostUnits = 1 << 24;  ///< so that parameters can be counted
constexpr double kMostKernel = 128;     ///< the same

enum class Activation {
  linear,
  relu,
  leaky_relu,
  sigmoid,
  hard_sigmoid,  ///< x / 6 + 1/2 between 0 and 1, which it reaches (Courbariaux et al. 2015)
  tanh,
};
inline Names names_of(Activation) {
  static constexpr std::string_view names[] = {"linear",  "relu",         "leaky-relu",
                                               "sigmoid", "hard-sigmoid", "tanh"};
  return names;
}

/// How weights start. In TOML: { uniform = 0.05 }, { normal = 0.02 }, { sparse = 100 }, "he",
/// "glorot", "zero"; with a gain, which multiplies all weights: { he = 0.5 }, { glorot = 2 }.
struct Init {
  enum class Kind {
    he,       ///< N(0, 2 / inputs)                          (He et al. 2015)
    glorot,   ///< U(+-sqrt(6 / (inputs + outputs)))         (Glorot & Bengio 2010)
    uniform,  ///< U(-value, value)                          (pylearn2: irange)
    normal,   ///< N(0, value^2)
    sparse,   ///< `value` weights N(0, 1) per output unit   (pylearn2: sparse_init)
    zero,     ///< a residual branch that begins as nothing  (Zhang et al. 2019, Fixup)
  } kind = Kind::he;
  double value = 0;  ///< of he and glorot: the gain; 0 stands for 1
  double gain() const { return value == 0 ? 1 : value; }
  bool operator==(const Init&) const = default;
};
inline Names names_of(Init::Kind) {
  static constexpr std::string_view names[] = {"he",     "glorot", "uniform",
                                               "normal", "sparse", "zero"};
  return names;
}

/// How biases start: a number, or "marginals": logit of the clipped mean of each data dimension.
struct Bias {
  double value = 0;
  bool marginals = false;
  bool operator==(const Bias&) const = default;
};

// What a layer says of itself, as a constant of its struct. A layer that says nothing is taken for
// one that cannot:
//   kFused             the fused engine has passes for it (nets/fused.h); networks with other
//                      layers are trained by the reference engine
//   kExamplesAreAlone  its output for an example does not depend on the other examples of the batch
//   kSeesLabels        it needs the label of each example
template <class L>
constexpr bool has_fused_passes() {
  if constexpr (requires { L::kFused; }) return L::kFused;
  return false;
}
template <class L>
constexpr bool treats_examples_alone() {
  if constexpr (requires { L::kExamplesAreAlone; }) return L::kExamplesAreAlone;
  return false;
}

template <class L>
constexpr bool needs_labels() {
  if constexpr (requires { L::kSeesLabels; }) return L::kSeesLabels;
  return false;
}

/// y = activation(x W' + b): [B, inputs] -> [B, units].
struct Dense {
  static constexpr std::string_view kName = "dense";
  static constexpr bool kFused = true, kExamplesAreAlone = true;
  int64_t units = 0;
  Activation activation = Activation::linear;
  double slope = 0.2;  ///< of leaky-relu, below zero
  Init init;
  Bias bias;
  double max_norm = 0;  ///< limit on the L2 norm of each unit's incoming weights; 0 = none
  /// Weights are divided by their largest singular value (Miyato et al. 2018).
  Switch spectral_norm;
};
template <class V>
void fields(Dense& s, V& v) {
  v("units", s.units, between(1, kMostUnits), "number of outputs");
  v("activation", s.activation, any(), "linear, relu, leaky-relu, sigmoid, hard-sigmoid, tanh");
  if (s.activation == Activation::leaky_relu)
    v("slope", s.slope, between(0, 1), "slope of leaky-relu for negative inputs");
  v("init", s.init, any(),
    "initial weights: \"he\", \"glorot\" (with a gain: {he = 0.5}, {glorot = 2}), \"zero\", {uniform = r}, {normal = s}, {sparse = n}");
  v("bias", s.bias, any(),
    "initial biases: a number, or \"marginals\" (the logit of the mean of each data dimension)");
  v("max_norm", s.max_norm, at_least(0),
    "limit on the L2 norm of each unit's incoming weights; 0 = none");
  v("spectral_norm", s.spectral_norm, any(), "divide the weights by their largest singular value");
}

/// Max over contiguous groups of linear pieces (Goodfellow et al. 2013): [B, inputs] -> [B, units].
struct Maxout {
  static constexpr std::string_view kName = "maxout";
  static constexpr bool kFused = true, kExamplesAreAlone = true;
  int64_t units = 0, pieces = 0;
  Init init;
  Bias bias;
  double max_norm = 0;  ///< per piece
};
template <class V>
void fields(Maxout& s, V& v) {
  v("units", s.units, between(1, kMostUnits), "number of outputs");
  v("pieces", s.pieces, between(2, 1024), "number of linear pieces for each unit");
  v("init", s.init, any(), "initial weights, as for dense");
  v("bias", s.bias, any(), "initial biases: a number");
  v("max_norm", s.max_norm, at_least(0),
    "limit on the L2 norm of each piece's incoming weights; 0 = none");
}

/// While training, keeps each input of each example with probability `keep`, times `scale`; else
/// nothing.
struct Dropout {
  static constexpr std::string_view kName = "dropout";
  static constexpr bool kFused = true, kExamplesAreAlone = true;
  double keep = 0.5, scale = 2;
};
template <class V>
void fields(Dropout& s, V& v) {
  v("keep", s.keep, between(1e-6, 1), "probability of keeping an input");
  v("scale", s.scale, above(0), "factor on kept inputs during training; 1 / keep if left out");
}

/// Batch normalisation (Ioffe & Szegedy 2015) with gain and bias, of each number or of each channel
/// of images; running moments when not training.
struct BatchNorm {
  static constexpr std::string_view kName = "batch-norm";
  static constexpr bool kFused = true;
  double momentum = 0.1, epsilon = 1e-5;
};
template <class V>
void fields(BatchNorm& s, V& v) {
  v("momentum", s.momentum, between(0, 1), "share of the newest batch in the running moments");
  v("epsilon", s.epsilon, above(0), "added to the variance");
}

/// Batch normalisation in which each class has its own gain and bias for each number or channel
/// (Dumoulin et al. 2017; de Vries et al. 2017): of G, as in Miyato & Koyama (2018).
struct ConditionalBatchNorm {
  static constexpr std::string_view kName = "conditional-batch-norm";
  static constexpr bool kSeesLabels = true;
  double momentum = 0.1, epsilon = 1e-5;
};
template <class V>
void fields(ConditionalBatchNorm& s, V& v) {
  v("momentum", s.momentum, between(0, 1), "share of the newest batch in the running moments");
  v("epsilon", s.epsilon, above(0), "added to the variance");
}

/// How much the examples of a group differ, joined to each of them (Karras et al. 2018): the
/// standard deviation of each number over the group, averaged over all numbers. It is one more
/// channel of an image, [C, H, W] -> [C + 1, H, W], or one more number of a row, [n] -> [n + 1].
struct MinibatchDeviation {
  static constexpr std::string_view kName = "minibatch-deviation";
  int64_t group = 4;
};
template <class V>
void fields(MinibatchDeviation& s, V& v) {
  v("group", s.group, between(2, kMostUnits),
    "number of neighbouring examples of the minibatch that are compared; the last group may have fewer");
}

/// An activation as a layer of its own: convolution, batch norm, then ReLU.
struct ActivationLayer {
  static constexpr std::string_view kName = "activation";
  static constexpr bool kFused = true, kExamplesAreAlone = true;
  Activation activation = Activation::relu;
  double slope = 0.2;  ///< of leaky-relu, below zero
};
template <class V>
void fields(ActivationLayer& s, V& v) {
  v("activation", s.activation, any(), "linear, relu, leaky-relu, sigmoid, hard-sigmoid, tanh");
  if (s.activation == Activation::leaky_relu)
    v("slope", s.slope, between(0, 1), "slope of leaky-relu for negative inputs");
}

/// Conditions a network on the label: joins a learned embedding of it, `size` numbers that start as
/// N(0, 1), to the row of numbers that comes in (Mirza & Osindero 2014): [n] -> [n + size].
struct ClassEmbedding {
  static constexpr std::string_view kName = "class-embedding";
  static constexpr bool kSeesLabels = true;
  static constexpr bool kFused = true;
  static constexpr bool kExamplesAreAlone = true;
  int64_t size = 0;
};
template <class V>
void fields(ClassEmbedding& s, V& v) {
  v("size", s.size, between(1, kMostUnits), "size of each label's embedding");
}

/// The end of a discriminator that sees labels (Miyato & Koyama 2018, equation 3): one logit,
/// w x + b + x . embedding[label], for the features x [n]. An embedding starts as N(0, 1 / n).
struct Projection {
  static constexpr std::string_view kName = "projection";
  static constexpr bool kSeesLabels = true;
  static constexpr bool kFused = true;
  static constexpr bool kExamplesAreAlone = true;
  Init init;  ///< of w
  Bias bias;
};
template <class V>
void fields(Projection& s, V& v) {
  v("init", s.init, any(),
    "initial weights of the part that does not depend on the label, as for dense");
  v("bias", s.bias, any(), "initial biases: a number");
}

}  // namespace gan
