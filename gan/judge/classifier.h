#pragma once
/// A classifier of labelled examples: what reads the class of a sample.

#include <ATen/core/Tensor.h>

#include "gan/core/random.h"
#include "gan/judge/judge.h"
#include "gan/nets/network.h"

namespace gan {

/// A small network, convolutional for images of 8 x 8 and more, that minimises the cross-entropy on
/// the training split for kClassifierEpochs passes; of these the one with the best accuracy on the
/// validation split is kept. A function of the data and the seed.
class Classifier {
 public:
  /// The data of `judge` have labels. @throws DataError where they have none
  Classifier(const Judge& judge, uint64_t seed);

  /// [n, D] judging units -> [n] int64, the most probable class.
  Tensor classes(const Tensor& x);
  /// Share of right answers.
  double accuracy(const Tensor& x, const Tensor& label);

 private:
  Tensor mean_, deviation_;  ///< [1, D], of training examples
  Network network_;
};

inline constexpr int64_t kClassifierEpochs = 4;

Tensor labels_of(const Examples& examples, int64_t first, int64_t count);  ///< [count] int64

}  // namespace gan
