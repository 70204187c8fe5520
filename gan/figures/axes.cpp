#include "gan/figures/axes.h"

#include <algorithm>
#include <cmath>

namespace gan {
namespace {

constexpr double kSample = 20, kSpace = 6, kBetween = 18, kRow = 17;  // legend, in pixels

double crisp(double pixels) {
  return std::floor(pixels) + 0.5;
}

}  // namespace

bool plottable(double value) {
  return std::abs(value) <= 1e300;
}

void Range::include(double value) {
  if (!plottable(value)) return;
  low = empty ? value : std::min(low, value);
  high = empty ? value : std::max(high, value);
  empty = false;
}

Range Range::widened(double share) const {
  if (empty) return {0, 1, false};
  const double size = std::max(std::abs(low), std::abs(high));
  const double least = size > 0 ? 1e-9 * size : 1e-300;  // finer than that is a constant
  double margin = size > 0 ? 0.5 * size : 0.5;
  if (high - low > least) margin = share * (high - low);
  return {low - margin, high + margin, false};
}

Point Axes::at(double x_value, double y_value) const {
  return {box.left + box.width() * ((x_value - x.low) / (x.high - x.low)),
          box.bottom - box.height() * ((y_value - y.low) / (y.high - y.low))};
}

void draw_title(Canvas& canvas, const std::string& title, Point at, double width) {
  canvas.text(canvas.shortened(title, kTitleFont, width), at, Align::left, kTitleFont);
}

void draw_axes(Canvas& canvas, const Axes& axes, const std::vector<double>& x_ticks,
               const std::vector<double>& y_ticks, Colour y_colour) {
  const Box& box = axes.box;
  const Pen grid{{colours::kGrid}}, axis{{colours::kAxis}};
  const std::vector<std::string> x_labels = tick_labels(x_ticks), y_labels = tick_labels(y_ticks);
  for (size_t i = 0; i < x_ticks.size(); ++i) {
    const double x = crisp(axes.at(x_ticks[i], axes.y.low).x);
    canvas.line({x, box.top}, {x, box.bottom}, grid);
    canvas.line({x, box.bottom}, {x, box.bottom + 4}, axis);
    canvas.text(x_labels[i], {x, box.bottom + 16}, Align::centre, kTickFont, {colours::kSoftInk});
  }
  for (size_t i = 0; i < y_ticks.size(); ++i) {
    const double y = crisp(axes.at(axes.x.low, y_ticks[i]).y);
    canvas.line({box.left, y}, {box.right, y}, grid);
    canvas.text(y_labels[i], {box.left - 7, y + 3.8}, Align::right, kTickFont, y_colour);
  }
  canvas.line({box.left, crisp(box.bottom)}, {box.right, crisp(box.bottom)}, axis);
}

double widest(const Canvas& canvas, const std::vector<std::string>& words, Font font) {
  double width = 0;
  for (const std::string& word : words) width = std::max(width, canvas.text_width(word, font));
  return width;
}

std::vector<std::vector<Point>> stretches(const Axes& axes, std::span<const double> x,
                                          std::span<const double> y) {
  std::vector<std::vector<Point>> found;
  bool open = false;
  for (size_t i = 0; i < x.size(); ++i) {
    const bool good = plottable(x[i]) && plottable(y[i]);
    if (good && !open) found.emplace_back();
    if (good) found.back().push_back(axes.at(x[i], y[i]));
    open = good;
  }
  return found;
}

Legend::Legend(const Canvas& canvas, std::vector<Key> keys, double width) {
  Point place;
  for (Key& key : keys) {
    if (key.label.empty()) continue;
    const double sample = (key.dot ? 8 : kSample) + kSpace;
    key.label = canvas.shortened(key.label, kLegendFont, std::max(width - sample, 20.0));
    const double size = sample + canvas.text_width(key.label, kLegendFont);
    if (place.x > 0 && place.x + size > width) place = {0, place.y + kRow};
    places_.push_back(place);
    width_ = std::max(width_, place.x + size);
    height_ = place.y + kRow;
    place.x += size + kBetween;
    keys_.push_back(std::move(key));
  }
}

void Legend::draw(Canvas& canvas, Point upper_left) const {
  for (size_t i = 0; i < keys_.size(); ++i) {
    const Key& key = keys_[i];
    const Point from{upper_left.x + places_[i].x,
                     std::floor(upper_left.y + places_[i].y + kRow / 2)};
    const double sample = key.dot ? 8 : kSample;
    if (key.dot) {
      canvas.dot({from.x + 4, from.y}, 3.5, {key.pen.colour.rgb});
    } else {
      Pen pen = key.pen;
      pen.width = 2;
      canvas.line(from, {from.x + sample, from.y}, pen);
    }
    canvas.text(key.label, {from.x + sample + kSpace, from.y + 4}, Align::left, kLegendFont);
  }
}

}  // namespace gan
