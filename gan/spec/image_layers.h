#pragma once
/// Layers of images [channels, height, width]. Their shapes, parameter counts and descriptions
/// stand in image_rows.h.

#include "gan/spec/dense_layers.h"

namespace gan {

/// activation(w * x + b): kernels of `kernel` x `kernel` slide over the image (PyTorch's conv2d:
/// they are not flipped). [C, H, W] -> [channels, h, w], h = (H + 2 pad - kernel) / stride + 1
/// rounded down, w alike. Transposed ("deconvolution"): the way back through such a layer; h = (H -
/// 1) stride - 2 pad + kernel. Initialisers count as inputs what a position sums over, C / groups
/// kernel^2; transposed, on average, that / stride^2. A layer of images that comes after a row of
/// numbers says by `input` which image the row is; where images come in, it need not.
template <bool transposed>
struct BasicConvolution {
  static constexpr std::string_view kName = transposed ? "transposed-convolution" : "convolution";
  static constexpr bool kFused = true, kExamplesAreAlone = true;
  int64_t channels = 0, kernel = 0, stride = 1, pad = 0;
  int64_t groups = 1;  ///< channels in so many groups of neighbours, of which none sees another
  Shape input;         ///< [C, H, W], or empty
  Activation activation = Activation::linear;
  double slope = 0.2;  ///< of leaky-relu, below zero
  Init init;           ///< `sparse` counts in a kernel
  Bias bias;
  bool tied = true;  ///< one bias for each channel; if not, one for each position of each channel
  double max_norm = 0;  ///< limit on the L2 norm of each kernel [C, kernel, kernel] of an output
                        ///< channel; transposed: of each kernel [channels, kernel, kernel] of an
                        ///< input channel (as in the paper's authors' code)
  /// As of dense: of the weights as a matrix with a row for each output channel.
  Switch spectral_norm;
};
using Convolution = BasicConvolution<false>;
using TransposedConvolution = BasicConvolution<true>;
template <bool transposed, class V>
void fields(BasicConvolution<transposed>& s, V& v) {
  v("channels", s.channels, between(1, kMostUnits), "number of output channels");
  v("kernel", s.kernel, between(1, kMostKernel), "height and width of the kernel");
  v("stride", s.stride, between(1, kMostKernel),
    "distance between neighbouring positions of the kernel");
  v("pad", s.pad, between(0, kMostKernel - 1),
    "width of the border of zeros around the image; transposed: width of the border cut off the output");
  v("groups", s.groups, between(1, kMostUnits),
    "number of groups of channels that are convolved separately; as many as channels = depthwise");
  v("input", s.input, between(1, kMostUnits),
    "[channels, height, width] of the input; needed only after a row of numbers");
  v("activation", s.activation, any(), "linear, relu, leaky-relu, sigmoid, hard-sigmoid, tanh");
  if (s.activation == Activation::leaky_relu)
    v("slope", s.slope, between(0, 1), "slope of leaky-relu for negative inputs");
  v("init", s.init, any(), "initial weights, as for dense");
  v("bias", s.bias, any(), "initial biases: a number");
  v("tied", s.tied, any(),
    "true: one bias for each channel; false: one for each position of each channel");
  v("max_norm", s.max_norm, at_least(0), "limit on the L2 norm of each kernel; 0 = none");
  v("spectral_norm", s.spectral_norm, any(), "divide the weights by their largest singular value");
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
  Shape input;                        ///< as of a convolution, and so are the next
  Init init;
  Bias bias;
  bool tied = true;
  double max_norm = 0;
};
template <class V>
void fields(MaxoutConvolution& s, V& v) {
  v("channels", s.channels, between(1, kMostUnits), "number of output channels");
  v("pieces", s.pieces, between(1, 1024), "number of linear pieces for each output");
  v("kernel", s.kernel, between(1, kMostKernel), "height and width of the kernel");
  v("pad", s.pad, between(0, kMostKernel - 1), "width of the border of zeros around the image");
  v("pool", s.pool, between(1, kMostUnits), "height and width of the windows of max pooling");
  v("pool_stride", s.pool_stride, between(1, kMostUnits),
    "distance between neighbouring windows; the value of pool if left out");
  v("input", s.input, between(1, kMostUnits),
    "[channels, height, width] of the input; needed only after a row of numbers");
  v("init", s.init, any(), "initial weights, as for dense");
  v("bias", s.bias, any(), "initial biases: a number");
  v("tied", s.tied, any(),
    "true: one bias for each channel and piece; false: one for each position of each of them");
  v("max_norm", s.max_norm, at_least(0), "limit on the L2 norm of each kernel; 0 = none");
}

/// From here on the same numbers are an image [channels, height, width].
struct Reshape {
  static constexpr std::string_view kName = "reshape";
  static constexpr bool kFused = true, kExamplesAreAlone = true;
  Shape shape;
};
template <class V>
void fields(Reshape& s, V& v) {
  v("shape", s.shape, between(1, kMostUnits), "[channels, height, width]");
}

/// [C, H, W] -> [C, 2 H, 2 W].
struct Upsample {
  static constexpr std::string_view kName = "upsample";
  static constexpr bool kFused = true, kExamplesAreAlone = true;
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
  v("filter", s.filter, any(), "nearest, or bilinear (with the filter [1, 3, 3, 1])");
}

/// [C, H, W] -> [C, H / 2, W / 2] rounded down: [1, 3, 3, 1] / 8 along each side, every second
/// position; zeros outside.
struct Downsample {
  static constexpr std::string_view kName = "downsample";
  static constexpr bool kFused = true, kExamplesAreAlone = true;
};
template <class V>
void fields(Downsample&, V&) {}

/// Means of windows: [C, H, W] -> [C, h, w], h = (H - window) / stride + 1 rounded down.
struct AveragePool {
  static constexpr std::string_view kName = "average-pool";
  static constexpr bool kFused = true, kExamplesAreAlone = true;
  int64_t window = 0;
  int64_t stride = 1;  ///< in TOML, `window` unless said otherwise
};
template <class V>
void fields(AveragePool& s, V& v) {
  v("window", s.window, between(1, kMostUnits), "height and width of the windows");
  v("stride", s.stride, between(1, kMostUnits),
    "distance between neighbouring windows; the value of window if left out");
}

/// The middle of an image: [C, H, W] -> [C, height, width]. Where an odd number of lines goes, one
/// more goes at the end. A generator that doubles its maps makes images of any size by it.
struct Crop {
  static constexpr std::string_view kName = "crop";
  static constexpr bool kFused = true, kExamplesAreAlone = true;
  int64_t height = 0, width = 0;
};
template <class V>
void fields(Crop& s, V& v) {
  v("height", s.height, between(1, kMostUnits), "height of the central region that is kept");
  v("width", s.width, between(1, kMostUnits), "width of the central region that is kept");
}

/// Self-attention between the positions of an image (Zhang et al. 2019, SAGAN, equations 1 to 3):
/// [C, H, W] -> [C, H, W]. Queries, keys and values are linear maps to C / 8 channels (at least 1)
/// at each position. What a position takes from all values, mapped back to C channels and times a
/// learned gain, is added to it. The gain starts at 0, so the layer starts as the identity.
struct SelfAttention {
  static constexpr std::string_view kName = "self-attention";
  static constexpr bool kExamplesAreAlone = true;
  Init init;
};
template <class V>
void fields(SelfAttention& s, V& v) {
  v("init", s.init, any(), "initial weights of the four linear maps, as for dense");
}

}  // namespace gan
