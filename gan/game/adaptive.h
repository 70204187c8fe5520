#pragma once
/// The probability of augmentation, where it follows D (Karras et al. 2020, "Training generative
/// adversarial networks with limited data", section 3.1).

#include <ATen/core/Tensor.h>

#include "gan/model/generative_model.h"
#include "gan/workers/workers.h"

namespace gan {

using at::Tensor;

/// r = E sign(D(x)) on data is 0 where D cannot tell data from samples, and 1 where it knows all of
/// the data by heart. After every 4 updates of D, p moves up if r was above 0.6 in these, and down
/// if it was below, by (examples seen) / images. It stays between 0 and 0.8, because beyond that
/// the transformations themselves appear in samples.
class AdaptiveProbability {
 public:
  static constexpr double kTarget = 0.6, kMost = 0.8;
  static constexpr int64_t kUpdates = 4;

  explicit AdaptiveProbability(int64_t images);

  double p() const;
  /// D's answers to data in one update of it, counted from the logit that says nothing: [n]. Of so
  /// many examples. Both of this worker.
  void saw(const Tensor& answers, int64_t examples, Workers& workers = alone());
  void visit_state(const StateVisitor& visit);

 private:
  double images_;
  Tensor p_;      // [1] float64
  Tensor since_;  // [4] float64, since p moved: signs, answers, examples, updates
};

}  // namespace gan
