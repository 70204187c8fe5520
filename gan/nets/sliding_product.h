#pragma once
/// Weights of the fused engine, and their three products with images, to which all convolutions and
/// dense layers come down. `big` is the image that kernels slide over, `small` has a number for
/// each kernel at each of its positions:
///   convolution:             big comes in, small goes out
///   transposed convolution:  small comes in, big goes out
///   dense:                   a convolution of one position

#include <optional>

#include "gan/kernels/grouped.h"
#include "gan/kernels/patches.h"
#include "gan/nets/fused_operation.h"

namespace gan {

/// Weights and biases of a layer, where the reference network has them.
struct FusedParameters {
  size_t index = 0;  ///< of the weights among the parameters; the biases come next
  const float* weight = nullptr;
  const float* bias = nullptr;
  AxisOrder rows;     ///< of the weights: kernels, or units
  AxisOrder columns;  ///< of one kernel
  AxisOrder biases;
  int64_t line = 0;  ///< numbers in a line of what goes out, for which biases are repeated
};

/// Of a dense layer.
inline kernels::Sliding one_position(int64_t inputs) {
  return {.channels = inputs,
          .height = 1,
          .width = 1,
          .rows = 1,
          .columns = 1,
          .kernel = 1,
          .stride = 1,
          .pad = 0};
}

class SlidingProduct {
 public:
  SlidingProduct(const kernels::Sliding& sliding, const FusedParameters& parameters,
                 kernels::Format precision);

  /// Copies the weights and biases into the engine's order and precision: this thread's share.
  void refresh(const kernels::Team& team);

  /// Calls use(i, n, small [n, positions, kernels]) for blocks of examples of `big`.
  template <class Use>
  void down(FusedMember& m, const char* big, int64_t examples, Use use);
  /// Calls use(i, n, big [n, image]) for blocks of examples of `small`.
  template <class Use>
  void up(FusedMember& m, const char* small, int64_t examples, Use use);

  void begin_gradient(int threads);  ///< before the threads' sums
  /// Adds small' big to this thread's sum.
  void add_gradient(FusedMember& m, const char* small, const char* big, int64_t examples);
  /// Adds the derivatives d [examples, biases...] times factor to this thread's sum.
  void add_bias_gradient(FusedMember& m, const char* d, int64_t examples, const float* factor,
                         int64_t numbers);
  /// The sum over threads in the reference's order, this thread's share.
  void finish_gradient(FusedMember& m, const UseGradient& use);
  /// A dense layer's gradient at once, without sums: this thread's share.
  void whole_gradient(FusedMember& m, const char* d, const char* x, int64_t rows,
                      const float* factor, const UseGradient& use);

  /// Biases of a line of what goes out: a channel's bias stands once for each position.
  const float* line_bias() const { return biases_.data(); }
  int64_t kernels_count() const { return parameters_.rows.size(); }
  int64_t patch() const { return sliding_.patch(); }
  const FusedParameters& parameters() const { return parameters_; }
  void set_rows(const AxisOrder& order);  ///< before the first refresh
  double operations() const {
    return 2.0 * static_cast<double>(sliding_.positions() * kernels_count() * patch()) /
           static_cast<double>(sliding_.groups);
  }

 private:
  enum class Direction { down, up };
  /// Lines of positions that one product takes: a part of an image's, or those of whole images.
  int64_t lines_at_once(Direction direction) const;
  /// small [lines, columns, kernels] <- patches, or patches <- small.
  void multiply_down(const void* patches, int64_t positions, float* small) const;
  void multiply_up(const void* small, int64_t positions, float* patches) const;
  const char* patches_of(FusedMember& m, const char* big, int64_t first, int64_t lines) const;

  kernels::Sliding sliding_;
  FusedParameters parameters_;
  kernels::Format precision_;
  kernels::Aligned<char> weights_;                      ///< [kernels, patch / groups]
  std::optional<kernels::GroupedConvolution> grouped_;  ///< in place of products of patches
  kernels::Aligned<float> biases_;
  struct Sum {
    kernels::Aligned<float> weights, biases;
    bool used = false;
  };
  std::vector<Sum> sums_;  ///< of each thread
};

template <class Use>
void SlidingProduct::down(FusedMember& m, const char* big, int64_t examples, Use use) {
  const kernels::Sliding& s = sliding_;
  const int64_t most = lines_at_once(Direction::down);
  const int64_t block = std::max<int64_t>(1, most / s.rows), width = s.columns * kernels_count();
  for (int64_t i = 0; i < examples && grouped_; ++i) {
    float* small = kernels::sized(m.own.product, s.rows * width);
    grouped_->down(big + i * s.image() * kernels::bytes_of(precision_), m.own.grouped, small);
    use(i, 1, small);
  }
  if (grouped_) return;
  for (int64_t i = 0; i < examples; i += block) {
    const int64_t n = std::min(block, examples - i), lines = n * s.rows;
    float* small = kernels::sized(m.own.product, lines * width);
    for (int64_t line = 0; line < lines; line += most) {
      const int64_t count = std::min(most, lines - line);
      multiply_down(patches_of(m, big, i * s.rows + line, count), count * s.columns,
                    small + line * width);
    }
    use(i, n, small);
  }
}

template <class Use>
void SlidingProduct::up(FusedMember& m, const char* small, int64_t examples, Use use) {
  const kernels::Sliding& s = sliding_;
  const int64_t most = lines_at_once(Direction::up);
  const int64_t block = std::max<int64_t>(1, most / s.rows), width = s.columns * kernels_count();
  for (int64_t i = 0; i < examples && grouped_; ++i) {
    float* big = kernels::sized(m.own.image, s.image());
    grouped_->up(small + i * s.rows * width * kernels::bytes_of(precision_), m.own.grouped, big);
    use(i, 1, big);
  }
  if (grouped_) return;
  for (int64_t i = 0; i < examples; i += block) {
    const int64_t n = std::min(block, examples - i), lines = n * s.rows;
    float* big = kernels::sized(m.own.image, n * s.image());
    if (!s.identity()) std::fill_n(big, n * s.image(), 0.0f);
    for (int64_t line = 0; line < lines; line += most) {
      const int64_t count = std::min(most, lines - line);
      const char* from = small + (i * s.rows + line) * width * kernels::bytes_of(precision_);
      float* patches = s.identity() ? big + line * s.columns * s.channels
                                    : kernels::sized(m.own.product, count * s.columns * s.patch());
      multiply_up(from, count * s.columns, patches);
      if (!s.identity()) kernels::scatter_patches(s, patches, line, count, big);
    }
    use(i, n, big);
  }
}

}  // namespace gan
