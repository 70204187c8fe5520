#pragma once
/// From numbers to pixels, and what surrounds a plot. Private to this folder.

#include <span>
#include <string>
#include <vector>

#include "gan/figures/canvas.h"
#include "gan/figures/ticks.h"

namespace gan {

bool plottable(double value);  ///< finite, and not so large that differences overflow

struct Range {
  double low = 0, high = 0;
  bool empty = true;

  void include(double value);  ///< ignores what is not plottable
  void include(std::span<const double> values) {
    for (double value : values) include(value);
  }
  Range widened(
      double share) const;  ///< on both sides; a single value, or none, gets a range of its own
};

struct Axes {
  Box box;
  Range x, y;
  Point at(double x_value, double y_value) const;
};

inline constexpr Font kTitleFont{13.5, true}, kLabelFont{11.5}, kTickFont{10.5}, kLegendFont{11};

void draw_title(Canvas& canvas, const std::string& title, Point at, double width);
void draw_axes(Canvas& canvas, const Axes& axes, const std::vector<double>& x_ticks,
               const std::vector<double>& y_ticks, Colour y_colour = {colours::kSoftInk});
double widest(const Canvas& canvas, const std::vector<std::string>& words, Font font);

/// Stretches of points between gaps.
std::vector<std::vector<Point>> stretches(const Axes& axes, std::span<const double> x,
                                          std::span<const double> y);

/// Legend in rows of at most `width` pixels.
struct Key {
  std::string label;
  Pen pen;
  bool dot = false;
};
class Legend {
 public:
  Legend(const Canvas& canvas, std::vector<Key> keys, double width);
  double width() const { return width_; }    ///< of the widest row
  double height() const { return height_; }  ///< 0 without keys
  void draw(Canvas& canvas, Point upper_left) const;

 private:
  std::vector<Key> keys_;
  std::vector<Point> places_;
  double width_ = 0, height_ = 0;
};

}  // namespace gan
