#pragma once
/// Held-out data as scores see them, and how examples get there.

#include <ATen/core/Tensor.h>

#include <memory>

#include "gan/data/dataset.h"
#include "gan/data/variety.h"

namespace gan {

using at::Tensor;

class Classifier;

/// So many that their values take about 32 MB, at most 1,000.
int64_t examples_a_block(int64_t dim);

Tensor rows_of(const Examples& examples, int64_t first, int64_t count);  ///< [count, D] own units
Tensor encoded(const Encoding& encoding, const Examples& examples);      ///< all of them, [N, D]

/// The held-out data in judging units ([0, 1] for images).
class Judge {
 public:
  explicit Judge(const DataSet& data);  ///< which must outlive it

  Tensor units(const Tensor& own) const;    ///< [n, ...] own units -> [n, D]
  Tensor units_in_place(Tensor own) const;  ///< the same, over the values given

  bool binary() const;  ///< binarised data, or images of 0 and 1 alone
  const DataSet& data() const { return data_; }
  const Variety& variety() const { return variety_; }  ///< without any, no score has a meaning
  const Tensor& valid() const { return valid_; }       ///< the first 1,000, which choose sigma
  const Tensor& test() const;                          ///< read when it is first asked for
  /// Where the classifier of these data (kept_classifier() in classifier.h), or of what they are
  /// stacked from, is left for all scores.
  std::shared_ptr<Classifier>& classifier() const { return classifier_; }

 private:
  const DataSet& data_;
  Scaling units_;
  Variety variety_;
  Tensor valid_;
  mutable Tensor test_;
  mutable std::shared_ptr<Classifier> classifier_;
};

/// Samples in judging units that are not binary beside data that are: they are taken for means.
bool are_means(const Judge& judge, const Tensor& samples);
/// Each number becomes 1 with a probability of itself, else 0.
Tensor drawn(const Tensor& means, uint64_t seed);

}  // namespace gan
