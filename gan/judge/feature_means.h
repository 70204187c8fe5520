#pragma once
/// What several scores on features are made from: means of values of samples, and their intervals.

#include "gan/judge/feature_score.h"

namespace gan {

/// Of these samples: so many consecutive ones are of one chain.
int64_t states(const FeatureComparison& of);

/// The mean of values [n], of which so many consecutive ones are of one chain: Student's interval
/// over chains.
Measured mean_over(const Tensor& values, int64_t states);

/// A share: Clopper and Pearson's interval where all are independent.
Measured share_of(const Tensor& flags, int64_t states);

/// The median of values [n], and the order statistics that hold that of the distribution with 95%.
Measured median_of(const Tensor& values);

/// Whether a row of features is possible: more than moments of the reference are known.
bool with_reference_features(FeatureSpace& space, const Subject& s);

}  // namespace gan
