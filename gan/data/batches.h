#pragma once
/// Minibatches as a function of (seed, number): nothing to save, nothing to replay.

#include <cstdint>
#include <span>
#include <vector>

#include "gan/core/random.h"
#include "gan/data/dataset.h"

namespace gan {

/// Batch number t of a data set that is reshuffled every epoch; an epoch is size / batch_size whole
/// batches, what remains is left out until the next shuffle.
class BatchOrder {
 public:
  /// @throws UsageError when batch_size exceeds the data.
  BatchOrder(const Examples& examples, Encoding encoding, int64_t batch_size, uint64_t seed);

  int64_t batches_per_epoch() const { return examples_.size() / batch_size_; }
  int64_t batch_size() const { return batch_size_; }
  const Shape& shape() const { return examples_.shape(); }  ///< of one example
  bool labelled() const { return examples_.labelled(); }

  /// Fills out [n, shape...], scaled, and, where examples have labels, labels [n], with the rows of
  /// that batch from `first` on. Remembers the epoch's order: one object for each thread.
  void read(int64_t number, std::span<float> out, std::span<int64_t> labels = {},
            int64_t first = 0);

 private:
  const Examples& examples_;
  Encoding encoding_;
  std::vector<float> own_;  ///< rows that were read
  int64_t batch_size_;
  Stream stream_;
  int64_t epoch_ = -1;
  std::vector<int64_t> order_;
};

}  // namespace gan
