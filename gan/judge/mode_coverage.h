#pragma once
/// Which modes of a toy density a generator has found.

#include <ATen/core/Tensor.h>

#include <span>

namespace gan {

using at::Tensor;

struct ModeCoverage {
  int64_t modes, covered;
  double within;         ///< share of the samples that are within
  double spread_within;  ///< spread of those within about their modes, over the truth's: 1 for the
                         ///< truth, 0 for its centres; NaN where none is within
  double kl;  ///< KL(shares of the modes || uniform), nats; 0 when all are equally frequent,
              ///< log(modes) at worst
};

/// A sample belongs to its nearest mode, and is within when at most 3 deviations away from it
/// (Euclidean distance; of a 2-D Gaussian's own samples 98.9% are). A mode is covered when at least
/// n / (20 modes) samples are within of it: a twentieth of its fair share. The shares count every
/// sample. The spread within is the root mean square distance to the nearest mode of all samples
/// that are within, over that of a Gaussian of this deviation that is cut off at 3 deviations, too
/// (of 2-D: .974 sqrt(2) deviations): collapse inside modes, which no other number here notices.
/// samples [n, d]; modes [modes, d], flat, as Toy::modes() gives them.
/// @throws UsageError for modes that do not fit, DataError for no samples or non-finite ones.
ModeCoverage mode_coverage(const Tensor& samples, std::span<const float> modes, double deviation);

/// KL(share || equal shares), nats; share [modes] float64, which sum to 1.
double divergence_from_equal(const Tensor& share);

}  // namespace gan
