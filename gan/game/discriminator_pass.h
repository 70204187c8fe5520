#pragma once
/// D's answers to data and samples, and the ways back from a loss that is made of them.

#include <memory>

#include "gan/game/penalties.h"
#include "gan/nets/tape.h"

namespace gan {

class DiscriminatorPass {
 public:
  Tensor real,
      fake;  ///< [B] logits each, to build losses on; real is undefined where D saw only samples

  /// tape: over data and samples together, data first.
  DiscriminatorPass(std::unique_ptr<Tape> tape, int64_t data, int64_t samples);

  Tensor for_samples(const Tensor& loss);  ///< d loss / d samples, [B, D]
  void descend(const Tensor& loss, PenaltyWeights weights, Optimizer& optimizer,
               UpdateTime when);  ///< an update of D by loss + penalty; the last use

 private:
  std::unique_ptr<Tape> tape_;
  int64_t data_, samples_;
};

}  // namespace gan
