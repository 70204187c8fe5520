#pragma once
/// Sums of Gaussian windows, by the calling thread alone: where Parzen windows spend what products
/// leave.

#include <cstdint>
#include <span>

namespace gan::kernels {

/// sums[j] = sum over i of exp(exponents[j] (squared[i] - nearest)), nearest = the smallest of
/// squared, which it returns. exponents are -1 / 2 sigma^2; a term below e^-87 counts as that. A
/// number that is not finite shows in the sums.
float sum_windows(std::span<const float> squared, std::span<const float> exponents, double* sums);

}  // namespace gan::kernels
