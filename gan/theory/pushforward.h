#pragma once
/// The distribution of x = G(z) for z in one dimension, by change of variables: p_g(x) is the sum
/// of p_z(z) / |G'(z)| over all z with G(z) = x. Nothing is sampled, so the result has no noise.

#include <cstdint>
#include <span>
#include <vector>

namespace gan {

/// Noise of one dimension on a grid: points in ascending order, and the probability between each
/// and the next.
struct NoiseGrid {
  std::vector<double> z;     ///< [n]
  std::vector<double> mass;  ///< [n - 1], sums to 1
};

NoiseGrid normal_noise(
    int64_t points);  ///< N(0, 1) from -8 to 8; the rest, 1e-15, is in the outermost intervals
NoiseGrid uniform_noise(int64_t points);  ///< uniform with variance 1: from -sqrt 3 to sqrt 3

/// Cells of x, all of the same width, side by side.
struct Cells {
  double low;  ///< where the first one begins
  double width;
  int64_t count;
  double middle(int64_t cell) const { return low + width * (static_cast<double>(cell) + 0.5); }
};

/// `count` cells from `low` to `high`.
Cells cells_between(double low, double high, int64_t count);

/// Cells whose middles are `count` points from `first` to `last`, both included; count is at
/// least 2.
Cells cells_around(double first, double last, int64_t count);

/// The probability of each cell under x = G(z). `x`: G at the grid's points, in the same order.
/// Between two points G is taken for a line, so the mass of each interval of z lies evenly between
/// its two images: folds add up by themselves. Mass outside all cells, or between images that are
/// not finite, is left out.
std::vector<double> push_forward(const NoiseGrid& noise, std::span<const double> x,
                                 const Cells& cells);

}  // namespace gan
