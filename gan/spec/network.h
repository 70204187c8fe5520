#pragma once
/// A network as plain data. From it come the trainable module, the checkpoint's header, the summary.

#include <cstdint>
#include <string>
#include <variant>
#include <vector>

#include "gan/spec/fields.h"

namespace gan {

constexpr double kMostUnits = 1 << 24;  ///< so that parameters can be counted

enum class Activation { linear, relu, leaky_relu, sigmoid, tanh };
inline Names names_of(Activation) {
  static constexpr std::string_view names[] = {"linear", "relu", "leaky-relu", "sigmoid", "tanh"};
  return names;
}

/// How weights start. In TOML: { uniform = 0.05 }, { normal = 0.02 }, { sparse = 100 }, "he", "glorot".
struct Init {
  enum class Kind {
    he,       ///< N(0, 2 / inputs)                          (He et al. 2015)
    glorot,   ///< U(+-sqrt(6 / (inputs + outputs)))         (Glorot & Bengio 2010)
    uniform,  ///< U(-value, value)                          (pylearn2: irange)
    normal,   ///< N(0, value^2)
    sparse,   ///< `value` weights N(0, 1) per output unit   (pylearn2: sparse_init)
  } kind = Kind::he;
  double value = 0;
  bool operator==(const Init&) const = default;
};
inline Names names_of(Init::Kind) {
  static constexpr std::string_view names[] = {"he", "glorot", "uniform", "normal", "sparse"};
  return names;
}

/// How biases start: a number, or "marginals": logit of the clipped mean of each data dimension.
struct Bias {
  double value = 0;
  bool marginals = false;
  bool operator==(const Bias&) const = default;
};

/// y = activation(x W' + b): [B, inputs] -> [B, units].
struct Dense {
  static constexpr std::string_view kName = "dense";
  int64_t units = 0;
  Activation activation = Activation::linear;
  double slope = 0.2;  ///< of leaky-relu, below zero
  Init init;
  Bias bias;
  double max_norm = 0;  ///< limit on the L2 norm of each unit's incoming weights; 0 = none
};
template <class V> void fields(Dense& s, V& v) {
  v("units", s.units, between(1, kMostUnits), "outputs");
  v("activation", s.activation, any(), "linear, relu, leaky-relu, sigmoid, tanh");
  if (s.activation == Activation::leaky_relu) v("slope", s.slope, between(0, 1), "of leaky-relu below zero");
  v("init", s.init, any(), "weights: {uniform = r}, {normal = s}, {sparse = n}, \"he\", \"glorot\"");
  v("bias", s.bias, any(), "a number, or \"marginals\"");
  v("max_norm", s.max_norm, at_least(0), "limit on each unit's incoming weights, 0 = none");
}

/// Max over contiguous groups of linear pieces (Goodfellow et al. 2013): [B, inputs] -> [B, units].
struct Maxout {
  static constexpr std::string_view kName = "maxout";
  int64_t units = 0, pieces = 0;
  Init init;
  Bias bias;
  double max_norm = 0;  ///< per piece
};
template <class V> void fields(Maxout& s, V& v) {
  v("units", s.units, between(1, kMostUnits), "outputs");
  v("pieces", s.pieces, between(2, 1024), "linear pieces per unit");
  v("init", s.init, any(), "weights, as of dense");
  v("bias", s.bias, any(), "a number");
  v("max_norm", s.max_norm, at_least(0), "limit on each piece's incoming weights, 0 = none");
}

/// While training, keeps each input of each example with probability `keep`, times `scale`; else nothing.
struct Dropout {
  static constexpr std::string_view kName = "dropout";
  double keep = 0.5, scale = 2;
};
template <class V> void fields(Dropout& s, V& v) {
  v("keep", s.keep, between(1e-6, 1), "probability of keeping an input");
  v("scale", s.scale, above(0), "factor on what is kept, while training");
}

/// Batch normalisation (Ioffe & Szegedy 2015) with gain and bias; running moments when not training.
struct BatchNorm {
  static constexpr std::string_view kName = "batch-norm";
  double momentum = 0.1, epsilon = 1e-5;
};
template <class V> void fields(BatchNorm& s, V& v) {
  v("momentum", s.momentum, between(0, 1), "share of the newest batch in the running moments");
  v("epsilon", s.epsilon, above(0), "added to the variance");
}

using LayerSpec = std::variant<Dense, Maxout, Dropout, BatchNorm>;
using NetworkSpec = std::vector<LayerSpec>;

/// Width after each layer for an input of `inputs`. @throws UsageError naming the layer that does not fit:
/// of no width, with more sparse weights than inputs, with the data's marginals before the last layer.
std::vector<int64_t> widths(const NetworkSpec& spec, int64_t inputs, const std::string& network);

int64_t parameter_count(const LayerSpec& layer, int64_t inputs);

/// One line: "maxout 240x5, uniform 0.005".
std::string describe(const LayerSpec& layer);

}  // namespace gan
