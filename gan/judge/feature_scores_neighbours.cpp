/// The rows of scores on features that look for neighbours: where samples lie, copies, duplicates.

#include <ATen/ATen.h>

#include <algorithm>
#include <cmath>

#include "gan/judge/feature_means.h"
#include "gan/judge/neighbours.h"

namespace gan {
namespace {

constexpr int64_t kQueries = 1000;      // samples whose nearest training example is looked for
constexpr double kRareDistance = 0.01;  // quantile of distances within the reference

bool with_training_features(FeatureSpace& space, const Subject&) {
  return !space.features().slow();
}

// --- Where samples lie ---

/// What follows from all samples together has no interval where they are states of chains.
Measured of_reference(const Tensor& flags, const FeatureComparison& of) {
  Measured out = share_of(flags, 1);
  if (states(of) > 1) out.low = out.high = NAN;
  out.samples = of.overlap().precise.size(0);
  return out;
}

Measured of_samples(Measured measured, const FeatureComparison& of) {
  measured.samples = of.overlap().precise.size(0);
  return measured;
}

Measured precision(FeatureSpace&, const FeatureComparison& of, uint64_t) {
  return of_samples(share_of(of.overlap().precise, states(of)), of);
}

Measured recall(FeatureSpace&, const FeatureComparison& of, uint64_t) {
  return of_reference(of.overlap().recalled, of);
}

Measured density(FeatureSpace&, const FeatureComparison& of, uint64_t) {
  return of_samples(mean_over(of.overlap().density, states(of)), of);
}

Measured coverage(FeatureSpace&, const FeatureComparison& of, uint64_t) {
  return of_reference(of.overlap().covered, of);
}

/// Samples whose nearest training example is looked for: one state of each chain.
Tensor queries(const FeatureComparison& of) {
  const Tensor independent = of.samples().x.slice(0, 0, of.count(), states(of));
  return independent.narrow(0, 0, std::min(kQueries, independent.size(0)));
}

Measured nearest_training(FeatureSpace& space, const FeatureComparison& of, uint64_t) {
  return median_of(nearest(queries(of), space.training()).distance);
}

/// Alaa et al. 2022: a sample is a copy where the training example nearest to it is nearer to it
/// than to any other training example.
Measured authenticity(FeatureSpace& space, const FeatureComparison& of, uint64_t) {
  const Tensor& train = space.training();
  const Neighbours found = nearest(queries(of), train);
  const Tensor own = distance_to_another(found.index, train);
  Measured out = share_of(found.distance > own, 1);
  out.samples = own.size(0);
  return out;
}

/// The share of samples that have another sample nearer than all but 1% of the reference's examples
/// have one, among as many.
Measured duplicates(FeatureSpace&, const FeatureComparison& of, uint64_t) {
  const int64_t samples = of.overlap().nearest_sample.size(0);
  const int64_t examples = of.overlap().nearest_data.size(0), n = std::min(samples, examples);
  const auto some = [n](const Tensor& x) { return x.narrow(0, 0, n); };
  const Overlap same = samples == examples
                           ? of.overlap()
                           : overlap(some(of.samples().x), some(of.reference().x), states(of));
  const Tensor sorted = std::get<0>(same.nearest_data.sort());
  const Tensor threshold = sorted[static_cast<int64_t>(kRareDistance * static_cast<double>(n))];
  Measured out = share_of(same.nearest_sample <= threshold, states(of));
  out.samples = n;
  return out;
}

}  // namespace

const FeatureScore kPrecision = {
    .key = "precision",
    .title = "precision",
    .protocol =
        "share of samples within a ball about a reference example that reaches to its 3rd "
        "neighbour; 95% interval of Clopper and Pearson, given the balls (of chains: none)",
    .higher_is_better = true,
    .percent = true,
    .compared = true,
    .possible = with_reference_features,
    .measure = precision};

const FeatureScore kRecall = {
    .key = "recall",
    .title = "recall",
    .protocol =
        "share of reference examples within a ball about a sample that reaches to its 3rd "
        "neighbour; 95% interval of Clopper and Pearson, given the balls (of chains: none)",
    .higher_is_better = true,
    .percent = true,
    .compared = true,
    .possible = with_reference_features,
    .measure = recall};

const FeatureScore kDensity = {
    .key = "density",
    .title = "density",
    .protocol =
        "balls about reference examples, which reach to their 5th neighbour, that hold a "
        "sample, over 5; 95% interval of Student, given the balls",
    .higher_is_better = true,
    .percent = false,
    .possible = with_reference_features,
    .measure = density};

const FeatureScore kCoverage = {
    .key = "coverage",
    .title = "coverage",
    .protocol =
        "share of reference examples whose ball, which reaches to their 5th neighbour, "
        "holds a sample; 95% interval of Clopper and Pearson, given the samples",
    .higher_is_better = true,
    .percent = true,
    .possible = with_reference_features,
    .measure = coverage};

const FeatureScore kNearestFeatures = {
    .key = "nearest-training-features",
    .title = "nearest training",
    .protocol =
        "median Euclidean distance of the features of 1,000 samples to those of the "
        "training example nearest to each; 95% interval by order statistics",
    .higher_is_better = false,
    .percent = false,
    .unseen_control = true,
    .possible = with_training_features,
    .measure = nearest_training};

const FeatureScore kAuthenticity = {
    .key = "authenticity",
    .title = "authenticity",
    .protocol =
        "share of 1,000 samples that are farther from the training example nearest to them "
        "than that one is from any other; 95% interval of Clopper and Pearson",
    .higher_is_better = true,
    .percent = true,
    .unseen_control = true,
    .possible = with_training_features,
    .measure = authenticity};

const FeatureScore kDuplicates = {
    .key = "duplicates",
    .title = "near duplicates",
    .protocol =
        "share of samples with another sample nearer than the nearest other example is for "
        "99% of the reference; 95% interval of Clopper and Pearson",
    .higher_is_better = false,
    .percent = true,
    .possible = with_reference_features,
    .measure = duplicates};

}  // namespace gan
