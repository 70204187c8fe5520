#pragma once
/// Convolutions of stride 1 in groups of 16 channels, computed by the calling thread alone without
/// patches: a group of an image is copied between zeros once, and the sums over a kernel stay in
/// registers. As products of patches (patches.h), groups of so few channels spend most of their
/// time on copies. grouped_test.cpp holds each pass against plain ATen.

#include <cstdint>

#include "gan/kernels/aligned.h"
#include "gan/kernels/grouped_sums.h"
#include "gan/kernels/patches.h"

namespace gan::kernels {

class GroupedConvolution {
 public:
  /// True for stride 1 and groups of 16 channels, where this is the faster way.
  static bool fits(Format precision, const Sliding& s, int64_t kernels);

  /// Images and weights are of `precision`. Pairs: sums of bfloat16 are made of products of pairs;
  /// otherwise all numbers are widened to float32.
  GroupedConvolution(Format precision, const Sliding& s, bool pairs = has_fast_pairs());

  /// Takes kernels [begin, end) from weights [kernels, kernel * kernel, 16]. Threads may set
  /// different kernels at the same time.
  void set_kernels(const void* weights, int64_t begin, int64_t end);

  /// Buffers of one thread.
  struct Scratch {
    Aligned<char> big, small, pairs;
    Aligned<float> sums;
  };

  /// big [height, width, channels] -> small [rows, columns, channels] of float32, of one image.
  void down(const void* big, Scratch& scratch, float* small) const;
  /// The way back: small -> big, of one image.
  void up(const void* small, Scratch& scratch, float* big) const;
  /// Adds small' big of so many images to sum [kernels, kernel * kernel, 16] of float32.
  void add_gradient(int64_t images, const void* small, const void* big, Scratch& scratch,
                    float* sum) const;

  /// Kernels that slide over an image between zeros. Positions are numbered as if each line had as
  /// many as the padded image has places, so that what a kernel sees is at the same distance from
  /// all of them; those past the end of a line are not used.
  struct Grid {
    int64_t groups, height, width, kernel, pad;
    int64_t line() const { return width + 2 * pad; }
    int64_t rows() const { return height + 2 * pad - kernel + 1; }
    int64_t columns() const { return line() - kernel + 1; }
    int64_t positions() const { return rows() * line(); }
    int64_t channels() const { return groups * kGroupChannels; }
    /// What blocks of positions see, those past the last position too.
    int64_t places() const { return (height + 2 * pad) * line() + kManyPositions + kernel; }
  };

 private:
  Format operands() const { return pairs_ ? Format::bf16 : Format::fp32; }
  const void* padded(const Grid& grid, const void* image, int64_t group,
                     Aligned<char>& buffer) const;
  void convolve(const Grid& grid, const void* in, const Aligned<char>& weights, Scratch& scratch,
                float* out) const;
  void add_group(const void* x, const void* d, Scratch& scratch, float* sums) const;

  Format precision_;
  bool pairs_;
  Grid down_, up_;
  Aligned<char> weights_down_, weights_up_;  ///< of each group, as the loops take them
};

}  // namespace gan::kernels
