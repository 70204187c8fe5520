#pragma once
/// The Fréchet distance between two Gaussians, squared (Dowson & Landau 1982), as Heusel et al.
/// 2017 compare generators by it.

#include <ATen/core/Tensor.h>

#include "gan/judge/moments.h"

namespace gan {

/// |m1 - m2|^2 + tr(S1) + tr(S2) - 2 tr((S1^1/2 S2 S1^1/2)^1/2), from the eigenvalues of a
/// symmetric matrix: covariances that are singular, as those of few vectors are, are no exception.
/// @throws UsageError for moments of different sizes, DataError for moments that are not finite
double frechet_distance(const Moments& a, const Moments& b);

/// The distance of samples x from a reference, and how much it would differ between sets of the
/// same sizes.
struct FrechetDistance {
  double value;
  /// By the delta method: the variance over the vectors of the distance's derivative in the
  /// direction of each, divided by their number. Where both sets have one distribution, it is
  /// sqrt(2) times too large. NaN where a set has no more vectors than numbers in a vector: its
  /// covariance is singular. The error is about the expected distance of sets of these sizes, which
  /// is above that of the distributions by a bias of order 1 / n: see frechet_infinity().
  double standard_error;
};

/// x [n, F]; y [m, F], or undefined where only the reference's moments are known, which are then
/// taken as exact. @throws as above
FrechetDistance frechet_distance(const Tensor& x, const Moments& of_x, const Tensor& y,
                                 const Moments& of_y);

/// The distance that infinitely many samples would have (Chong & Forsyth 2020): a line through the
/// distances of subsets of 8 sizes from n / 4 to n, over 1 / size, read at 0. The subsets are drawn
/// by `seed`. The bias that comes from the reference's own number stays.
/// @throws DataError of fewer than 40 samples
double frechet_infinity(const Tensor& x, const Moments& reference, uint64_t seed);

}  // namespace gan
