#pragma once
/// Transformations of D's inputs, data and samples alike, so that D cannot learn few images by
/// heart (Zhao et al. 2020, DiffAugment; Karras et al. 2020, ADA). They are differentiable: G
/// learns through them, and a penalty is on slopes in the image before them.

#include <ATen/core/Tensor.h>

#include <span>
#include <string_view>
#include <vector>

#include "gan/core/random.h"
#include "gan/spec/config.h"

namespace gan {

using at::Tensor;

/// Random numbers of one transformation, one row for each image.
struct AugmentationDraws {
  Tensor chosen;  ///< [B] bool: whether the image is transformed
  Tensor u;       ///< [B, 3] uniform in [0, 1)
};

/// A row of the table: what happens to the images that are chosen.
struct AugmentationKind {
  Augmentation kind;
  std::string_view source;
  /// x [B, C, H, W]; range: the difference between the darkest and the brightest value.
  Tensor (*apply)(const Tensor& x, const AugmentationDraws& draws, double range);
};

std::span<const AugmentationKind> augmentation_kinds();

class Augmenter {
 public:
  /// example: shape of the data's; scale: what decides their range.
  Augmenter(const AugmentationSection& section, const Shape& example, Scale scale);

  bool on() const { return !kinds_.empty(); }

  /// Each of the kinds is applied to each image with probability p. x: [B, any shape of as many
  /// numbers as an example or several]; image i draws as number `first` + i of the step.
  Tensor apply(const Tensor& x, double p, const Stream& stream, uint64_t step, int64_t first) const;

 private:
  std::vector<const AugmentationKind*> kinds_;
  Shape image_;
  double range_;
};

}  // namespace gan
