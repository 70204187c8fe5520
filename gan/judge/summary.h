#pragma once
/// A mean with its uncertainty.

#include <ATen/core/Tensor.h>

#include <span>

namespace gan {

using at::Tensor;

struct MeanError {
  double mean;
  double standard_error;  ///< deviation / sqrt(n); 0 of one value
};

/// Over test examples, [n]: the deviation is numpy's std, divided by n, as in the protocol of the
/// authors' code.
MeanError mean_error(const Tensor& values);

/// Over few repetitions (fits, seeds, draws): the deviation is divided by n - 1, or it would be too
/// small.
struct Spread {
  double mean = 0;
  double deviation = 0;  ///< of one repetition, not of their mean; 0 of one value
};
Spread spread_of(std::span<const double> values);

}  // namespace gan
