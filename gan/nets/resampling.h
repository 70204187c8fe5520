#pragma once
/// What upsampling and downsampling share.

#include <ATen/core/Tensor.h>

namespace gan {

/// The filter [1, 3, 3, 1] along each side, for each channel of x [B, C, H, W]: [C, 1, 4, 4], whose
/// sum is `sum`.
at::Tensor smoothing_filter(const at::Tensor& x, double sum);

}  // namespace gan
