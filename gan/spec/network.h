#pragma once
/// A network as plain data. From it come the trainable module, the checkpoint's header, the
/// summary.

#include <cstdint>
#include <functional>
#include <string>
#include <variant>
#include <vector>

#include "gan/spec/fields.h"

namespace gan {

constexpr double kMostUnits =
    1
    << 24;  ///< so that parameters can be counted; also of the numbers between two layers of images
constexpr double kMostKernel = 128;  ///< the same

/// What an example is between two layers: n numbers [n], or an image [channels, height, width]. A
/// network takes and gives rows [B, n]; an image lies in its row channel by channel. Dense layers
/// see the row, whatever it holds.
using Dims = std::vector<int64_t>;
int64_t size_of(const Dims& dims);

enum class Activation { linear, relu, leaky_relu, sigmoid, tanh };
inline Names names_of(Activation) {
  static constexpr std::string_view names[] = {"linear", "relu", "leaky-relu", "sigmoid", "tanh"};
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
//   kFused             the fused engine has passes for it (nets/fused.h); others are trained by the
//   reference engine kExamplesAreAlone  what it makes of an example does not depend on the others
//   of the batch
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
};
template <class V>
void fields(Dense& s, V& v) {
  v("units", s.units, between(1, kMostUnits), "outputs");
  v("activation", s.activation, any(), "linear, relu, leaky-relu, sigmoid, tanh");
  if (s.activation == Activation::leaky_relu)
    v("slope", s.slope, between(0, 1), "of leaky-relu below zero");
  v("init", s.init, any(),
    "weights: {uniform = r}, {normal = s}, {sparse = n}, \"he\", \"glorot\"");
  v("bias", s.bias, any(), "a number, or \"marginals\"");
  v("max_norm", s.max_norm, at_least(0), "limit on each unit's incoming weights, 0 = none");
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
  v("units", s.units, between(1, kMostUnits), "outputs");
  v("pieces", s.pieces, between(2, 1024), "linear pieces per unit");
  v("init", s.init, any(), "weights, as of dense");
  v("bias", s.bias, any(), "a number");
  v("max_norm", s.max_norm, at_least(0), "limit on each piece's incoming weights, 0 = none");
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
  v("scale", s.scale, above(0), "factor on what is kept, while training");
}

/// Batch normalisation (Ioffe & Szegedy 2015) with gain and bias, of each number or of each channel
/// of images; running moments when not training.
struct BatchNorm {
  static constexpr std::string_view kName = "batch-norm";
  double momentum = 0.1, epsilon = 1e-5;
};
template <class V>
void fields(BatchNorm& s, V& v) {
  v("momentum", s.momentum, between(0, 1), "share of the newest batch in the running moments");
  v("epsilon", s.epsilon, above(0), "added to the variance");
}

/// activation(w * x + b): kernels of `kernel` x `kernel` slide over the image (PyTorch's conv2d:
/// they are not flipped). [C, H, W] -> [channels, h, w], h = (H + 2 pad - kernel) / stride + 1
/// rounded down, w alike. Transposed ("deconvolution"): the way back through such a layer; h = (H -
/// 1) stride - 2 pad + kernel. Initialisers count as inputs what a position sums over, C / groups
/// kernel^2; transposed, on average, that / stride^2. A layer of images that comes after a row of
/// numbers says by `input` which image the row is; after an image it need not.
template <bool transposed>
struct BasicConvolution {
  static constexpr std::string_view kName = transposed ? "transposed-convolution" : "convolution";
  static constexpr bool kExamplesAreAlone = true;
  int64_t channels = 0, kernel = 0, stride = 1, pad = 0;
  int64_t groups = 1;  ///< channels in so many groups of neighbours, of which none sees another
  Dims input;          ///< [C, H, W], or empty
  Activation activation = Activation::linear;
  double slope = 0.2;  ///< of leaky-relu, below zero
  Init init;           ///< `sparse` counts in a kernel
  Bias bias;
  bool tied = true;  ///< one bias for each channel; if not, one for each position of each channel
  double max_norm = 0;  ///< limit on the L2 norm of each kernel [C, kernel, kernel] of an output
                        ///< channel; transposed: of each kernel [channels, kernel, kernel] of an
                        ///< input channel (as in the paper's authors' code)
};
using Convolution = BasicConvolution<false>;
using TransposedConvolution = BasicConvolution<true>;
template <bool transposed, class V>
void fields(BasicConvolution<transposed>& s, V& v) {
  v("channels", s.channels, between(1, kMostUnits), "outputs at each position");
  v("kernel", s.kernel, between(1, kMostKernel), "its height and width");
  v("stride", s.stride, between(1, kMostKernel), "positions between two kernels");
  v("pad", s.pad, between(0, kMostKernel - 1),
    "zeros around the image; transposed: positions cut off around the output");
  v("groups", s.groups, between(1, kMostUnits),
    "groups of channels that do not see each other; as many as channels: depthwise");
  v("input", s.input, between(1, kMostUnits),
    "[channels, height, width] of what comes in, after a row of numbers");
  v("activation", s.activation, any(), "linear, relu, leaky-relu, sigmoid, tanh");
  if (s.activation == Activation::leaky_relu)
    v("slope", s.slope, between(0, 1), "of leaky-relu below zero");
  v("init", s.init, any(), "weights, as of dense");
  v("bias", s.bias, any(), "a number");
  v("tied", s.tied, any(), "one bias for each channel; if not, one for each position");
  v("max_norm", s.max_norm, at_least(0), "limit on each kernel, 0 = none");
}

/// Convolutional maxout with spatial pooling (Goodfellow et al. 2013): a convolution of stride 1 to
/// channels * pieces, then the max over contiguous groups of pieces and over windows of `pool` x
/// `pool` positions, `pool_stride` apart. [C, H, W] -> [channels, h, w], h = ceil((H + 2 pad -
/// kernel + 1 - pool) / pool_stride) + 1: rounded up, so that every position is in a window, and
/// the last window sees what is there of it (cuda-convnet, pylearn2; PyTorch's ceil_mode).
struct MaxoutConvolution {
  static constexpr std::string_view kName = "maxout-convolution";
  static constexpr bool kExamplesAreAlone = true;
  int64_t channels = 0, pieces = 0, kernel = 0, pad = 0;
  int64_t pool = 1, pool_stride = 1;  ///< in TOML, pool_stride is `pool` unless said otherwise
  Dims input;                         ///< as of a convolution, and so are the next
  Init init;
  Bias bias;
  bool tied = true;
  double max_norm = 0;
};
template <class V>
void fields(MaxoutConvolution& s, V& v) {
  v("channels", s.channels, between(1, kMostUnits), "outputs at each position");
  v("pieces", s.pieces, between(1, 1024), "linear pieces per output");
  v("kernel", s.kernel, between(1, kMostKernel), "its height and width");
  v("pad", s.pad, between(0, kMostKernel - 1), "zeros around the image");
  v("pool", s.pool, between(1, kMostUnits),
    "height and width of the windows of which the max is taken");
  v("pool_stride", s.pool_stride, between(1, kMostUnits), "positions between two windows");
  v("input", s.input, between(1, kMostUnits),
    "[channels, height, width] of what comes in, after a row of numbers");
  v("init", s.init, any(), "weights, as of dense");
  v("bias", s.bias, any(), "a number");
  v("tied", s.tied, any(), "one bias for each channel and piece; if not, one for each position");
  v("max_norm", s.max_norm, at_least(0), "limit on each kernel, 0 = none");
}

/// An activation as a layer of its own: convolution, batch norm, then ReLU.
struct ActivationLayer {
  static constexpr std::string_view kName = "activation";
  static constexpr bool kExamplesAreAlone = true;
  Activation activation = Activation::relu;
  double slope = 0.2;  ///< of leaky-relu, below zero
};
template <class V>
void fields(ActivationLayer& s, V& v) {
  v("activation", s.activation, any(), "linear, relu, leaky-relu, sigmoid, tanh");
  if (s.activation == Activation::leaky_relu)
    v("slope", s.slope, between(0, 1), "of leaky-relu below zero");
}

/// From here on the same numbers are an image [channels, height, width].
struct Reshape {
  static constexpr std::string_view kName = "reshape";
  static constexpr bool kExamplesAreAlone = true;
  Dims shape;
};
template <class V>
void fields(Reshape& s, V& v) {
  v("shape", s.shape, between(1, kMostUnits), "[channels, height, width]");
}

/// [C, H, W] -> [C, 2 H, 2 W].
struct Upsample {
  static constexpr std::string_view kName = "upsample";
  static constexpr bool kExamplesAreAlone = true;
  enum class Filter {
    nearest,   ///< each position four times
    bilinear,  ///< zeros between positions, then [1, 3, 3, 1] / 4 along each side (Karras et al.
               ///< 2020); zeros outside
  } filter = Filter::nearest;
};
inline Names names_of(Upsample::Filter) {
  static constexpr std::string_view names[] = {"nearest", "bilinear"};
  return names;
}
template <class V>
void fields(Upsample& s, V& v) {
  v("filter", s.filter, any(), "nearest, bilinear ([1, 3, 3, 1])");
}

/// [C, H, W] -> [C, H / 2, W / 2] rounded down: [1, 3, 3, 1] / 8 along each side, every second
/// position; zeros outside.
struct Downsample {
  static constexpr std::string_view kName = "downsample";
  static constexpr bool kExamplesAreAlone = true;
};
template <class V>
void fields(Downsample&, V&) {}

/// Means of windows: [C, H, W] -> [C, h, w], h = (H - window) / stride + 1 rounded down.
struct AveragePool {
  static constexpr std::string_view kName = "average-pool";
  static constexpr bool kExamplesAreAlone = true;
  int64_t window = 0;
  int64_t stride = 1;  ///< in TOML, `window` unless said otherwise
};
template <class V>
void fields(AveragePool& s, V& v) {
  v("window", s.window, between(1, kMostUnits), "height and width of the windows");
  v("stride", s.stride, between(1, kMostUnits), "positions between two windows");
}

struct Residual;
using LayerSpec = std::variant<Dense, Maxout, Dropout, BatchNorm, Convolution,
                               TransposedConvolution, MaxoutConvolution, ActivationLayer, Reshape,
                               Upsample, Downsample, AveragePool, Residual>;
using NetworkSpec = std::vector<LayerSpec>;

/// y = layers(x) + shortcut(x) (He et al. 2016), both networks of the same outputs. A shortcut
/// without layers is x itself.
struct Residual {
  static constexpr std::string_view kName = "residual";
  NetworkSpec layers, shortcut;
};
template <class V>
void fields(Residual& s, V& v) {
  v("layers", s.layers, any(), "what is learned and added");
  v("shortcut", s.shortcut, any(), "what it is added to; none: what comes in");
}

/// Calls f with every layer, those inside residual blocks after the block itself.
void each_layer(const NetworkSpec& spec, const std::function<void(const LayerSpec&)>& f);

/// No layer makes of an example what depends on the others of its batch, as batch normalisation
/// does.
bool treats_examples_alone(const NetworkSpec& spec);

struct LayerShape {
  Dims in, out;
  Dims detector;  ///< of convolutions: before any max, where the biases are added
  std::vector<LayerShape> layers, shortcut;  ///< of a residual block
};
/// Of each layer, for rows of `inputs`. @throws UsageError naming the layer that does not fit: of
/// no width, with more sparse weights than inputs, with the data's marginals before the last layer,
/// with another image than comes in, with a kernel or a window larger than its image, with groups
/// that do not divide its channels, with two sides of a residual block that cannot be added.
std::vector<LayerShape> shapes(const NetworkSpec& spec, int64_t inputs, const std::string& network);

int64_t parameter_count(const LayerSpec& layer, const LayerShape& shape);

/// One line: "maxout 240x5, uniform 0.005".
std::string describe(const LayerSpec& layer);

}  // namespace gan
