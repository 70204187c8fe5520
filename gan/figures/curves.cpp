#include <algorithm>
#include <array>
#include <cmath>

#include "gan/core/error.h"
#include "gan/figures/axes.h"
#include "gan/figures/plot.h"

namespace gan {
namespace {

constexpr std::array kCycle = {colours::kBlue,   colours::kVermillion, colours::kGreen,
                               colours::kPurple, colours::kOrange,     colours::kSky,
                               colours::kBlack};
constexpr double kCrowd = 3;       // points per pixel from which on a line is summarised
constexpr double kBucket = 2;      // pixels that one summary covers
constexpr double kNoteSpace = 13;  // pixels between the labels of reference lines
constexpr Font kNoteFont{10.5};

Pen pen_of(size_t index, const Series& series) {
  Pen pen{{kCycle[index % kCycle.size()]}, 1.5, {}};
  if (series.dotted)
    pen.dash = {0.5, 3.5};
  else if (index >= kCycle.size())
    pen.dash = {6, 3};
  return pen;
}

void draw_summary(Canvas& canvas, std::span<const Point> points, Pen pen) {
  std::vector<Point> upper, lower, middle;
  for (size_t first = 0, last = 0; first < points.size(); first = last) {
    Point sum;
    Point top = points[first], bottom = points[first];
    for (; last < points.size() && points[last].x <= points[first].x + kBucket; ++last) {
      sum = {sum.x + points[last].x, sum.y + points[last].y};
      top.y = std::min(top.y, points[last].y);
      bottom.y = std::max(bottom.y, points[last].y);
    }
    const double count = static_cast<double>(last - first);
    middle.push_back({sum.x / count, sum.y / count});
    upper.push_back({middle.back().x, top.y});
    lower.push_back({middle.back().x, bottom.y});
  }
  upper.insert(upper.end(), lower.rbegin(), lower.rend());
  canvas.fill(upper, {pen.colour.rgb, 0.22});
  canvas.line(middle, pen);
}

void draw_series(Canvas& canvas, const Axes& axes, const Series& series, Pen pen) {
  for (const std::vector<Point>& points : stretches(axes, series.x, series.y)) {
    const double width = std::max(points.back().x - points.front().x, 1.0);
    const double density = static_cast<double>(points.size()) / width;
    if (points.size() == 1) {
      canvas.dot(points[0], 2.2, pen.colour);
    } else if (density > kCrowd && std::ranges::is_sorted(points, {}, &Point::x)) {
      draw_summary(canvas, points, pen);
    } else {
      Pen fine = pen;
      if (density > 0.5) fine.width = 1.1;
      canvas.line(points, fine);
    }
  }
}

struct Layout {
  Range x, y;
  std::vector<double> y_ticks;
  double left = 0, right = 0;  // margins
};

Layout lay_out(const Canvas& canvas, const Panel& panel, int64_t height) {
  Range x, y;
  for (const Series& series : panel.series) {
    if (series.x.size() != series.y.size())
      throw DataError("plot '{}': series '{}' has {} x and {} y; expected as many of each",
                      panel.title, series.label, series.x.size(), series.y.size());
    for (size_t i = 0; i < series.x.size(); ++i)
      if (plottable(series.x[i]) && plottable(series.y[i])) {
        x.include(series.x[i]);
        y.include(series.y[i]);
      }
  }
  Layout layout{x.widened(0.01), {}, {}, 0, 18};
  for (const auto& [value, label] : panel.horizontals) {
    y.include(value);
    layout.right = std::max(layout.right, 18 + canvas.text_width(label, kNoteFont));
  }
  layout.y = y.widened(0.06);
  layout.y_ticks = round_ticks(layout.y.low, layout.y.high,
                               std::clamp<int>(static_cast<int>(height) / 45, 3, 8));
  layout.left = 24 + widest(canvas, tick_labels(layout.y_ticks), kTickFont) +
                (panel.y_label.empty() ? 0 : 20);
  return layout;
}

/// Labels at the right end of their lines, moved apart where they would overlap.
void draw_horizontals(Canvas& canvas, const Axes& axes, const Panel& panel, double room) {
  std::vector<std::pair<double, std::string>> notes;
  for (const auto& [value, label] : panel.horizontals) {
    if (!plottable(value)) continue;
    const double y = std::floor(axes.at(axes.x.low, value).y) + 0.5;
    canvas.line({axes.box.left, y}, {axes.box.right, y}, {{colours::kSoftInk}, 1, {4, 4}});
    notes.emplace_back(y, label);
  }
  std::ranges::stable_sort(notes, {}, [](const auto& note) { return note.first; });
  for (size_t i = 1; i < notes.size(); ++i)
    notes[i].first = std::max(notes[i].first, notes[i - 1].first + kNoteSpace);
  double below = axes.box.bottom + 4;
  for (size_t i = notes.size(); i-- > 0; below -= kNoteSpace)
    below = notes[i].first = std::min(notes[i].first, below);
  for (const auto& [y, label] : notes)
    canvas.text(canvas.shortened(label, kNoteFont, room), {axes.box.right + 6, y + 3.5},
                Align::left, kNoteFont, {colours::kSoftInk});
}

void draw_bands(Canvas& canvas, const Axes& axes, const Panel& panel) {
  for (const auto& [from, to] : panel.bands) {
    const double low = std::clamp(from, axes.x.low, axes.x.high),
                 high = std::clamp(to, axes.x.low, axes.x.high);
    const double left = axes.at(low, axes.y.low).x, right = axes.at(high, axes.y.low).x;
    const std::vector<Point> corners = {{left, axes.box.top},
                                        {right, axes.box.top},
                                        {right, axes.box.bottom},
                                        {left, axes.box.bottom}};
    canvas.fill(corners, {colours::kVermillion, 0.1});
    canvas.line({left, axes.box.top}, {left, axes.box.bottom}, {{colours::kVermillion}, 1, {}});
  }
}

void draw_panel(Canvas& canvas, const Panel& panel, const Layout& layout, const Box& place) {
  Axes axes{
      {place.left + layout.left, place.top + 14, place.right - layout.right, place.bottom - 30},
      layout.x,
      layout.y};
  Box& box = axes.box;
  if (!panel.x_label.empty()) box.bottom -= 17;

  // The legend stands beside the title where there is room, else under it.
  std::vector<Key> keys;
  for (size_t i = 0; i < panel.series.size(); ++i)
    keys.push_back({panel.series[i].label, pen_of(i, panel.series[i])});
  const Legend legend(canvas, keys, box.width());
  const double title = canvas.text_width(panel.title, kTitleFont);
  const bool beside =
      title > 0 && legend.height() < 20 && title + 28 + legend.width() <= box.width();
  if (title > 0) {
    draw_title(canvas, panel.title, {box.left, box.top + 12}, place.right - box.left - 8);
    if (beside) legend.draw(canvas, {box.right - legend.width(), box.top - 1});
    box.top += 20;
  }
  if (!beside) legend.draw(canvas, {box.left, box.top});
  box.top += beside ? 6 : legend.height() + 6;

  draw_axes(
      canvas, axes,
      round_ticks(axes.x.low, axes.x.high, std::clamp(static_cast<int>(box.width() / 75), 2, 10)),
      layout.y_ticks);
  const Point middle{(box.left + box.right) / 2, (box.top + box.bottom) / 2};
  canvas.text(canvas.shortened(panel.x_label, kLabelFont, box.width()), {middle.x, box.bottom + 34},
              Align::centre, kLabelFont);
  canvas.text(canvas.shortened(panel.y_label, kLabelFont, place.height()),
              {place.left + 20, middle.y}, Align::centre, kLabelFont, {colours::kInk}, true);

  bool any = false;
  draw_horizontals(canvas, axes, panel, layout.right - 10);
  canvas.within({box.left - 3, box.top - 3, box.right + 3, box.bottom + 3}, [&] {
    draw_bands(canvas, axes, panel);
    for (size_t i = 0; i < panel.series.size(); ++i) {
      draw_series(canvas, axes, panel.series[i], pen_of(i, panel.series[i]));
      any = any || !stretches(axes, panel.series[i].x, panel.series[i].y).empty();
    }
  });
  if (!any) canvas.text("no data", middle, Align::centre, kLabelFont, {colours::kAxis});
}

}  // namespace

Image draw_curves(std::span<const Panel> panels, int64_t panel_width, int64_t panel_height) {
  if (panels.empty()) throw UsageError("plot: no panels to draw; give at least one");
  if (panel_width < 200 || panel_height < 140)
    throw UsageError("plot: a panel of {}x{} pixels is too small; 200x140 is the least",
                     panel_width, panel_height);
  const int64_t count = static_cast<int64_t>(panels.size());
  const int64_t columns = count <= 3 ? 1 : 2;
  const int64_t rows = (count + columns - 1) / columns;
  Canvas canvas(panel_width * columns, panel_height * rows);

  std::vector<Layout> layouts;
  double left = 0, right = 0;  // the same for all, so that their axes are in line
  for (const Panel& panel : panels) {
    layouts.push_back(lay_out(canvas, panel, panel_height));
    left = std::max(left, layouts.back().left);
    right = std::max(right, layouts.back().right);
  }
  const double width = static_cast<double>(panel_width), height = static_cast<double>(panel_height);
  for (int64_t i = 0; i < count; ++i) {
    layouts[i].left = std::round(std::min(left, 0.4 * width));
    layouts[i].right = std::round(std::min(right, 0.3 * width));
    const double x = width * (i % columns), y = height * (i / columns);
    draw_panel(canvas, panels[i], layouts[i], {x, y, x + width, y + height});
  }
  return canvas.image();
}

}  // namespace gan
