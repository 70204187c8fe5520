#pragma once
/// Plots. Whatever is not finite is left out; numbers beyond 1e300 count as not finite.

#include <cstdint>
#include <span>
#include <string>
#include <utility>
#include <vector>

#include "gan/io/png.h"

namespace gan {

struct Series {
  std::string label;         ///< in the legend; "" leaves it out
  std::vector<double> x, y;  ///< of one length; NaN breaks the line
  bool dotted = false;
};
struct Panel {
  std::string title, x_label, y_label;
  std::vector<Series> series;
  std::vector<std::pair<double, std::string>> horizontals;  ///< reference lines with a label
  std::vector<std::pair<double, double>> bands =
      {};  ///< ranges of x that are tinted; may be endless
};

/// Panels under one another (one column up to 3 panels, two columns beyond). Where a series has
/// several points per pixel, the line is their mean and the tint around it reaches from the least
/// to the greatest.
/// @throws DataError when x and y differ in length, UsageError without panels or on an unusable
/// size
Image draw_curves(std::span<const Panel> panels, int64_t panel_width = 640,
                  int64_t panel_height = 280);

/// 2-D points, [N, 2] each, with equal axes: real in blue-grey, generated in vermillion above them.
/// The view is set by the real points alone, so that pictures of one run compare; how many points
/// lie outside is said.
/// @throws DataError on an odd number of values, UsageError on an unusable size
Image draw_scatter(const std::string& title, std::span<const float> real,
                   std::span<const float> generated, int64_t size = 560);

/// Figure 1 of Goodfellow et al. (2014): densities of the data (dotted black) and of the model
/// (solid green), D (dashed blue) with D* behind it, and below them the mapping from z to x as
/// arrows.
struct Figure1 {
  std::string title;
  std::vector<double> x, data_density, model_density, discriminator;  ///< all of one length
  std::vector<double> z, z_to_x;                                      ///< arrows, of one length
  std::vector<double> optimal_discriminator = {};                     ///< D*, as long as x or empty
};

/// Stages side by side over the same x and z. The scale is that of D; densities share another one.
/// @throws DataError when lengths differ, UsageError without stages or on an unusable size
Image draw_figure1(std::span<const Figure1> stages, int64_t stage_width = 420,
                   int64_t height = 360);

/// The same stages, on the same scales, as a picture each: the frames of an animation.
std::vector<Image> draw_figure1_frames(std::span<const Figure1> stages, int64_t width = 480,
                                       int64_t height = 380);

/// A picture with its name, in bold, and a note above it. Grey or RGB.
struct Captioned {
  std::string name, note;
  Image image;
};

/// Pictures from left to right, in rows at most `width` pixels wide; a wider picture has a row for
/// itself.
/// @throws UsageError without pictures or where they are too large, DataError on one without pixels
Image draw_captioned(std::span<const Captioned> pictures, int64_t width = 1200);

}  // namespace gan
