#pragma once
/// A network as plain data. From it come the trainable module, the checkpoint's header, the summary.

#include <cstdint>
#include <string>
#include <variant>
#include <vector>

#include "gan/spec/fields.h"

namespace gan {

constexpr double kMostUnits = 1 << 24;  ///< so that parameters can be counted; also of the numbers between two layers of images
constexpr double kMostKernel = 128;     ///< the same

/// What an example is between two layers: n numbers [n], or an image [channels, height, width]. A network takes and gives
/// rows [B, n]; an image lies in its row channel by channel. Dense layers see the row, whatever it holds.
using Dims = std::vector<int64_t>;
int64_t size_of(const Dims& dims);

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

/// Batch normalisation (Ioffe & Szegedy 2015) with gain and bias, of each number or of each channel of images; running
/// moments when not training.
struct BatchNorm {
  static constexpr std::string_view kName = "batch-norm";
  double momentum = 0.1, epsilon = 1e-5;
};
template <class V> void fields(BatchNorm& s, V& v) {
  v("momentum", s.momentum, between(0, 1), "share of the newest batch in the running moments");
  v("epsilon", s.epsilon, above(0), "added to the variance");
}

/// activation(w * x + b): kernels of `kernel` x `kernel` slide over the image (PyTorch's conv2d: they are not flipped).
/// [C, H, W] -> [channels, h, w], h = (H + 2 pad - kernel) / stride + 1 rounded down, w alike.
/// Transposed ("deconvolution"): the way back through such a layer; h = (H - 1) stride - 2 pad + kernel.
/// Initialisers count as inputs what a position sums over, C kernel^2; transposed, on average, C kernel^2 / stride^2.
/// A layer of images that comes after a row of numbers says by `input` which image the row is; after an image it need not.
template <bool transposed> struct BasicConvolution {
  static constexpr std::string_view kName = transposed ? "transposed-convolution" : "convolution";
  int64_t channels = 0, kernel = 0, stride = 1, pad = 0;
  Dims input;           ///< [C, H, W], or empty
  Activation activation = Activation::linear;
  double slope = 0.2;   ///< of leaky-relu, below zero
  Init init;            ///< `sparse` counts in a kernel
  Bias bias;
  bool tied = true;     ///< one bias for each channel; if not, one for each position of each channel
  double max_norm = 0;  ///< limit on the L2 norm of each kernel [C, kernel, kernel] of an output channel; transposed: of
                        ///< each kernel [channels, kernel, kernel] of an input channel (as in the paper's authors' code)
};
using Convolution = BasicConvolution<false>;
using TransposedConvolution = BasicConvolution<true>;
template <bool transposed, class V> void fields(BasicConvolution<transposed>& s, V& v) {
  v("channels", s.channels, between(1, kMostUnits), "outputs at each position");
  v("kernel", s.kernel, between(1, kMostKernel), "its height and width");
  v("stride", s.stride, between(1, kMostKernel), "positions between two kernels");
  v("pad", s.pad, between(0, kMostKernel - 1), "zeros around the image; transposed: positions cut off around the output");
  v("input", s.input, between(1, kMostUnits), "[channels, height, width] of what comes in, after a row of numbers");
  v("activation", s.activation, any(), "linear, relu, leaky-relu, sigmoid, tanh");
  if (s.activation == Activation::leaky_relu) v("slope", s.slope, between(0, 1), "of leaky-relu below zero");
  v("init", s.init, any(), "weights, as of dense");
  v("bias", s.bias, any(), "a number");
  v("tied", s.tied, any(), "one bias for each channel; if not, one for each position");
  v("max_norm", s.max_norm, at_least(0), "limit on each kernel, 0 = none");
}

/// Convolutional maxout with spatial pooling (Goodfellow et al. 2013): a convolution of stride 1 to channels * pieces, then
/// the max over contiguous groups of pieces and over windows of `pool` x `pool` positions, `pool_stride` apart.
/// [C, H, W] -> [channels, h, w], h = ceil((H + 2 pad - kernel + 1 - pool) / pool_stride) + 1: rounded up, so that every
/// position is in a window, and the last window sees what is there of it (cuda-convnet, pylearn2; PyTorch's ceil_mode).
struct MaxoutConvolution {
  static constexpr std::string_view kName = "maxout-convolution";
  int64_t channels = 0, pieces = 0, kernel = 0, pad = 0;
  int64_t pool = 1, pool_stride = 1;  ///< in TOML, pool_stride is `pool` unless said otherwise
  Dims input;                         ///< as of a convolution, and so are the next
  Init init;
  Bias bias;
  bool tied = true;
  double max_norm = 0;
};
template <class V> void fields(MaxoutConvolution& s, V& v) {
  v("channels", s.channels, between(1, kMostUnits), "outputs at each position");
  v("pieces", s.pieces, between(1, 1024), "linear pieces per output");
  v("kernel", s.kernel, between(1, kMostKernel), "its height and width");
  v("pad", s.pad, between(0, kMostKernel - 1), "zeros around the image");
  v("pool", s.pool, between(1, kMostUnits), "height and width of the windows of which the max is taken");
  v("pool_stride", s.pool_stride, between(1, kMostUnits), "positions between two windows");
  v("input", s.input, between(1, kMostUnits), "[channels, height, width] of what comes in, after a row of numbers");
  v("init", s.init, any(), "weights, as of dense");
  v("bias", s.bias, any(), "a number");
  v("tied", s.tied, any(), "one bias for each channel and piece; if not, one for each position");
  v("max_norm", s.max_norm, at_least(0), "limit on each kernel, 0 = none");
}

using LayerSpec = std::variant<Dense, Maxout, Dropout, BatchNorm, Convolution, TransposedConvolution, MaxoutConvolution>;
using NetworkSpec = std::vector<LayerSpec>;

struct LayerShape {
  Dims in, out;
  Dims detector;  ///< of convolutions: before any max, where the biases are added
};
/// Of each layer, for rows of `inputs`. @throws UsageError naming the layer that does not fit: of no width, with more
/// sparse weights than inputs, with the data's marginals before the last layer, with another image than comes in, with a
/// kernel or a window larger than its image.
std::vector<LayerShape> shapes(const NetworkSpec& spec, int64_t inputs, const std::string& network);

int64_t parameter_count(const LayerSpec& layer, const LayerShape& shape);

/// One line: "maxout 240x5, uniform 0.005".
std::string describe(const LayerSpec& layer);

}  // namespace gan
