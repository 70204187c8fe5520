#pragma once
/// First-order optimisers. Their rates are functions of the step (schedules.h): no state but the
/// moments.

#include <ATen/core/Tensor.h>

#include <functional>
#include <memory>
#include <optional>
#include <string>
#include <vector>

#include "gan/kernels/updates.h"
#include "gan/spec/config.h"
#include "gan/workers/gradient_sum.h"

namespace gan {

using at::Tensor;

/// m <- momentum m + (1 - momentum) g, and the parameters move by -rate m (the published code of
/// Bengio et al. 2014).
struct AveragedMomentum {
  double rate, momentum;
};

/// Where an update stands in the training.
struct UpdateTime {
  int64_t step;      ///< of training, from 0: decides the rate
  int64_t update;    ///< of this optimiser, from 0: decides Adam's bias correction
  int64_t epoch;     ///< from 1: decides the momentum
  double scale = 1;  ///< of the rate
};

class Optimizer {
 public:
  /// Where there are several workers, all gradients that it is given are parts of sums over them.
  Optimizer(const OptimizerSection& section, double initial_rate, std::vector<Tensor> parameters,
            Workers& workers = alone());
  Optimizer(const AveragedMomentum& rule, std::vector<Tensor> parameters,
            Workers& workers = alone());

  /// parameters <- parameters - ...; gradients in the parameters' order.
  void step(const std::vector<Tensor>& gradients, UpdateTime when);

  /// The same in parts, while each is still in a cache: elements [first, first + n) of one
  /// parameter, which must be contiguous float32 on the CPU, and their bfloat16 copies at `shadow`,
  /// unless that is nullptr. By several threads. Among several workers the parameters stay as they
  /// are until finish().
  void step_part(size_t parameter, int64_t first, int64_t n, const float* gradient, void* shadow,
                 UpdateTime when) const;
  /// After all parts, which had gradients of so many squares in sum. True where only now the
  /// parameters have moved, and shadows are old.
  bool finish(UpdateTime when, double squares);

  /// From now on. The method stays.
  void set(const OptimizerSection& section) { section_ = section; }

  std::optional<double> gradient_norm() const;  ///< of the newest update
  std::optional<double> step_norm() const;  ///< by how much the newest update moved the parameters
  double parameter_norm() const;

  void visit_state(const std::string& prefix,
                   const std::function<void(const std::string&, Tensor&)>& visit);

 private:
  double rate(UpdateTime when) const;
  kernels::AdamRates adam_rates(UpdateTime when) const;
  void update(size_t parameter, const Tensor& gradient, UpdateTime when);

  OptimizerSection section_;
  bool averaged_ = false;
  double initial_rate_;
  std::vector<Tensor> parameters_, first_, second_, gradients_;
  std::optional<double> squares_;     ///< where there are no `gradients_`
  std::optional<UpdateTime> newest_;  ///< update
  std::unique_ptr<GradientSum> sum_;  ///< over several workers
};

}  // namespace gan
