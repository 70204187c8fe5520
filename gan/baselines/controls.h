#pragma once
/// What needs no learning of a density and yet scores: generators to judge beside every model.
/// Training images and k-means centres beat most of the published Parzen scores (Theis et al.
/// 2015).

#include <ATen/core/Tensor.h>

#include "gan/model/generative_model.h"

namespace gan {

/// The given rows in a random order, each once before any comes again (then in another order).
class TrainingImages : public GenerativeModel {
 public:
  explicit TrainingImages(
      const Tensor& examples);  ///< [N, D], scaled. @throws DataError when empty
  Tensor sample(int64_t n, uint64_t seed, int64_t first = 0) override;
  void visit_state(const StateVisitor& visit) override { visit("model.examples", examples_); }

 private:
  Tensor examples_;  // [N, D]
};

struct KMeansOptions {
  int64_t centres = 1000;
  int64_t iterations = 30;  ///< at most: it ends when no example changes its centre
  uint64_t seed = 1;
};

/// Lloyd's algorithm from random distinct examples; a centre that loses all its examples moves to
/// one of those that are farthest from theirs. Samples are the centres, as TrainingImages gives its
/// rows.
class KMeans : public GenerativeModel {
 public:
  /// examples [N, D], scaled. @throws UsageError for more centres than examples
  KMeans(const Tensor& examples, const KMeansOptions& options);
  Tensor sample(int64_t n, uint64_t seed, int64_t first = 0) override;
  void visit_state(const StateVisitor& visit) override { visit("model.centres", centres_); }

  const Tensor& centres() const { return centres_; }  ///< [centres, D]
  double distortion() const {
    return distortion_;
  }  ///< mean squared distance to the centre, at the last assignment
  int64_t iterations() const { return iterations_; }  ///< done

 private:
  Tensor centres_;
  double distortion_ = 0;
  int64_t iterations_ = 0;
};

class MeanImage : public GenerativeModel {
 public:
  explicit MeanImage(const Tensor& examples);  ///< [N, D], scaled. @throws DataError when empty
  Tensor sample(int64_t n, uint64_t seed, int64_t first = 0) override;
  void visit_state(const StateVisitor& visit) override { visit("model.mean", mean_); }

 private:
  Tensor mean_;  // [1, D]
};

}  // namespace gan
