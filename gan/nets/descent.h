#pragma once
/// One update of a network by the gradients of several passes.

#include <vector>

#include "gan/nets/tape.h"
#include "gan/optim/optimizer.h"

namespace gan {

/// A minibatch may pass through a network in equal parts, one after another. The update is that of
/// the mean of the parts' objectives, which is the objective of the whole minibatch where this is a
/// mean over examples.
class Descent {
 public:
  Descent(Optimizer& optimizer, UpdateTime when, int64_t parts)
      : optimizer_(optimizer), when_(when), parts_(parts) {}

  /// The next part: slope and penalty as Tape::parameters takes them. The last one makes the
  /// update.
  void add(Tape& tape, const Tensor& slope, const Tensor& penalty = {});

 private:
  Optimizer& optimizer_;
  UpdateTime when_;
  int64_t parts_, added_ = 0;
  std::vector<Tensor> sums_;
};

}  // namespace gan
