#pragma once
/// The rows of the layers in image_layers.h.

#include <algorithm>

#include "gan/io/bytes.h"
#include "gan/spec/layer_row.h"

namespace gan {

inline void check_size(const Shape& out, const LayerSite& at) {
  if (numbers(out) > kMostUnits)
    throw UsageError("{}: makes {}, more than {} numbers", at.who, shape_text(out), kMostUnits);
}

/// The image that comes in, for a layer that cannot say which image a row of numbers is.
inline const Shape& image_as_it_is(const LayerSite& at) {
  if (at.in.size() != 3)
    throw UsageError(
        "{}: takes images, but {} numbers in a row come in: put a layer \"reshape\" before it",
        at.who, product(at.in));
  return at.in;
}

/// What layers with kernels share.
struct KernelRow : LayerRowDefaults {
  /// The image that comes in.
  template <class L>
  static Shape image(const L& l, const LayerSite& at) {
    const bool is_image = at.in.size() == 3;
    if (std::min(l.channels, l.kernel) < 1)
      throw UsageError("{}: channels and a kernel of at least 1 were expected", at.who);
    if (l.input.empty() && is_image) return at.in;
    if (l.input.empty())
      throw UsageError(
          "{}: takes images, but {} numbers in a row come in: say input = [channels, height, width]",
          at.who, product(at.in));
    const bool same =
        is_image ? l.input == at.in : l.input.size() == 3 && numbers(l.input) == numbers(at.in);
    if (!same)
      throw UsageError("{}: input = {}, but {} comes in", at.who, shape_text(l.input),
                       shape_text(at.in));
    return l.input;
  }

  template <class L>
  static Shape slide(const Shape& in, int64_t channels, const L& l, int64_t stride,
                     const LayerSite& at) {
    const int64_t largest = std::min(in[1], in[2]) + 2 * l.pad;
    if (l.kernel > largest)
      throw UsageError("{}: its kernel is larger than the image {} with pad {}: at most {} fits",
                       at.who, shape_text(in), l.pad, largest);
    if (stride < 1) throw UsageError("{}: stride = {}, expected at least 1", at.who, stride);
    Shape out{channels};
    for (const size_t side : {1, 2}) out.push_back((in[side] + 2 * l.pad - l.kernel) / stride + 1);
    check_size(out, at);
    return out;
  }

  template <class L>
  static void check_groups(const Shape& in, const L& l, const LayerSite& at) {
    if (l.groups < 1 || in[0] % l.groups != 0 || l.channels % l.groups != 0)
      throw UsageError(
          "{}: groups = {} must divide both the {} channels that come in and the {} that go out",
          at.who, l.groups, in[0], l.channels);
  }

  template <class L>
  static int64_t parameters(const L& l, const LayerShape& shape) {
    int64_t groups = 1;
    if constexpr (requires { l.groups; }) groups = l.groups;
    const int64_t channels = shape.detector[0];
    return shape.in[0] / groups * channels * l.kernel * l.kernel +
           (l.tied ? channels : product(shape.detector));
  }
  template <class L>
  static double widest(const L&, const LayerShape& shape) {
    return static_cast<double>(product(shape.detector));
  }

  template <class L>
  static std::string describe_kernels(const L& l) {
    return fmt::format("{0}x{0} kernels{1}", l.kernel,
                       l.pad > 0 ? fmt::format(", pad {}", l.pad) : "");
  }
  template <class L>
  static std::string describe_sliding(std::string_view name, const L& l) {
    const std::string stride = l.stride > 1 ? fmt::format(", stride {}", l.stride) : "";
    const std::string groups = l.groups > 1 ? fmt::format(", groups {}", l.groups) : "";
    return fmt::format("{} {} {}, {}{}{}, {}", name, l.channels, describe(l.activation),
                       describe_kernels(l), stride, groups, describe_weights(l));
  }
};

template <>
struct LayerRow<Convolution> : KernelRow {
  static LayerShape fit(const Convolution& l, const LayerSite& at) {
    const Shape in = image(l, at), out = slide(in, l.channels, l, l.stride, at);
    check_groups(in, l, at);
    check_starts(l, at, in[0] / l.groups * l.kernel * l.kernel, "a kernel");
    return {in, out, out};
  }
  static std::string describe(const Convolution& l) { return describe_sliding("convolution", l); }
};

template <>
struct LayerRow<TransposedConvolution> : KernelRow {
  static LayerShape fit(const TransposedConvolution& l, const LayerSite& at) {
    const Shape in = image(l, at);
    Shape out{l.channels};
    for (const size_t side : {1, 2})
      out.push_back((in[side] - 1) * l.stride - 2 * l.pad + l.kernel);
    if (std::min(out[1], out[2]) < 1)
      throw UsageError("{}: pad = {} cuts off all that it makes of {}", at.who, l.pad,
                       shape_text(in));
    check_size(out, at);
    check_groups(in, l, at);
    check_starts(l, at, l.channels / l.groups * l.kernel * l.kernel, "a kernel");
    return {in, out, out};
  }
  static std::string describe(const TransposedConvolution& l) {
    return describe_sliding("transposed convolution", l);
  }
};

template <>
struct LayerRow<MaxoutConvolution> : KernelRow {
  static LayerShape fit(const MaxoutConvolution& l, const LayerSite& at) {
    const Shape in = image(l, at), detector = slide(in, l.channels * l.pieces, l, 1, at);
    check_starts(l, at, in[0] * l.kernel * l.kernel, "a kernel");
    if (l.pool > std::min(detector[1], detector[2]))
      throw UsageError("{}: pool = {} is more than the {} x {} positions of its convolution",
                       at.who, l.pool, detector[1], detector[2]);
    if (l.pool_stride > l.pool || l.pool_stride < 1)
      throw UsageError(
          "{}: pool_stride = {}, expected 1 to pool = {}, so that every position is in a window",
          at.who, l.pool_stride, l.pool);
    Shape out{l.channels};
    for (const size_t side : {1, 2})
      out.push_back((detector[side] - l.pool + l.pool_stride - 1) / l.pool_stride +
                    1);  // rounded up
    return {in, out, detector};
  }
  static double kept(const MaxoutConvolution& l, const LayerShape& shape) {
    return widest(l, shape) + 3 * static_cast<double>(product(shape.out));
  }
  static std::string describe(const MaxoutConvolution& l) {
    const std::string pool =
        l.pool > 1 ? fmt::format(", pool {} stride {}", l.pool, l.pool_stride) : "";
    return fmt::format("maxout convolution {}x{}, {}{}, {}", l.channels, l.pieces,
                       describe_kernels(l), pool, describe_weights(l));
  }
};

template <>
struct LayerRow<Reshape> : LayerRowDefaults {
  static LayerShape fit(const Reshape& l, const LayerSite& at) {
    if (l.shape.size() != 3 || numbers(l.shape) != numbers(at.in))
      throw UsageError("{}: shape = {} does not hold the {} numbers of {} that come in", at.who,
                       shape_text(l.shape), product(at.in), shape_text(at.in));
    return {at.in, l.shape};
  }
  static std::string describe(const Reshape& l) { return "reshape " + shape_text(l.shape); }
};

template <>
struct LayerRow<Upsample> : LayerRowDefaults {
  static LayerShape fit(const Upsample&, const LayerSite& at) {
    const Shape& in = image_as_it_is(at);
    const Shape out{in[0], 2 * in[1], 2 * in[2]};
    check_size(out, at);
    return {in, out};
  }
  static std::string describe(const Upsample& l) {
    return fmt::format("upsample {}", names_of(l.filter)[static_cast<int>(l.filter)]);
  }
};

template <>
struct LayerRow<Downsample> : LayerRowDefaults {
  static LayerShape fit(const Downsample&, const LayerSite& at) {
    const Shape& in = image_as_it_is(at);
    if (std::min(in[1], in[2]) < 2)
      throw UsageError("{}: takes images of at least 2 x 2, {} comes in", at.who, shape_text(in));
    return {in, {in[0], in[1] / 2, in[2] / 2}};
  }
  static std::string describe(const Downsample&) { return "downsample"; }
};

template <>
struct LayerRow<AveragePool> : LayerRowDefaults {
  static LayerShape fit(const AveragePool& l, const LayerSite& at) {
    const Shape& in = image_as_it_is(at);
    if (std::min(l.window, l.stride) < 1)
      throw UsageError("{}: a window and a stride of at least 1 were expected", at.who);
    if (l.window > std::min(in[1], in[2]))
      throw UsageError("{}: window = {} is larger than the image {}", at.who, l.window,
                       shape_text(in));
    return {in, {in[0], (in[1] - l.window) / l.stride + 1, (in[2] - l.window) / l.stride + 1}};
  }
  static std::string describe(const AveragePool& l) {
    return fmt::format("average pool {}{}", l.window,
                       l.stride != l.window ? fmt::format(" stride {}", l.stride) : "");
  }
};

template <>
struct LayerRow<Crop> : LayerRowDefaults {
  static LayerShape fit(const Crop& l, const LayerSite& at) {
    const Shape& in = image_as_it_is(at);
    if (std::min(l.height, l.width) < 1 || l.height > in[1] || l.width > in[2])
      throw UsageError(
          "{}: keeps {} x {}, of the image {} that comes in: give a height up to {} and a width up to {}",
          at.who, l.height, l.width, shape_text(in), in[1], in[2]);
    return {in, {in[0], l.height, l.width}};
  }
  static std::string describe(const Crop& l) {
    return fmt::format("crop {} x {}", l.height, l.width);
  }
};

template <>
struct LayerRow<SelfAttention> : LayerRowDefaults {
  static int64_t inner(int64_t channels) { return std::max<int64_t>(1, channels / 8); }
  static LayerShape fit(const SelfAttention& l, const LayerSite& at) {
    const Shape& in = image_as_it_is(at);
    if (l.init.kind == Init::Kind::sparse && l.init.value > static_cast<double>(inner(in[0])))
      throw UsageError("{}: init = {{ sparse = {} }} is more than the {} weights of an output",
                       at.who, l.init.value, inner(in[0]));
    return {in, in};
  }
  static int64_t parameters(const SelfAttention&, const LayerShape& shape) {
    return 4 * shape.in[0] * inner(shape.in[0]) + 1;
  }
  static double kept(const SelfAttention&, const LayerShape& shape) {
    const double positions = static_cast<double>(shape.in[1] * shape.in[2]),
                 channels = static_cast<double>(shape.in[0] + 4 * inner(shape.in[0]));
    return 2 * positions * positions + 2 * channels * positions;
  }
  static double widest(const SelfAttention& l, const LayerShape& shape) { return kept(l, shape); }
  static std::string describe(const SelfAttention& l) {
    return "self-attention, " + gan::describe(l.init);
  }
};

}  // namespace gan
