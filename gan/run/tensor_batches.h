#pragma once
/// The minibatches of a data set as tensors, for a learner's steps.

#include <ATen/ATen.h>

#include <span>

#include "gan/data/batches.h"
#include "gan/model/learner.h"

namespace gan {

class TensorBatches : public Batches {
 public:
  /// Whole minibatches.
  TensorBatches(BatchOrder& order, at::Device device) : TensorBatches(order, device, {}, alone()) {}
  /// This worker's rows of them.
  TensorBatches(BatchOrder& order, at::Device device, const Division& division, Workers& workers)
      : order_(order),
        rows_(workers.share(order.batch_size() / division.parts, division.block)),
        parts_(division.parts),
        device_(device) {
    const int64_t all = order.batch_size() / parts_;
    Shape shape{rows_.count * parts_};
    shape.insert(shape.end(), order.shape().begin(), order.shape().end());
    x_ = at::empty(shape, at::kFloat);
    if (order.labelled()) label_ = at::empty({rows_.count * parts_}, at::kLong);
    share_ = static_cast<double>(rows_.count) / static_cast<double>(all);
  }
  double share() const { return share_; }  ///< of the examples of all workers
  void seek(int64_t number) { number_ = number; }
  Batch next() override {
    const int64_t numbers = x_.numel() / parts_, all = order_.batch_size() / parts_;
    for (int64_t part = 0; part < parts_; ++part) {
      const std::span<float> x(x_.data_ptr<float>() + part * numbers, static_cast<size_t>(numbers));
      std::span<int64_t> label;
      if (label_.defined())
        label = {label_.data_ptr<int64_t>() + part * rows_.count, static_cast<size_t>(rows_.count)};
      order_.read(number_, x, label, part * all + rows_.first);
    }
    ++number_;
    return {.x = x_.to(device_),
            .label = label_.defined() ? label_.to(device_) : Tensor(),
            .first = rows_.first,
            .share = share_};
  }

 private:
  BatchOrder& order_;
  Share rows_;  ///< of each part
  int64_t parts_, number_ = 0;
  double share_ = 1;
  Tensor x_;      // [B, shape...]
  Tensor label_;  // [B], or undefined
  at::Device device_;
};

}  // namespace gan
