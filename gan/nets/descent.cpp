#include "gan/nets/descent.h"

#include <ATen/ATen.h>

namespace gan {

void Descent::add(Tape& tape, const Tensor& slope, const Tensor& penalty) {
  if (parts_ == 1) return tape.descend(slope, penalty, optimizer_, when_);
  const double share = 1 / static_cast<double>(parts_);
  const std::vector<Tensor> gradients =
      tape.parameters(slope * share, penalty.defined() ? penalty * share : penalty);
  for (size_t i = 0; i < gradients.size(); ++i)
    if (added_ == 0)
      sums_.push_back(gradients[i].clone());  // a tape's tensors are overwritten by the next one's
    else
      sums_[i].add_(gradients[i]);
  if (++added_ == parts_) optimizer_.step(sums_, when_);
}

}  // namespace gan
