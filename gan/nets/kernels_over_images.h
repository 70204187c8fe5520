#pragma once
/// What layers of kernels that slide over images share.

#include "gan/nets/weighted.h"

namespace gan {

/// Kernels over images: what convolutions share. Weights are [rows, columns, k, k], a row for each
/// channel that comes out, or, transposed, for each that comes in.
template <class S>
class OverImages : public Weighted {
 public:
  OverImages(const S& s, int64_t rows, int64_t columns, const Fan& fan, const LayerPlace& place)
      : Weighted(draw_weights(s.init, rows, columns * s.kernel * s.kernel, fan, place.init)
                     .view({rows, columns, s.kernel, s.kernel}),
                 draw_bias(s.bias, s.tied ? Shape{place.shape.detector[0]} : place.shape.detector,
                           place),
                 s.max_norm, place),
        spec_(s),
        in_(place.shape.in) {}

 protected:
  Tensor image(const Tensor& x) const {
    return x.reshape({x.size(0), in_[0], in_[1], in_[2]});  // [B, C, H, W]
  }
  /// y: [B, channels, h, w], to which the bias of each position is added; a tied one is left to the
  /// convolution.
  Tensor tied_bias() const { return spec_.tied ? bias() : Tensor(); }
  Tensor with_untied_bias(const Tensor& y) const { return spec_.tied ? y : y + bias(); }

  S spec_;

 private:
  Shape in_;
};

}  // namespace gan
