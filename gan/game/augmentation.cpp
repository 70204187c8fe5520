#include "gan/game/augmentation.h"

#include <ATen/ATen.h>

#include <algorithm>

#include "gan/nets/draw.h"
#include "gan/spec/network.h"

namespace gan {
namespace {

Tensor for_images(const Tensor& of_each) {  // [B] -> [B, 1, 1, 1]
  return of_each.view({-1, 1, 1, 1});
}

/// 0 ... n - 1, each as likely.
Tensor pick(const Tensor& u, int64_t n) {  // [B] -> [B]
  return u.mul(static_cast<double>(n)).to(at::kLong).clamp_max(n - 1);
}

/// Left and right change places, of half of the chosen images.
Tensor flip(const Tensor& x, const AugmentationDraws& draws, double) {
  const Tensor mirrored = draws.chosen.logical_and(draws.u.select(1, 0).lt(0.5));
  return at::where(for_images(mirrored), x.flip({3}), x);
}

/// [B, n, n]: row i takes the number at i + shift, or 0 where there is none.
Tensor shifts(const Tensor& shift, int64_t n, const Tensor& like) {
  const Tensor place = at::arange(n, shift.options());  // [n]
  const Tensor from = place.view({1, n, 1}) + shift.view({-1, 1, 1});
  return from.eq(place.view({1, 1, n})).to(like.options().requires_grad(false));
}

/// By up to an eighth of the height and the width, zeros from outside.
Tensor translation(const Tensor& x, const AugmentationDraws& draws, double) {
  const auto shift = [&](int64_t column, int64_t side) {
    const int64_t most = (side + 4) / 8;  // side / 8, rounded
    return (pick(draws.u.select(1, column), 2 * most + 1) - most) * draws.chosen.to(at::kLong);
  };
  const Tensor rows = shifts(shift(0, x.size(2)), x.size(2), x),
               columns = shifts(shift(1, x.size(3)), x.size(3), x);
  return at::matmul(at::matmul(rows.unsqueeze(1), x), columns.transpose(1, 2).unsqueeze(1));
}

/// A rectangle of half the height and half the width becomes 0; its middle lies anywhere in the
/// image, so a part of it may lie outside.
Tensor cutout(const Tensor& x, const AugmentationDraws& draws, double) {
  const auto covered = [&](int64_t column, int64_t side) {
    const int64_t length = (side + 1) / 2, middles = side + 1 - length % 2;
    const Tensor begin = (pick(draws.u.select(1, column), middles) - length / 2).view({-1, 1});
    const Tensor place = at::arange(side, begin.options()).view({1, side});
    return place.ge(begin).logical_and(place.lt(begin + length));  // [B, side]
  };
  const Tensor inside =
      covered(0, x.size(2)).unsqueeze(2).logical_and(covered(1, x.size(3)).unsqueeze(1));
  const Tensor cut =
      inside.logical_and(draws.chosen.view({-1, 1, 1})).unsqueeze(1);  // [B, 1, H, W]
  return x * cut.logical_not().to(x.options().requires_grad(false));
}

/// Brightness moves by up to a quarter of the range; saturation, the distance from the mean of the
/// colours, is multiplied by 0 to 2, and contrast, the distance from the mean of the image, by 0.5
/// to 1.5. A fourth channel is opacity and stays.
Tensor colour(const Tensor& x, const AugmentationDraws& draws, double range) {
  const bool opacity = x.size(1) == 4;
  Tensor h = opacity ? x.narrow(1, 0, 3) : x;
  const auto drawn = [&](int64_t column, double low, double high, double usual) {
    const Tensor value = draws.u.select(1, column).mul(high - low).add(low);
    return for_images(at::where(draws.chosen, value, at::full_like(value, usual)).to(x.dtype()));
  };
  h = h + drawn(0, -range / 4, range / 4, 0);
  const Tensor grey = h.mean(1, /*keepdim=*/true);
  h = (h - grey) * drawn(1, 0, 2, 1) + grey;
  const Tensor mean = h.mean(at::IntArrayRef{1, 2, 3}, /*keepdim=*/true);
  h = (h - mean) * drawn(2, 0.5, 1.5, 1) + mean;
  return opacity ? at::cat({h, x.narrow(1, 3, 1)}, 1) : h;
}

// In the order in which they are applied.
constexpr AugmentationKind kTable[] = {
    {Augmentation::flip, "Karras et al. 2020, ADA, appendix B: x-flip", flip},
    {Augmentation::colour, "Zhao et al. 2020: brightness, saturation, contrast", colour},
    {Augmentation::translation, "Zhao et al. 2020", translation},
    {Augmentation::cutout, "Zhao et al. 2020", cutout},
};

}  // namespace

std::span<const AugmentationKind> augmentation_kinds() {
  return kTable;
}

Augmenter::Augmenter(const AugmentationSection& section, const Shape& example, Scale scale)
    : image_(seen_by_networks(example)), range_(scale == Scale::symmetric ? 2 : 1) {
  if (section.mode == AugmentationMode::off) return;
  const std::vector<Augmentation>& chosen = section.kinds.values;
  for (const AugmentationKind& row : kTable)
    if (std::find(chosen.begin(), chosen.end(), row.kind) != chosen.end()) kinds_.push_back(&row);
}

Tensor Augmenter::apply(const Tensor& x, double p, const Stream& stream, uint64_t step,
                        int64_t first) const {
  constexpr int64_t kDraws = 4;  // whether, and how
  const int64_t images = x.numel() / product(image_);
  Tensor h = x.reshape(batch_shape(images, image_));
  for (const AugmentationKind* row : kinds_) {
    const std::string_view name = names_of(row->kind)[static_cast<size_t>(row->kind)];
    const Tensor u =
        draw_uniform(stream.child(name), images, kDraws, step, first).to(x.device());  // [B, 4]
    h = row->apply(h, {.chosen = u.select(1, 0).lt(p), .u = u.narrow(1, 1, kDraws - 1)}, range_);
  }
  return h.reshape(x.sizes());
}

}  // namespace gan
