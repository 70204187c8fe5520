#pragma once
/// D's answers to data and samples, and the ways back from a loss that is made of them.

#include <memory>
#include <vector>

#include "gan/game/penalties.h"
#include "gan/nets/descent.h"
#include "gan/nets/tape.h"

namespace gan {

/// What D saw, in this order: packs of data, packs of samples, and of each penalty that has some,
/// further points.
struct DiscriminatorRows {
  int64_t data = 0, samples = 0, further = 0;
  double share = 1;  ///< of those of all workers
};

class DiscriminatorPass {
 public:
  /// [B] logits each, to build losses on; real is undefined where D saw only samples.
  Tensor real, fake;
  /// [B, classes] logits of the classes each, where D has more outputs than one.
  Tensor real_classes, fake_classes;

  DiscriminatorPass(std::unique_ptr<Tape> tape, DiscriminatorRows rows);

  Tensor for_samples(const Tensor& loss);  ///< d loss / d samples, [B, in...] of D
  /// The part of an update of D by loss + penalties, which were those that `rows` counts points of;
  /// the last use.
  void descend(const Tensor& loss, const std::vector<WeightedPenalty>& penalties, Descent& descent);

 private:
  Tensor coefficients_of(const std::vector<WeightedPenalty>& penalties);

  std::unique_ptr<Tape> tape_;
  DiscriminatorRows rows_;
  Tensor on_data_, on_samples_;  // [B, outputs]
};

}  // namespace gan
