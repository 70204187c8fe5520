#pragma once
/// A score that is computed from features: what its row in the table of scores is made from.

#include "gan/judge/feature_space.h"
#include "gan/judge/scores.h"

namespace gan {

struct Measured {
  double value = NAN;            ///< NaN where there was too little to compute it from
  double low = NAN, high = NAN;  ///< 95% interval; NaN where none is known
  double error = NAN;            ///< standard error, where the interval does not say it
  double deviation = NAN;        ///< over repeated computations, where the field prints it
  int64_t samples = 0;           ///< that it was computed from; 0: all that there were
};

struct FeatureScore {
  const char* key;       ///< in JSON and in --scores
  const char* title;     ///< in tables
  const char* protocol;  ///< how it was computed, and what low and high are
  bool higher_is_better;
  bool percent;                 ///< shown so
  bool unseen_control = false;  ///< the control is always test examples
  bool compared = false;        ///< a column of `gan compare`
  bool (*possible)(FeatureSpace& space, const Subject& s);
  Measured (*measure)(FeatureSpace& space, const FeatureComparison& of, uint64_t seed);
};

/// Made when it is first asked for.
FeatureSpace& space_of(const Subject& s);

/// Whether the subject has enough examples for features, and the row says that it is possible.
bool feature_score_applies(const FeatureScore& row, const Subject& s);

/// While training: logged as "<key>_valid" where run.scores names it, and the choice of `best`
/// where that names it first.
void watch_feature_score(const FeatureScore& row, const Subject& s, Scores& out);

/// Of the samples and, unless the cache folder keeps it, of the control.
ScoreReport feature_score(const FeatureScore& row, const Subject& s);

// feature_scores.cpp, feature_scores_neighbours.cpp
extern const FeatureScore kFrechet, kFrechetInfinity, kKernel, kPrecision, kRecall, kDensity,
    kCoverage, kClassifierScore, kClassFrechet, kNearestFeatures, kAuthenticity, kDuplicates,
    kFeatureTwoSample;

template <const FeatureScore& row>
bool applies_of(const Subject& s) {
  return feature_score_applies(row, s);
}

template <const FeatureScore& row>
void watch_of(const Subject& s, int64_t, Scores& out) {
  watch_feature_score(row, s, out);
}

template <const FeatureScore& row>
ScoreReport compute_of(const Subject& s) {
  return feature_score(row, s);
}

}  // namespace gan
