#pragma once
/// First-order optimisers with their schedules. A rate is a function of the step: no state but the moments.

#include <ATen/core/Tensor.h>

#include <functional>
#include <string>
#include <vector>

#include "gan/spec/config.h"

namespace gan {

using at::Tensor;

/// eta(t) of the [optimizer] section for update t (from 0).
double learning_rate(const OptimizerSection& s, double initial, int64_t t);

/// pylearn2's MomentumAdjustor: linear from `momentum` in epoch 1 to `final_momentum` in `momentum_epochs`.
double momentum(const OptimizerSection& s, int64_t epoch);

class Optimizer {
 public:
  Optimizer(const OptimizerSection& section, double initial_rate, std::vector<Tensor> parameters);

  struct When {
    int64_t step;    ///< of training, from 0: decides the rate
    int64_t update;  ///< of this optimiser, from 0: decides Adam's bias correction
    int64_t epoch;   ///< from 1: decides the momentum
  };
  /// parameters <- parameters - ...; gradients in the parameters' order.
  void step(const std::vector<Tensor>& gradients, When when);

  void visit_state(const std::string& prefix, const std::function<void(const std::string&, Tensor&)>& visit);

 private:
  OptimizerSection section_;
  double initial_rate_;
  std::vector<Tensor> parameters_, first_, second_;
};

}  // namespace gan
