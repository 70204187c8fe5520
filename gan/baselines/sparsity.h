#pragma once
/// A target for the share of the time that hidden units are on (Hinton 2010, section 11).

#include <ATen/core/Tensor.h>

#include <vector>

#include "gan/kernels/team.h"
#include "gan/workers/workers.h"

namespace gan {

class Sparsity {
 public:
  Sparsity() = default;  ///< no target
  Sparsity(int64_t units, double target, double cost);

  /// Updates the average of how often units are on: h [rows, units], rows with negative factors
  /// that add up to -1 over all workers. A team shares the units; `sums` holds as many floats as
  /// one member has units, and is overwritten.
  void update(kernels::Team& team, int64_t rows, const float* factor, const float* h, float* sums,
              Workers& workers = alone());

  /// [units], to be subtracted from what a unit is where weights and biases learn from it: the
  /// slope of its cross-entropy to the target, in its input, is activity - target. nullptr without
  /// a target.
  const float* shift() const { return shift_.empty() ? nullptr : shift_.data(); }
  at::Tensor& activity() {
    return activity_;
  }  ///< [units]: how often each is on, averaged over steps; undefined without a target

 private:
  double target_ = 0, cost_ = 0;
  at::Tensor activity_;
  std::vector<float> shift_;
  at::Tensor sums_;  ///< [units], over all workers
};

}  // namespace gan
