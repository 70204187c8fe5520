/// The rows of scores that are computed from features.

#include <ATen/ATen.h>

#include <algorithm>
#include <cmath>

#include "gan/judge/binomial.h"
#include "gan/judge/feature_score.h"
#include "gan/judge/kernel_distance.h"
#include "gan/judge/neighbours.h"
#include "gan/judge/student.h"
#include "gan/judge/summary.h"
#include "gan/judge/two_sample.h"

namespace gan {
namespace {

constexpr double kConfidence = 0.95;
constexpr int64_t kQueries = 1000;          // samples whose nearest training example is looked for
constexpr double kRareDistance = 0.01;      // quantile of distances within the reference
constexpr int64_t kSplits = 10;             // of the classifier score (Salimans et al. 2016)
constexpr int64_t kFewest = 40, kFits = 3;  // examples of the reference; two-sample tests

// --- What is possible ---

bool always(FeatureSpace&, const Subject&) {
  return true;
}

bool with_reference_features(FeatureSpace& space, const Subject& s) {
  return space.reference_has_features() && space.samples(s).reference().x.size(0) >= kFewest;
}

/// Subsets of a quarter have a covariance of full rank, and no sample depends on another.
bool with_subsets(FeatureSpace& space, const Subject& s) {
  const FeatureSet& samples = space.samples(s).samples();
  return samples.states_per_chain == 1 && samples.x.size(0) / 4 > samples.x.size(1);
}

bool with_training_features(FeatureSpace& space, const Subject&) {
  return !space.features().slow();
}

bool with_classes(FeatureSpace& space, const Subject& s) {
  return space.samples(s).samples().probabilities.defined();
}

bool with_labels(FeatureSpace& space, const Subject& s) {
  return space.samples(s).samples().labels.defined() &&
         space.samples(s).reference().labels.defined();
}

// --- Means and their intervals ---

/// The mean of values [n], of which so many consecutive ones are of one chain: Student's interval
/// over chains.
Measured mean_over(const Tensor& values, int64_t states) {
  const int64_t chains = values.size(0) / states;
  const Tensor means =
      values.narrow(0, 0, chains * states).to(at::kDouble).view({chains, states}).mean(1);
  const double mean = means.mean().item<double>();
  const auto freedom = static_cast<double>(chains - 1);
  const double half = student_quantile(kConfidence, freedom) * means.std().item<double>() /
                      std::sqrt(static_cast<double>(chains));
  return {mean, mean - half, mean + half};
}

/// A share: Clopper and Pearson's interval where all are independent.
Measured share_of(const Tensor& flags, int64_t states) {
  if (states > 1) return mean_over(flags, states);
  const int64_t right = flags.sum().item<int64_t>(), n = flags.size(0);
  const Interval interval = clopper_pearson(right, n, kConfidence);
  return {static_cast<double>(right) / static_cast<double>(n), interval.low, interval.high};
}

int64_t states(const FeatureComparison& of) {
  return of.samples().states_per_chain;
}

// --- Distances between distributions ---

Measured frechet(FeatureSpace&, const FeatureComparison& of, uint64_t) {
  const FrechetDistance d = frechet_distance(of.samples().x, of.sample_moments(), of.reference().x,
                                             of.reference_moments());
  if (states(of) > 1 || std::isnan(d.standard_error)) return {d.value};
  const double half = 1.96 * d.standard_error;
  return {d.value, std::max(0.0, d.value - half), d.value + half, d.standard_error};
}

Measured infinity(FeatureSpace&, const FeatureComparison& of, uint64_t seed) {
  return {frechet_infinity(of.samples().x, of.reference_moments(), seed)};
}

Measured kernel(FeatureSpace&, const FeatureComparison& of, uint64_t seed) {
  const KernelDistance d = kernel_distance(of.samples().x, of.reference().x, seed, states(of));
  return {d.value, d.low, d.high, d.standard_error};
}

/// The mean over classes with more examples on both sides than an example has features.
Measured class_frechet(FeatureSpace&, const FeatureComparison& of, uint64_t) {
  const FeatureSet &samples = of.samples(), &reference = of.reference();
  std::vector<double> distances;
  const int64_t classes = reference.labels.max().item<int64_t>() + 1;
  for (int64_t c = 0; c < classes; ++c) {
    const auto those = [&](const FeatureSet& set) {
      return set.x.index_select(0, set.labels.eq(c).nonzero().flatten());
    };
    const Tensor x = those(samples), y = those(reference);
    if (std::min(x.size(0), y.size(0)) <= x.size(1)) continue;
    distances.push_back(frechet_distance(moments_of(x), moments_of(y)));
  }
  return {distances.empty() ? NAN : spread_of(distances).mean};
}

Measured two_sample(FeatureSpace&, const FeatureComparison& of, uint64_t seed) {
  const Tensor &x = of.samples().x, &y = of.reference().x;
  const int64_t n = std::min(x.size(0), y.size(0));
  if (!too_few_for_two_samples(n, states(of)).empty()) return {};
  const TwoSampleResult r = two_sample_test(y.narrow(0, 0, n), x.narrow(0, 0, n), seed,
                                            {.fits = kFits, .states_per_chain = states(of)});
  return {r.accuracy, r.low, r.high};
}

// --- Where samples lie ---

Measured precision(FeatureSpace&, const FeatureComparison& of, uint64_t) {
  return share_of(of.overlap().precise, states(of));
}

Measured recall(FeatureSpace&, const FeatureComparison& of, uint64_t) {
  return share_of(of.overlap().recalled, 1);
}

Measured density(FeatureSpace&, const FeatureComparison& of, uint64_t) {
  return mean_over(of.overlap().density, states(of));
}

Measured coverage(FeatureSpace&, const FeatureComparison& of, uint64_t) {
  return share_of(of.overlap().covered, 1);
}

/// exp of the mean KL(p(y|x) || p(y)), over 10 splits: mean, and Student's interval over them.
Measured classifier_score(FeatureSpace&, const FeatureComparison& of, uint64_t) {
  const Tensor all = of.samples().probabilities.to(at::kDouble);
  std::vector<double> scores;
  for (const Tensor& p : all.chunk(kSplits)) {
    const Tensor marginal = p.mean(0, true);
    const Tensor kl = (at::xlogy(p, p) - at::xlogy(p, marginal)).sum(1).mean();
    scores.push_back(kl.exp().item<double>());
  }
  const Spread spread = spread_of(scores);
  const auto splits = static_cast<double>(scores.size());
  const double half =
      student_quantile(kConfidence, splits - 1) * spread.deviation / std::sqrt(splits);
  return {spread.mean, spread.mean - half, spread.mean + half};
}

/// Samples whose nearest training example is looked for: one state of each chain.
Tensor queries(const FeatureComparison& of) {
  const Tensor independent = of.samples().x.slice(0, 0, of.count(), states(of));
  return independent.narrow(0, 0, std::min(kQueries, independent.size(0)));
}

/// The median, and the order statistics that hold that of the distribution with 95%.
Measured median_of(const Tensor& values) {
  const Tensor sorted = std::get<0>(values.sort());
  const int64_t n = sorted.size(0);
  const auto reach = static_cast<int64_t>(std::ceil(1.96 * std::sqrt(static_cast<double>(n)) / 2));
  const int64_t below = std::max<int64_t>(0, (n - 1) / 2 - reach);
  return {sorted[(n - 1) / 2].item<double>(), sorted[below].item<double>(),
          sorted[n - 1 - below].item<double>()};
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
  return share_of(found.distance > own, 1);
}

/// The share of samples that have another sample nearer than all but 1% of the reference's examples
/// have one, among as many.
Measured duplicates(FeatureSpace&, const FeatureComparison& of, uint64_t) {
  const int64_t samples = of.overlap().nearest_sample.size(0);
  const int64_t examples = of.overlap().nearest_data.size(0), n = std::min(samples, examples);
  const auto some = [n](const Tensor& x) { return x.narrow(0, 0, n); };
  const Overlap same =
      samples == examples ? of.overlap() : overlap(some(of.samples().x), some(of.reference().x));
  const Tensor sorted = std::get<0>(same.nearest_data.sort());
  const Tensor threshold = sorted[static_cast<int64_t>(kRareDistance * static_cast<double>(n))];
  return share_of(same.nearest_sample <= threshold, states(of));
}

}  // namespace

const FeatureScore kFrechet = {
    .key = "frechet",
    .title = "Fréchet distance",
    .protocol =
        "squared Fréchet distance of Gaussians with the moments of the features, "
        "covariances divided by n - 1; 95% interval by the delta method, about the "
        "expected distance of as many samples",
    .higher_is_better = false,
    .percent = false,
    .compared = true,
    .possible = always,
    .measure = frechet};

const FeatureScore kFrechetInfinity = {
    .key = "frechet-infinity",
    .title = "Fréchet, n = ∞",
    .protocol = "Fréchet distance extrapolated to infinitely many samples, by a line over 1 / n",
    .higher_is_better = false,
    .percent = false,
    .possible = with_subsets,
    .measure = infinity};

const FeatureScore kKernel = {
    .key = "kernel",
    .title = "kernel distance",
    .protocol =
        "squared maximum mean discrepancy, kernel (x.y / F + 1)^3, unbiased, mean of 100 "
        "subsets of 1,000 or all; 95% interval by Student's t over 10 disjoint parts",
    .higher_is_better = false,
    .percent = false,
    .possible = with_reference_features,
    .measure = kernel};

const FeatureScore kPrecision = {
    .key = "precision",
    .title = "precision",
    .protocol =
        "share of samples within a ball about a reference example that reaches to its 3rd "
        "neighbour; 95% interval of Clopper and Pearson, given the balls",
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
        "neighbour; 95% interval of Clopper and Pearson, given the balls",
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

const FeatureScore kClassifierScore = {
    .key = "classifier-score",
    .title = "classifier score",
    .protocol =
        "exp of the mean KL divergence of p(class | sample) from p(class), as the Inception "
        "score has it, over 10 splits; 95% interval of Student over them",
    .higher_is_better = true,
    .percent = false,
    .possible = with_classes,
    .measure = classifier_score};

const FeatureScore kClassFrechet = {
    .key = "class-frechet",
    .title = "per-class Fréchet",
    .protocol =
        "mean over classes of the Fréchet distance between the samples and the reference "
        "examples of the class",
    .higher_is_better = false,
    .percent = false,
    .possible = with_labels,
    .measure = class_frechet};

const FeatureScore kFeatureTwoSample = {
    .key = "two-sample-features",
    .title = "two-sample, feat.",
    .protocol =
        "accuracy of fresh classifiers of the features on samples and reference examples "
        "that they have not seen; the interval holds the 95% interval of each of 3",
    .higher_is_better = false,
    .percent = true,
    .possible = with_reference_features,
    .measure = two_sample};

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
