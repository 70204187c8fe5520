#pragma once
/// Penalties and limits on D: a row each in the table of penalties.cpp. Penalties, value functions
/// and networks are independent choices, and penalties add up.

#include <ATen/core/Tensor.h>

#include <span>
#include <string_view>
#include <vector>

#include "gan/core/random.h"
#include "gan/nets/network.h"
#include "gan/spec/config.h"

namespace gan {

using at::Tensor;

/// What further points are made from: data and samples as D sees them, and random draws that depend
/// on the number of each in the whole minibatch.
struct Surroundings {
  Tensor data, samples;  ///< [B, in...]
  Tensor deviation;      ///< of all numbers of the whole minibatch of data, []
  Stream noise;
  uint64_t step;
  int64_t first;  ///< number of row 0 in the whole minibatch
};

struct Penalty {
  enum class At { data, samples, further_points, parameters };

  std::string_view name;  ///< its key in [game]
  std::string_view source;
  At at;                                       ///< where D's slopes are taken
  double (*weight)(const Config&, int64_t t);  ///< at step t of training; 0: left out
  /// Of slopes: weight (|dD/dx| - 1)^2, or else weight / 2 |dD/dx|^2, averaged over the examples.
  bool norm_of_one = false;
  Tensor (*points)(const Surroundings&) = nullptr;     ///< [B, in...], where they are further ones
  void (*limit)(Network& D, double weight) = nullptr;  ///< after an update, where it is no penalty
};

std::span<const Penalty> penalties();

struct WeightedPenalty {
  const Penalty* row;
  double weight;
};

/// Those of an update of D (from 0) in step t of training. Where penalties on slopes come in every
/// n-th update alone, their weight is n times as large (Karras et al. 2020, StyleGAN2, appendix B).
std::vector<WeightedPenalty> penalties_of(const Config& config, int64_t t, int64_t update);

/// Further points of each penalty that has some, [B, in...] each.
std::vector<Tensor> further_points(const std::vector<WeightedPenalty>& active,
                                   const Surroundings& surroundings);

/// Coefficients c, one for each of these slopes, so that
///   sum_b c_b / 2 |slope_b|^2, with c taken for a constant,
/// has the gradient of the penalty. slopes: [n, in...] = dD/dx. (|g| - 1)^2 has the same gradient
/// as (1 - 1 / |g|) |g|^2 with a constant in brackets. share: of these slopes of those of all
/// workers
Tensor coefficients(const WeightedPenalty& penalty, const Tensor& slopes, double share = 1);

/// Of all numbers in the x of all workers together: 0-d.
Tensor whole_deviation(const Tensor& x, Workers& workers);

}  // namespace gan
