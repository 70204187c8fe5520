#pragma once
/// Batch normalisation of the reference network, by the moments over the rows of all workers.

#include "gan/nets/network.h"

namespace gan {

struct RunningMoments {
  Tensor mean, variance;  ///< [C], moved where a pass is of training
  double momentum, epsilon;
};

/// gain * (h - mean) / sqrt(variance + epsilon) + bias: h [B, C, ...]; gain and bias [C], or
/// undefined.
Tensor normalised(const Tensor& h, const Tensor& gain, const Tensor& bias,
                  const RunningMoments& running, const Pass& pass);

}  // namespace gan
