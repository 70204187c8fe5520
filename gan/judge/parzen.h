#pragma once
/// Gaussian Parzen windows: the score of Goodfellow et al. 2014, section 5, by the protocol of the
/// authors' code. A density of real values: never to be compared with the probability of binary
/// images. Training images score less than k-means centres do, so a report shows those controls
/// beside it (baselines/controls.h).

#include <ATen/core/Tensor.h>

#include <vector>

#include "gan/workers/workers.h"

namespace gan {

using at::Tensor;

struct ParzenScore {
  double log_likelihood;  ///< mean over the test examples, nats
  double standard_error;  ///< deviation / sqrt(test_images); leaves out the variance of training
  double sigma;           ///< chosen on the validation examples
  int64_t samples, test_images;
};

/// The protocol's 10 bandwidths, logspace(-1, 0), times the range of the data's values (images in
/// [0, 1]: 1).
std::vector<double> sigma_grid(double range);

/// samples [N, D], valid [V, D], test [T, D], float, in the units that the score is published in.
/// sigma is the best of `grid` for the first 1,000 of `valid`. With `extend` (toys; images never:
/// the published grid) the grid goes on downwards by its ratio while its lowest sigma is the best,
/// for 4 decades at most.
/// @throws UsageError for widths that differ or an impossible grid, DataError for no rows or
/// non-finite samples.
ParzenScore parzen(const Tensor& samples, const Tensor& valid, const Tensor& test,
                   const std::vector<double>& grid, bool extend);

struct ParzenChoice {
  double sigma, log_likelihood;  ///< the mean over the validation examples that chose it, nats
  double standard_error;         ///< of that mean, over those examples
};

/// The first half of it: a score for what is chosen along a training. workers: that share the
/// examples. @throws as parzen
ParzenChoice parzen_choice(const Tensor& samples, const Tensor& valid,
                           const std::vector<double>& grid, bool extend,
                           Workers& workers = alone());

/// ll(x) = logmeanexp_i(-|x - s_i|^2 / 2 sigma^2) - D log(sigma sqrt(2 pi)): [n, D] -> [sigmas, n]
/// float64.
Tensor parzen_log_density(const Tensor& samples, const Tensor& x,
                          const std::vector<double>& sigmas);

}  // namespace gan
