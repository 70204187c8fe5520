#pragma once
/// What a learner, or a model that is read back, is made from.

#include <ATen/core/Tensor.h>

#include <functional>
#include <span>

#include "gan/data/data_spec.h"
#include "gan/kernels/products.h"
#include "gan/spec/config.h"
#include "gan/workers/workers.h"

namespace gan {

struct Setup {
  Config config;  ///< resolved: engine, precision, steps
  DataSpec data;
  int64_t batches_per_epoch = 1;
  at::Tensor means = {};  ///< [D], of the scaled training data, where the family needs them
  at::Device device = at::kCPU;
  /// Training examples of these numbers, [n, D] scaled. Empty where a model is read back.
  std::function<at::Tensor(std::span<const int64_t> numbers)> examples = {};
  Workers* workers = &alone();  ///< that learn together

  kernels::Format precision() const {  ///< of products' operands
    return config.run.precision == Precision::bf16 ? kernels::Format::bf16 : kernels::Format::fp32;
  }
};

/// training.steps, or as many as training.epochs come to. @throws UsageError where that is not one
/// step, or more than can be counted
int64_t steps_asked_for(const Config& config, double steps_per_epoch);

}  // namespace gan
