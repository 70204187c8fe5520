#pragma once
/// The minibatches of a data set as tensors, for a learner's steps.

#include <ATen/ATen.h>

#include <span>

#include "gan/data/batches.h"
#include "gan/model/learner.h"

namespace gan {

class TensorBatches : public Batches {
 public:
  TensorBatches(BatchOrder& order, at::Device device) : order_(order), device_(device) {
    Shape shape{order.batch_size()};
    shape.insert(shape.end(), order.shape().begin(), order.shape().end());
    x_ = at::empty(shape, at::kFloat);
    if (order.labelled()) label_ = at::empty({order.batch_size()}, at::kLong);
  }
  void seek(int64_t number) { number_ = number; }
  Batch next() override {
    const std::span<float> x(x_.data_ptr<float>(), static_cast<size_t>(x_.numel()));
    if (!label_.defined()) {
      order_.read(number_++, x);
      return {.x = x_.to(device_)};
    }
    order_.read(number_++, x, {label_.data_ptr<int64_t>(), static_cast<size_t>(label_.numel())});
    return {.x = x_.to(device_), .label = label_.to(device_)};
  }

 private:
  BatchOrder& order_;
  int64_t number_ = 0;
  Tensor x_;      // [B, shape...]
  Tensor label_;  // [B], or undefined
  at::Device device_;
};

}  // namespace gan
