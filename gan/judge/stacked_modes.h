#pragma once
/// Which of the 1,000 modes of stacked MNIST a generator has found (protocol of Srivastava et al.
/// 2017 and of Lin, Khetan, Fanti, Oh 2018).

#include <ATen/core/Tensor.h>

namespace gan {

using at::Tensor;

struct StackedModes {
  int64_t modes, covered;
  double kl;  ///< KL(shares of the modes || uniform), nats: sum p ln(p modes)
};

/// digits [n, channels] int64: the class, of `classes`, that a classifier reads in each channel. A
/// mode is one combination of them, and is covered when one sample or more shows it.
/// @throws DataError for no samples
StackedModes stacked_modes(const Tensor& digits, int64_t classes);

}  // namespace gan
