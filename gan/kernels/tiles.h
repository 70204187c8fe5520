#pragma once
/// How the members of a team divide a layer between products and the passes that follow them.

#include <algorithm>

#include "gan/kernels/aligned.h"
#include "gan/kernels/team.h"

namespace gan::kernels {

/// Tiles of a product that stay in a core's own cache from the product to the pass that follows it.
constexpr int64_t kTileRows = 256, kTileColumns = 128, kGrain = 8;

/// body(row, rows, unit, units) for each tile of this member's part of the units of a layer.
template <class Body>
void each_tile(const Team& team, int64_t rows, int64_t units, int64_t pieces, Body body) {
  const auto [begin, end] = team.share(units, kGrain);
  const int64_t most = std::max(kGrain, kTileColumns / pieces / kGrain * kGrain);
  for (int64_t unit = begin; unit < end; unit += most)
    for (int64_t row = 0; row < rows; row += kTileRows)
      body(row, std::min(kTileRows, rows - row), unit, std::min(most, end - unit));
}

/// The elements of a buffer that is made to hold n of them, or more.
template <class Vector>
typename Vector::value_type* sized(Vector& buffer, int64_t n) {
  if (buffer.size() < static_cast<size_t>(n)) buffer.resize(static_cast<size_t>(n));
  return buffer.data();
}

}  // namespace gan::kernels
