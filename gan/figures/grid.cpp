#include "gan/figures/grid.h"

#include <fmt/ranges.h>

#include <algorithm>
#include <array>
#include <cmath>

#include "gan/core/error.h"
#include "gan/io/bytes.h"

namespace gan {
namespace {

constexpr std::array<uint8_t, 3> kFrame = {213, 94, 0};  // vermillion
constexpr int64_t kMostPixels = int64_t{1} << 30, kLongest = 1 << 15;
constexpr int64_t kLongestSide = 1'000'000;  // libpng's limit
constexpr int64_t kMostTileHeight =
    16;  // times min_tile: narrow examples are enlarged until they are so high

struct Batch {
  int64_t count, channels, height, width;
};

Batch batch_of(const Shape& shape, size_t values) {
  const bool grey = shape.size() == 3;
  if (!grey && shape.size() != 4)
    throw DataError("image grid: expected examples of shape [N, H, W] or [N, C, H, W], got [{}]",
                    fmt::join(shape, ", "));
  const Batch batch{shape[0], grey ? 1 : shape[1], shape[shape.size() - 2], shape.back()};
  if (batch.channels != 1 && batch.channels != 3 && batch.channels != 4)
    throw DataError(
        "image grid: expected 1 (grey), 3 (RGB) or 4 (RGBA) channels, got {} in shape [{}]",
        batch.channels, fmt::join(shape, ", "));
  if (std::ranges::any_of(shape, [](int64_t size) { return size < 1; }))
    throw DataError("image grid: nothing to draw in shape [{}]", fmt::join(shape, ", "));
  if (product(shape) != static_cast<int64_t>(values))
    throw DataError("image grid: shape [{}] needs {} values, got {}", fmt::join(shape, ", "),
                    product(shape), values);
  return batch;
}

void check(const GridOptions& options, const Batch& batch) {
  const auto within = [](const char* name, int64_t value, int64_t most) {
    if (value < 0 || value > most)
      throw UsageError("image grid: {} must be from 0 to {}, got {}", name, most, value);
  };
  within("columns", options.columns, kLongest);
  within("gap", options.gap, kLongest);
  within("min_tile", options.min_tile, kLongest);
  if (!(options.low < options.high))
    throw UsageError("image grid: low must be below high, got low = {} and high = {}", options.low,
                     options.high);
  for (int64_t index : options.framed)
    if (index < 0 || index >= batch.count)
      throw UsageError("image grid: cannot frame tile {}: there are tiles 0 to {}", index,
                       batch.count - 1);
}

uint8_t shade(float value, const GridOptions& options) {
  const double share = (double{value} - options.low) / (double{options.high} - options.low);
  return share > 0 ? static_cast<uint8_t>(std::lround(255 * std::min(share, 1.0))) : 0;
}

/// A colour of this opacity on white.
uint8_t on_white(uint8_t colour, uint8_t opacity) {
  return static_cast<uint8_t>(255 - (255 - colour) * opacity / 255);
}

uint8_t* pixel(Image& image, int64_t row, int64_t column) {
  return &image.pixels[(row * image.width + column) * image.channels];
}

/// A ring in the gap around the tile; without a gap, on the tile's own edge.
void draw_frame(Image& image, int64_t top, int64_t left, int64_t height, int64_t width,
                int64_t gap) {
  const int64_t inset = gap > 0 ? 0 : 1;
  const auto inside = [&](int64_t at, int64_t size) { return at >= inset && at < size - inset; };
  for (int64_t row = -gap; row < height + gap; ++row)
    for (int64_t column = -gap; column < width + gap; ++column)
      if (!inside(row, height) || !inside(column, width))
        std::ranges::copy(kFrame, pixel(image, top + row, left + column));
}

struct Layout {
  int64_t rows, columns;  ///< of tiles
  int64_t factor;         ///< pixels of the image for one of an example
};

/// @throws UsageError where the image would be too large
Layout lay_out(const Batch& batch, const GridOptions& options) {
  check(options, batch);
  const auto square = static_cast<int64_t>(std::ceil(std::sqrt(static_cast<double>(batch.count))));
  Layout layout{};
  layout.columns = options.columns > 0 ? options.columns : square;
  layout.rows = (batch.count + layout.columns - 1) / layout.columns;
  const int64_t wide_enough = (options.min_tile + batch.width - 1) / batch.width;
  const int64_t low_enough = kMostTileHeight * options.min_tile / batch.height;
  layout.factor = std::max<int64_t>(1, std::min(wide_enough, low_enough));

  const auto side = [&](int64_t tiles, int64_t pixels) {
    const double tile = static_cast<double>(pixels) * static_cast<double>(layout.factor) +
                        static_cast<double>(options.gap);
    return static_cast<double>(options.gap) + static_cast<double>(tiles) * tile;
  };
  const double height = side(layout.rows, batch.height), width = side(layout.columns, batch.width);
  if (height * width > kMostPixels || std::max(height, width) > kLongestSide)
    throw UsageError(
        "image grid: {} rows and {} columns of {}x{} pixels are too large an image; draw fewer examples",
        layout.rows, layout.columns, batch.width * layout.factor, batch.height * layout.factor);
  return layout;
}

}  // namespace

void check_grid(const Shape& shape, const GridOptions& options) {
  if (!byte_count(shape, 1))
    throw UsageError("image grid: [{}] are too many examples; draw fewer", fmt::join(shape, ", "));
  lay_out(batch_of(shape, static_cast<size_t>(product(shape))), options);
}

Image image_grid(const Shape& shape, std::span<const float> values, const GridOptions& options) {
  const Batch batch = batch_of(shape, values.size());
  const Layout layout = lay_out(batch, options);
  const int64_t columns = layout.columns, factor = layout.factor, gap = options.gap;
  const int64_t height = batch.height * factor, width = batch.width * factor;

  Image image{gap + layout.rows * (height + gap),
              gap + columns * (width + gap),
              options.framed.empty() ? std::min<int64_t>(batch.channels, 3) : 3,
              {}};
  image.pixels.assign(image.height * image.width * image.channels, kGridBackground);

  const auto top = [&](int64_t tile) { return gap + tile / columns * (height + gap); };
  const auto left = [&](int64_t tile) { return gap + tile % columns * (width + gap); };
  for (int64_t tile = 0; tile < batch.count; ++tile)
    for (int64_t row = 0; row < height; ++row)
      for (int64_t column = 0; column < width; ++column)
        for (int64_t channel = 0; channel < image.channels; ++channel) {
          const auto shade_of = [&](int64_t plane) {
            const int64_t source =
                ((tile * batch.channels + plane) * batch.height + row / factor) * batch.width +
                column / factor;
            return shade(values[source], options);
          };
          const uint8_t colour = shade_of(channel % batch.channels);
          pixel(image, top(tile) + row, left(tile) + column)[channel] =
              batch.channels == 4 ? on_white(colour, shade_of(3)) : colour;
        }
  for (int64_t tile : options.framed) draw_frame(image, top(tile), left(tile), height, width, gap);
  return image;
}

}  // namespace gan
