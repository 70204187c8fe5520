#pragma once
/// Paper, pens and letters for the plots: cairo behind a few calls. Private to this folder.

#include <cairo.h>

#include <cstdint>
#include <memory>
#include <span>
#include <string>
#include <vector>

#include "gan/io/png.h"

namespace gan {

struct Colour {
  uint32_t rgb = 0;  // 0xRRGGBB
  double alpha = 1;
};
namespace colours {  // Okabe and Ito (2008), told apart by colour-blind readers too; and greys
inline constexpr uint32_t kBlue = 0x0072B2, kVermillion = 0xD55E00, kGreen = 0x009E73,
                          kPurple = 0xCC79A7, kOrange = 0xE69F00, kSky = 0x56B4E9,
                          kBlack = 0x000000;
inline constexpr uint32_t kInk = 0x262626, kSoftInk = 0x595959, kAxis = 0x8C8C8C, kGrid = 0xE6E6E6,
                          kBlueGrey = 0x8298AD;
}  // namespace colours

struct Point {
  double x = 0, y = 0;  // pixels from the upper left corner
};
struct Box {
  double left = 0, top = 0, right = 0, bottom = 0;
  double width() const { return right - left; }
  double height() const { return bottom - top; }
};
struct Pen {
  Colour colour;
  double width = 1;
  std::vector<double> dash = {};  // lengths on and off
};
struct Font {
  double size = 11;
  bool bold = false, oblique = false;
};
enum class Align { left, centre, right };

class Canvas {
 public:
  /// White. @throws UsageError on a size that cairo cannot hold
  Canvas(int64_t width, int64_t height);

  void line(std::span<const Point> points, const Pen& pen);
  void line(Point from, Point to, const Pen& pen) { line(std::vector{from, to}, pen); }
  void fill(std::span<const Point> corners, Colour colour);
  void dot(Point centre, double radius, Colour colour);

  /// One line of text on the baseline `at`; `upwards` turns it to be read from below.
  void text(const std::string& words, Point at, Align align, Font font,
            Colour colour = {colours::kInk}, bool upwards = false);
  double text_width(const std::string& words, Font font) const;
  std::string shortened(const std::string& words, Font font,
                        double width) const;  // with an ellipsis

  template <class Draw>
  void within(const Box& box, Draw draw) {
    clip(box);
    draw();
    cairo_restore(cairo_.get());
  }

  Image image() const;

 private:
  template <auto kFree>
  struct Free {
    void operator()(auto* object) const { kFree(object); }
  };

  void clip(const Box& box);
  void path(std::span<const Point> points);
  void use(Colour colour) const;
  void use(Font font) const;

  int64_t width_, height_;
  std::unique_ptr<cairo_surface_t, Free<cairo_surface_destroy>> surface_;
  std::unique_ptr<cairo_t, Free<cairo_destroy>> cairo_;
};

}  // namespace gan
