#pragma once
/// What a training will keep in memory, estimated from its settings before anything is allocated.

#include "gan/spec/config.h"

namespace gan {

struct MemoryNeed {
  double parameters =
      0;  ///< bytes: weights, gradients, moments, average, and a checkpoint being written
  double batch = 0;  ///< bytes: what one step keeps of its examples until the gradients are known
  double total() const { return parameters + batch; }
};

/// example: the shape of one. Within about a third of what is measured, once the data are loaded;
/// shapes that no machine can hold give numbers that no machine has.
MemoryNeed memory_need(const Config& config, const Shape& example);
inline MemoryNeed memory_need(const Config& config, int64_t dim) {
  return memory_need(config, Shape{dim});
}

inline constexpr int64_t kScoredSamples =
    10000;  ///< that scores are computed from: the published protocol's number

/// Bytes that scoring while training keeps: samples, the copy that Parzen windows need, distances,
/// validation and test examples as numbers; with stop = "indistinguishable", the classifier's
/// examples, too. 0 where nothing is scored (run.evaluate_every = 0). Not at the same time as a
/// batch. valid, test: examples of those splits
double scoring_need(const Config& config, int64_t dim, int64_t valid, int64_t test);

/// Bytes of what a checkpoint must at least hold: the generator's parameters, or the other model's.
double model_bytes(const Config& config, int64_t dim);

}  // namespace gan
