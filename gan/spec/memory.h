#pragma once
/// What a training will keep in memory, estimated from its settings before anything is allocated.

#include "gan/data/data_spec.h"
#include "gan/spec/config.h"

namespace gan {

struct MemoryNeed {
  double parameters =
      0;  ///< bytes: weights, gradients, moments, average, and a checkpoint being written
  double batch = 0;  ///< bytes: what one step keeps of its examples until the gradients are known
  double total() const { return parameters + batch; }
};

/// Within about a third of what is measured, once the data are loaded; networks of images in the
/// fused engine within a tenth, where the batch is most of it. Shapes that no machine can hold give
/// numbers that no machine has. run.engine and run.precision decide it, too; "auto" counts as the
/// reference engine.
MemoryNeed memory_need(const Config& config, const DataSpec& data);

inline constexpr int64_t kScoredSamples =
    10000;  ///< that scores are computed from: the published protocol's number

/// Bytes that scoring while training keeps: samples, the copy that Parzen windows need, distances,
/// validation and test examples as numbers; with stop = "indistinguishable", the classifier's
/// examples, too. 0 where nothing is scored (run.evaluate_every = 0). Not at the same time as a
/// batch. valid, test: examples of those splits
double scoring_need(const Config& config, int64_t dim, int64_t valid, int64_t test);

/// Bytes of what a checkpoint must at least hold: the generator's parameters, or the other model's.
double model_bytes(const Config& config, const DataSpec& data);

// For the estimates of families:

inline constexpr double kBytesOfFloat = 4;

/// Copies of the parameters that the optimizer keeps beside them.
inline double moments_of(const OptimizerSection& optimizer) {
  return optimizer.method == Method::adam ? 2 : 1;
}

/// Weights of binary units once more in both directions, rows beginning at cache lines: RbmWeights.
/// Floats.
double laid_out_weights(double visible, double hidden);

}  // namespace gan
