#pragma once
/// How far samples lie where data lie, and how far they cover them: improved precision and recall
/// (Kynkaanniemi et al. 2019), density and coverage (Naeem et al. 2020).

#include <ATen/core/Tensor.h>

namespace gan {

using at::Tensor;

/// What the four scores are means of. A ball is about one vector and reaches to its k-th nearest
/// neighbour in its own set, itself not counted: k = 3 for precision and recall, whose balls
/// include their surface, k = 5 for density and coverage, whose balls do not.
struct Overlap {
  Tensor precise;         ///< [n] bool: the sample is in a ball about a data vector
  Tensor recalled;        ///< [m] bool: the data vector is in a ball about a sample
  Tensor density;         ///< [n] float32: balls about data vectors that hold the sample, over k
  Tensor covered;         ///< [m] bool: the ball about this data vector holds a sample
  Tensor nearest_sample;  ///< [n] float32: distance of a sample to the nearest other sample
  Tensor nearest_data;    ///< [m] float32: distance of a data vector to the nearest other one
};

/// samples [n, F], of which so many consecutive ones are states of one chain, and no neighbours of
/// one another; data [m, F]: distances are Euclidean, computed tile by tile, so memory does not
/// grow with n m. @throws UsageError for widths that differ, DataError for fewer than 6
/// data vectors or 5 samples of other chains, and for numbers that are not finite
Overlap overlap(const Tensor& samples, const Tensor& data, int64_t states_per_chain = 1);

}  // namespace gan
