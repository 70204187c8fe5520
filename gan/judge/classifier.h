#pragma once
/// A classifier of labelled examples: what reads the class of a sample.

#include <ATen/core/Tensor.h>

#include <functional>
#include <memory>
#include <string>
#include <string_view>

#include "gan/core/files.h"
#include "gan/core/random.h"
#include "gan/judge/judge.h"
#include "gan/nets/network.h"

namespace gan {

/// A small network, convolutional for images of 8 x 8 and more, that minimises the cross-entropy on
/// the training split for kClassifierEpochs passes; of these the one with the best accuracy on the
/// validation split is kept. A function of the data and the seed.
class Classifier {
 public:
  /// Trains. The data of `judge` have labels. @throws DataError where they have none
  Classifier(const Judge& judge, uint64_t seed);
  /// The one that write() wrote. @throws DataError for bytes that are no classifier of these data
  Classifier(const Judge& judge, std::string_view bytes);
  std::string write();  ///< a safetensors file

  /// [n, D] judging units -> [n] int64, the most probable class.
  Tensor classes(const Tensor& x);
  /// [n, D] judging units -> [n, classes], each row sums to 1.
  Tensor probabilities(const Tensor& x);
  /// [n, D] judging units -> [n, feature_count()], what the last layer sees.
  Tensor features(const Tensor& x);
  int64_t feature_count() const;

  /// Share of right answers.
  double accuracy(const Tensor& x, const Tensor& label);
  double validation_accuracy() const;
  const NetworkSpec& layers() const { return network_.spec(); }  ///< to the logits
  /// How examples in their own units come to the network. to_judging: as of DataSet::judging().
  Scaling seen(const Scaling& to_judging) const;
  std::string hash() const { return hash_; }  ///< of everything that it learned, in hex

 private:
  Classifier(const Judge& judge, const Stream& init);  ///< untrained

  void finish();  ///< gives `body_` the weights of `network_`, and notes their hash
  void train(const Judge& judge, uint64_t seed);
  void take_moments(const Judge& judge, int64_t n);
  double accuracy_on_validation(const Judge& judge);
  void visit_state(const std::function<void(const std::string&, Tensor&)>& visit);
  Tensor through(Network& network, const Tensor& x);

  Tensor mean_, deviation_;  ///< [1, D], of training examples
  Tensor right_;             ///< [] float32: the share of right answers on the validation split
  std::string hash_;
  Network network_;  ///< to the logits
  Network body_;     ///< to what the last layer of network_ sees
};

inline constexpr int64_t kClassifierEpochs = 4;

/// [count] int64; undefined where the examples have no labels.
Tensor labels_of(const Examples& examples, int64_t first, int64_t count);

/// Of seed 0, once for a judge: from the folder `cache` where it is kept there, else trained and
/// kept there; an empty `cache` keeps none. say: hears that it is trained. @throws DataError where
/// there are no labels
std::shared_ptr<Classifier> kept_classifier(const Judge& judge, const Path& cache,
                                            const std::function<void(const std::string&)>& say);

}  // namespace gan
