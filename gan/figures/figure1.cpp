#include <algorithm>
#include <cmath>

#include "gan/core/error.h"
#include "gan/figures/axes.h"
#include "gan/figures/plot.h"

namespace gan {
namespace {

constexpr size_t kMostArrows = 40;
constexpr double kPeak = 0.92;     // height of the highest density where D = 1 has height 1
constexpr double kTallest = 1.12;  // of the plot, in the same unit
constexpr double kToX = 34, kToZ = 46, kFoot = 20;  // pixels from axis to x, from x to z, below z

const Pen kData{{colours::kBlack}, 1.8, {0.5, 3.8}}, kModel{{colours::kGreen}, 2, {}},
    kD{{colours::kBlue}, 1.7, {6, 3.5}}, kOptimal{{colours::kSky, 0.55}, 4.5, {}};

void check(const Figure1& stage) {
  const auto same = [&](const std::vector<double>& values, const std::vector<double>& as,
                        const char* name, const char* than) {
    if (values.size() != as.size())
      throw DataError("figure 1, '{}': {} has {} values and {} has {}; expected as many of each",
                      stage.title, name, values.size(), than, as.size());
  };
  same(stage.data_density, stage.x, "data_density", "x");
  same(stage.model_density, stage.x, "model_density", "x");
  same(stage.discriminator, stage.x, "discriminator", "x");
  same(stage.z_to_x, stage.z, "z_to_x", "z");
  if (!stage.optimal_discriminator.empty())
    same(stage.optimal_discriminator, stage.x, "optimal_discriminator", "x");
}

struct Scales {
  Range x, z;
  double density = 1;  // density -> height
};

/// A collapsed p_g, a needle, is cut off rather than flattening the data.
Scales scales_of(std::span<const Figure1> stages) {
  Scales scales;
  Range data, model;
  for (const Figure1& stage : stages) {
    scales.x.include(stage.x);
    scales.z.include(stage.z);
    data.include(stage.data_density);
    model.include(stage.model_density);
  }
  const bool one_x = scales.x.empty || scales.x.low == scales.x.high;
  if (one_x) scales.x = scales.x.widened(0.5);
  if (scales.z.empty || scales.z.low == scales.z.high) scales.z = scales.z.widened(0.5);
  const double most = data.high > 0 ? std::clamp(model.high, data.high, 2 * data.high) : model.high;
  if (most > 0) scales.density = kPeak / most;
  return scales;
}

void draw_density(Canvas& canvas, const Axes& axes, const Figure1& stage,
                  std::vector<double> heights, double scale, const Pen& pen) {
  for (double& height : heights) height *= scale;
  for (const std::vector<Point>& points : stretches(axes, stage.x, heights))
    canvas.line(points, pen);
}

void draw_arrow(Canvas& canvas, Point from, Point to) {
  constexpr double kHeadLength = 6, kHeadHalf = 2.3;
  const Colour colour{0x4D4D4D};
  const double length = std::hypot(to.x - from.x, to.y - from.y);
  const Point along{(to.x - from.x) / length, (to.y - from.y) / length}, across{-along.y, along.x};
  const Point neck{to.x - kHeadLength * along.x, to.y - kHeadLength * along.y};
  canvas.line(from, neck, {colour, 0.9, {}});
  const std::vector<Point> head = {to,
                                   {neck.x + kHeadHalf * across.x, neck.y + kHeadHalf * across.y},
                                   {neck.x - kHeadHalf * across.x, neck.y - kHeadHalf * across.y}};
  canvas.fill(head, colour);
}

void draw_mapping(Canvas& canvas, const Axes& axes, const Figure1& stage, const Range& z_range) {
  const double upper = std::floor(axes.box.bottom + kToX) + 0.5, lower = upper + kToZ;
  for (const auto& [y, name] : {std::pair(upper, "x"), std::pair(lower, "z")}) {
    canvas.line({axes.box.left, y}, {axes.box.right, y}, {{colours::kInk}, 1.2, {}});
    canvas.text(name, {axes.box.left - 8, y + 4}, Align::right, {12, false, true});
  }
  const size_t count = stage.z.size(), shown = std::min(count, kMostArrows);
  for (size_t i = 0; i < shown; ++i) {
    const size_t k = shown == count ? i : i * (count - 1) / (shown - 1);
    const double z = stage.z[k], x = stage.z_to_x[k];
    if (!plottable(z) || !plottable(x) || x < axes.x.low || x > axes.x.high) continue;
    const double share = (z - z_range.low) / (z_range.high - z_range.low);
    draw_arrow(canvas, {axes.box.left + share * axes.box.width(), lower},
               {axes.at(x, 0).x, upper + 1});
  }
}

void draw_stage(Canvas& canvas, const Figure1& stage, const Scales& scales, const Box& box) {
  const Axes axes{box, scales.x, {0, kTallest, false}};
  draw_title(canvas, stage.title, {box.left, box.top - 10}, box.width());
  draw_axes(
      canvas, axes,
      round_ticks(scales.x.low, scales.x.high, std::max(5, static_cast<int>(box.width() / 45))),
      {0, 0.5, 1}, kD.colour);
  canvas.within({box.left, box.top, box.right, box.bottom + 1}, [&] {
    if (!stage.optimal_discriminator.empty())
      draw_density(canvas, axes, stage, stage.optimal_discriminator, 1, kOptimal);
    draw_density(canvas, axes, stage, stage.discriminator, 1, kD);
    draw_density(canvas, axes, stage, stage.model_density, scales.density, kModel);
    draw_density(canvas, axes, stage, stage.data_density, scales.density, kData);
  });
  draw_mapping(canvas, axes, stage, scales.z);
}

void check(std::span<const Figure1> stages, int64_t width, int64_t height) {
  if (stages.empty()) throw UsageError("figure 1: no stages to draw; give at least one");
  if (width < 160 || height < 240)
    throw UsageError("figure 1: a stage of {}x{} pixels is too small; 160x240 is the least", width,
                     height);
  for (const Figure1& stage : stages) check(stage);
}

Image draw(std::span<const Figure1> stages, const Scales& scales, int64_t stage_width,
           int64_t height) {
  Canvas canvas(stage_width * static_cast<int64_t>(stages.size()), height);
  const double width = static_cast<double>(stage_width);
  const double left = 40, right = 14;
  std::vector<Key> keys = {
      {"data density", kData}, {"model density", kModel}, {"discriminator D(x), left scale", kD}};
  if (std::any_of(stages.begin(), stages.end(),
                  [](const Figure1& s) { return !s.optimal_discriminator.empty(); }))
    keys.push_back({"D*(x), the best against this model", kOptimal});
  const Legend legend(canvas, keys, width * static_cast<double>(stages.size()) - left - right);
  legend.draw(canvas, {left, 10});
  const double top = 10 + legend.height() + 32;
  for (size_t i = 0; i < stages.size(); ++i) {
    const double x = width * static_cast<double>(i);
    draw_stage(
        canvas, stages[i], scales,
        {x + left, top, x + width - right, static_cast<double>(height) - kToX - kToZ - kFoot});
  }
  return canvas.image();
}

}  // namespace

Image draw_figure1(std::span<const Figure1> stages, int64_t stage_width, int64_t height) {
  check(stages, stage_width, height);
  return draw(stages, scales_of(stages), stage_width, height);
}

std::vector<Image> draw_figure1_frames(std::span<const Figure1> stages, int64_t width,
                                       int64_t height) {
  check(stages, width, height);
  const Scales scales = scales_of(stages);
  std::vector<Image> frames;
  for (size_t i = 0; i < stages.size(); ++i)
    frames.push_back(draw(stages.subspan(i, 1), scales, width, height));
  return frames;
}

}  // namespace gan
