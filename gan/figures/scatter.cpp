#include <fmt/core.h>

#include <algorithm>
#include <cmath>

#include "gan/core/error.h"
#include "gan/figures/axes.h"
#include "gan/figures/plot.h"

namespace gan {
namespace {

constexpr double kMargin = 0.2;  // of the real points' extent, left free on each side

struct Cloud {
  std::string label;
  std::span<const float> values;  // [N, 2]
  Colour colour;
  size_t count() const { return values.size() / 2; }
};

bool good(const Cloud& cloud, size_t i) {
  return plottable(cloud.values[2 * i]) && plottable(cloud.values[2 * i + 1]);
}

/// A square around the cloud; false when the cloud has no point.
bool frame(const Cloud& cloud, Axes& axes) {
  Range x, y;
  for (size_t i = 0; i < cloud.count(); ++i)
    if (good(cloud, i)) {
      x.include(cloud.values[2 * i]);
      y.include(cloud.values[2 * i + 1]);
    }
  const double extent = std::max(x.high - x.low, y.high - y.low);
  double furthest = 0;
  for (const double end : {x.low, x.high, y.low, y.high})
    furthest = std::max(furthest, std::abs(end));
  const double least = extent > 0 ? 0 : 1;
  // Beside numbers like 1e30, a small extent is lost in rounding: the axes must not shrink to a
  // point.
  const double half = std::max({(0.5 + kMargin) * extent, 1e-9 * furthest, least});
  const auto around = [&](const Range& range) {
    const double centre = (range.low + range.high) / 2;
    return Range{centre - half, centre + half, false};
  };
  axes.x = around(x);
  axes.y = around(y);
  return !x.empty;
}

/// Returns how many points cannot be seen.
size_t draw_cloud(Canvas& canvas, const Axes& axes, const Cloud& cloud) {
  const double crowd = std::sqrt(1000.0 / static_cast<double>(std::max<size_t>(cloud.count(), 1)));
  const double radius = std::clamp(2.1 * crowd, 1.2, 2.6);
  const Colour colour{cloud.colour.rgb, std::clamp(0.55 * crowd, 0.2, 0.6)};
  size_t hidden = 0;
  for (size_t i = 0; i < cloud.count(); ++i) {
    const Point at =
        good(cloud, i) ? axes.at(cloud.values[2 * i], cloud.values[2 * i + 1]) : Point{-1, -1};
    const Box& box = axes.box;
    const bool inside =
        at.x >= box.left && at.x <= box.right && at.y >= box.top && at.y <= box.bottom;
    if (!inside)
      ++hidden;
    else
      canvas.dot(at, radius, colour);
  }
  return hidden;
}

}  // namespace

Image draw_scatter(const std::string& title, std::span<const float> real,
                   std::span<const float> generated, int64_t size) {
  if (size < 200) throw UsageError("scatter plot: {} pixels are too few; 200 is the least", size);
  const Cloud below{"real", real, {colours::kBlueGrey}},
      above{"generated", generated, {colours::kVermillion}};
  for (const Cloud& cloud : {below, above})
    if (cloud.values.size() % 2 != 0)
      throw DataError("scatter plot: {} points must be [N, 2], got an odd number of values, {}",
                      cloud.label, cloud.values.size());

  Canvas canvas(size, size);
  Axes axes;
  const bool any = frame(below, axes) || frame(above, axes);
  if (!any) axes.x = axes.y = {-1, 1, false};

  constexpr double kHead = 54, kFoot = 30, kLeft = 50;
  const double side = static_cast<double>(size) - kHead - kFoot;
  const double left = std::round(std::max(kLeft, (static_cast<double>(size) - side) / 2));
  axes.box = {left, kHead, left + side, kHead + side};
  axes.box.right = std::min(axes.box.right, static_cast<double>(size) - 14);
  axes.box.bottom = axes.box.top + axes.box.width();

  // One step for both axes: equal units, and squares for a grid.
  const int most = std::clamp(static_cast<int>(axes.box.width() / 60), 2, 9);
  draw_axes(canvas, axes, round_ticks(axes.x.low, axes.x.high, most),
            round_ticks(axes.y.low, axes.y.high, most));
  size_t hidden = 0;
  canvas.within(axes.box, [&] {
    draw_cloud(canvas, axes, below);
    hidden = draw_cloud(canvas, axes, above);
  });
  if (!any)
    canvas.text("no data", axes.at((axes.x.low + axes.x.high) / 2, (axes.y.low + axes.y.high) / 2),
                Align::centre, kLabelFont, {colours::kAxis});

  draw_title(canvas, title, {axes.box.left, 24}, axes.box.width());
  const Legend legend(canvas,
                      {{below.label, {below.colour}, true}, {above.label, {above.colour}, true}},
                      axes.box.width());
  legend.draw(canvas, {axes.box.left, 31});
  if (hidden > 0) {
    const std::string note = fmt::format("{} of {} generated outside", hidden, above.count());
    canvas.text(note, {axes.box.right, 44}, Align::right, kTickFont, {colours::kSoftInk});
  }
  return canvas.image();
}

}  // namespace gan
