#pragma once
/// Examples side by side, pixel by pixel.

#include <cstdint>
#include <span>
#include <vector>

#include "gan/io/array.h"
#include "gan/io/png.h"

namespace gan {

struct GridOptions {
  int64_t columns = 0;      ///< 0: as square as the number of examples allows
  float low = 0, high = 1;  ///< drawn black and white; beyond is clipped, NaN is drawn as `low`
  int64_t gap = 2;          ///< pixels of background between tiles and around them all
  int64_t min_tile =
      56;  ///< tiles are enlarged by a whole factor until they are this wide, or 16 times as high
  /// Tiles with a coloured frame in the gap around them (e.g. training images); without a gap, on
  /// their edge.
  std::vector<int64_t> framed = {};
};

inline constexpr uint8_t kGridBackground =
    176;  ///< grey of the gaps and of places without an example

/// `values` is [N, H, W] or [N, C, H, W], C = 1, 3, or 4: colours and opacity, drawn on white. The
/// image is grey unless it has colours or a tile is framed.
/// @throws DataError when shape and values do not fit, UsageError on options that make no picture,
/// or too large a one
Image image_grid(const Shape& shape, std::span<const float> values,
                 const GridOptions& options = {});

/// What image_grid would complain of, before there are any values. @throws as image_grid
void check_grid(const Shape& shape, const GridOptions& options = {});

}  // namespace gan
