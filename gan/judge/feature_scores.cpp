/// The rows of scores that are computed from features: distances between distributions.

#include <ATen/ATen.h>

#include <algorithm>
#include <cmath>

#include "gan/judge/feature_means.h"
#include "gan/judge/kernel_distance.h"
#include "gan/judge/student.h"
#include "gan/judge/summary.h"
#include "gan/judge/two_sample.h"

namespace gan {
namespace {

constexpr int64_t kSplits = 10;  // of the classifier score (Salimans et al. 2016)
constexpr int64_t kFits = 3;     // two-sample tests

// --- What is possible ---

bool always(FeatureSpace&, const Subject&) {
  return true;
}

/// Subsets of a quarter have a covariance of full rank, and no sample depends on another.
bool with_subsets(FeatureSpace& space, const Subject& s) {
  const FeatureSet& samples = space.samples(s).samples();
  return samples.states_per_chain == 1 && samples.x.size(0) / 4 > samples.x.size(1);
}

bool with_classes(FeatureSpace& space, const Subject& s) {
  return space.samples(s).samples().probabilities.defined();
}

bool with_labels(FeatureSpace& space, const Subject& s) {
  return space.samples(s).samples().labels.defined() &&
         space.samples(s).reference().labels.defined();
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
  return {.value = d.value,
          .low = d.low,
          .high = d.high,
          .error = d.standard_error,
          .deviation = d.deviation};
}

/// The mean over classes, each with more examples on both sides than an example has features.
Measured class_frechet(FeatureSpace&, const FeatureComparison& of, uint64_t) {
  const FeatureSet &samples = of.samples(), &reference = of.reference();
  std::vector<double> distances;
  const int64_t classes = reference.labels.max().item<int64_t>() + 1;
  int64_t used = 0;
  for (int64_t c = 0; c < classes; ++c) {
    const auto those = [&](const FeatureSet& set) {
      return set.x.index_select(0, set.labels.eq(c).nonzero().flatten());
    };
    const Tensor x = those(samples), y = those(reference);
    if (y.size(0) == 0) continue;
    if (std::min(x.size(0), y.size(0)) <= x.size(1)) return {};  // a mean of some would mislead
    used += x.size(0);
    distances.push_back(frechet_distance(moments_of(x), moments_of(y)));
  }
  return {.value = spread_of(distances).mean, .samples = used};
}

Measured two_sample(FeatureSpace&, const FeatureComparison& of, uint64_t seed) {
  const Tensor &x = of.samples().x, &y = of.reference().x;
  const int64_t n = std::min(x.size(0), y.size(0));
  if (!too_few_for_two_samples(n, states(of)).empty()) return {};
  const TwoSampleResult r = two_sample_test(y.narrow(0, 0, n), x.narrow(0, 0, n), seed,
                                            {.fits = kFits, .states_per_chain = states(of)});
  return {.value = r.accuracy, .low = r.low, .high = r.high, .samples = n};
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
  const double half = student_quantile(0.95, splits - 1) * spread.deviation / std::sqrt(splits);
  return {spread.mean, spread.mean - half, spread.mean + half};
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

}  // namespace gan
