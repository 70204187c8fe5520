#include "gan/figures/canvas.h"

#include <algorithm>
#include <cmath>
#include <numbers>

#include "gan/core/error.h"
#include "gan/core/printable.h"

namespace gan {
namespace {

constexpr int64_t kLargest = 32767;  // cairo's limit for a side

constexpr size_t kLongestText =
    1000;                     // bytes: no picture has room for more, and measuring it takes time
constexpr double kFar = 1e5;  // pixels: cairo counts in 24.8 bits

/// Cairo stops drawing for good at a string that is not UTF-8, so bytes that are not become '?'.
/// Long text is cut.
std::string drawable(const std::string& text) {
  std::string clean;
  for (size_t i = 0; i < text.size() && clean.size() < kLongestText;) {
    const size_t length = utf8_length(text, i);
    if (length == 0)
      clean += '?';
    else if (static_cast<uint8_t>(text[i]) < 0x20)
      clean += ' ';
    else
      clean += text.substr(i, length);
    i += std::max<size_t>(length, 1);
  }
  return clean;
}

/// Neither NaN nor infinite, at which cairo stops drawing for good, nor far away.
bool near(Point point) {
  return std::abs(point.x) <= kFar && std::abs(point.y) <= kFar;
}

}  // namespace

Canvas::Canvas(int64_t width, int64_t height) : width_(width), height_(height) {
  if (std::min(width, height) < 1 || std::max(width, height) > kLargest)
    throw UsageError("plot: cannot draw {}x{} pixels; each side must be 1 to {}", width, height,
                     kLargest);
  surface_.reset(cairo_image_surface_create(CAIRO_FORMAT_RGB24, static_cast<int>(width),
                                            static_cast<int>(height)));
  cairo_.reset(cairo_create(surface_.get()));
  cairo_t* cairo = cairo_.get();
  cairo_set_source_rgb(cairo, 1, 1, 1);
  cairo_paint(cairo);
  cairo_set_line_join(cairo, CAIRO_LINE_JOIN_ROUND);

  const std::unique_ptr<cairo_font_options_t, Free<cairo_font_options_destroy>> options(
      cairo_font_options_create());
  cairo_font_options_set_antialias(options.get(), CAIRO_ANTIALIAS_GRAY);
  cairo_font_options_set_hint_style(options.get(), CAIRO_HINT_STYLE_SLIGHT);
  cairo_font_options_set_hint_metrics(options.get(), CAIRO_HINT_METRICS_OFF);
  cairo_set_font_options(cairo, options.get());
}

void Canvas::use(Colour colour) const {
  const auto part = [&](int shift) { return (colour.rgb >> shift & 0xFF) / 255.0; };
  cairo_set_source_rgba(cairo_.get(), part(16), part(8), part(0), colour.alpha);
}

void Canvas::use(Font font) const {
  cairo_select_font_face(cairo_.get(), "DejaVu Sans",
                         font.oblique ? CAIRO_FONT_SLANT_OBLIQUE : CAIRO_FONT_SLANT_NORMAL,
                         font.bold ? CAIRO_FONT_WEIGHT_BOLD : CAIRO_FONT_WEIGHT_NORMAL);
  cairo_set_font_size(cairo_.get(), font.size);
}

void Canvas::path(std::span<const Point> points) {
  for (const Point point : points) {
    if (!std::isfinite(point.x) || !std::isfinite(point.y)) continue;
    cairo_line_to(cairo_.get(), std::clamp(point.x, -kFar, kFar), std::clamp(point.y, -kFar, kFar));
  }
}

void Canvas::clip(const Box& box) {
  cairo_save(cairo_.get());
  cairo_rectangle(cairo_.get(), box.left, box.top, box.width(), box.height());
  cairo_clip(cairo_.get());
}

void Canvas::line(std::span<const Point> points, const Pen& pen) {
  cairo_t* cairo = cairo_.get();
  path(points);
  use(pen.colour);
  cairo_set_line_width(cairo, pen.width);
  cairo_set_line_cap(cairo, pen.dash.empty() ? CAIRO_LINE_CAP_BUTT : CAIRO_LINE_CAP_ROUND);
  cairo_set_dash(cairo, pen.dash.data(), static_cast<int>(pen.dash.size()), 0);
  cairo_stroke(cairo);
}

void Canvas::fill(std::span<const Point> corners, Colour colour) {
  path(corners);
  use(colour);
  cairo_fill(cairo_.get());
}

void Canvas::dot(Point centre, double radius, Colour colour) {
  if (!near(centre)) return;
  cairo_new_path(cairo_.get());
  cairo_arc(cairo_.get(), centre.x, centre.y, radius, 0, 2 * std::numbers::pi);
  use(colour);
  cairo_fill(cairo_.get());
}

double Canvas::text_width(const std::string& words, Font font) const {
  use(font);
  cairo_text_extents_t extents;
  cairo_text_extents(cairo_.get(), drawable(words).c_str(), &extents);
  return extents.x_advance;
}

std::string Canvas::shortened(const std::string& words, Font font, double width) const {
  if (text_width(words, font) <= width) return words;
  std::string kept = drawable(words);
  const auto continues = [&] { return (static_cast<uint8_t>(kept.back()) & 0xC0) == 0x80; };
  while (!kept.empty() && text_width(kept + "\u2026", font) > width) {
    while (kept.size() > 1 && continues()) kept.pop_back();
    kept.pop_back();
  }
  return kept + "\u2026";
}

void Canvas::text(const std::string& words, Point at, Align align, Font font, Colour colour,
                  bool upwards) {
  if (!near(at)) return;
  cairo_t* cairo = cairo_.get();
  double shift = 0;
  if (align != Align::left) shift = text_width(words, font);
  if (align == Align::centre) shift /= 2;
  use(font);
  use(colour);
  cairo_save(cairo);
  cairo_translate(cairo, at.x, at.y);
  if (upwards) cairo_rotate(cairo, -std::numbers::pi / 2);
  cairo_move_to(cairo, -shift, 0);
  cairo_show_text(cairo, drawable(words).c_str());
  cairo_restore(cairo);
  cairo_new_path(cairo);
}

Image Canvas::image() const {
  if (const cairo_status_t status = cairo_status(cairo_.get()); status != CAIRO_STATUS_SUCCESS)
    throw std::runtime_error(
        fmt::format("plot: cairo stopped drawing: {}", cairo_status_to_string(status)));
  cairo_surface_flush(surface_.get());
  const uint8_t* data = cairo_image_surface_get_data(surface_.get());
  const int64_t stride = cairo_image_surface_get_stride(surface_.get());
  Image image{height_, width_, 3, {}};
  image.pixels.reserve(height_ * width_ * 3);
  for (int64_t row = 0; row < height_; ++row)
    for (const uint32_t rgb :
         std::span(reinterpret_cast<const uint32_t*>(data + row * stride), width_))
      for (int shift : {16, 8, 0}) image.pixels.push_back(static_cast<uint8_t>(rgb >> shift));
  return image;
}

}  // namespace gan
