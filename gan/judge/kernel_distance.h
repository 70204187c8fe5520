#pragma once
/// The kernel distance of Binkowski et al. 2018: the squared maximum mean discrepancy with the
/// kernel (x.y / F + 1)^3 on features of F numbers.

#include <ATen/core/Tensor.h>

namespace gan {

using at::Tensor;

/// The unbiased estimate from x [n, F] and y [m, F], of at least two independent vectors each. In x
/// so many consecutive vectors are of one chain: pairs of them do not count.
double squared_mmd(const Tensor& x, const Tensor& y, int64_t states_per_chain = 1);

struct KernelDistance {
  double value;      ///< the mean over 100 random subsets of min(1,000, n, m) vectors of each
  double deviation;  ///< over those subsets, divided by their number: what the field prints
  /// 95% interval of the distance between the distributions, by Student's t over 10 disjoint parts
  /// of each set. It may hold 0, and negative numbers: the estimate is unbiased.
  double low, high;
  double standard_error;  ///< of those parts' mean
};

/// Of x [n, F] and y [m, F]; subsets and parts are drawn by `seed`. In x so many consecutive
/// vectors are of one chain, and stand in one part. @throws UsageError for widths that differ,
/// DataError of fewer than 20 vectors
KernelDistance kernel_distance(const Tensor& x, const Tensor& y, uint64_t seed,
                               int64_t states_per_chain = 1);

}  // namespace gan
