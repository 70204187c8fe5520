#include "gan/data/batches.h"

#include <algorithm>
#include <cassert>

#include "gan/core/error.h"

namespace gan {

BatchOrder::BatchOrder(const Examples& examples, Encoding encoding, int64_t batch_size,
                       uint64_t seed)
    : examples_(examples),
      encoding_(std::move(encoding)),
      batch_size_(batch_size),
      stream_(seed, "batches") {
  if (batch_size < 1) throw UsageError("batch size {}: at least 1 was expected", batch_size);
  if (batch_size > examples.size())
    throw UsageError(
        "batch size {}: the training split has only {} examples; choose a smaller batch",
        batch_size, examples.size());
}

void BatchOrder::read(int64_t number, std::span<float> out, std::span<int64_t> labels,
                      int64_t first_row) {
  const int64_t dim = examples_.dim(), per_epoch = batches_per_epoch(),
                rows = static_cast<int64_t>(out.size()) / dim;
  assert(number >= 0 && first_row >= 0 && first_row + rows <= batch_size_);
  assert(labels.empty() || (labelled() && static_cast<int64_t>(labels.size()) == rows));
  if (const int64_t epoch = number / per_epoch; epoch != epoch_) {
    order_ = stream_.permutation(examples_.size(), static_cast<uint64_t>(epoch));
    epoch_ = epoch;
  }
  const int64_t first = number % per_epoch * batch_size_ + first_row;
  own_.resize(static_cast<size_t>(rows * dim));
  for (int64_t i = 0; i < rows; ++i)
    examples_.read(order_[first + i], std::span(own_).subspan(i * dim, dim));
  own_ = encoding_.encode(std::move(own_));
  std::ranges::copy(own_, out.begin());
  for (size_t i = 0; i < labels.size(); ++i)
    labels[i] = examples_.label(order_[static_cast<size_t>(first) + i]);
}

}  // namespace gan
