#pragma once
/// Mixture of products of Bernoullis by expectation-maximisation (Bishop 2006, section 9.3.3): the
/// simplest likelihood that binary images are held against (Salakhutdinov & Hinton 2009).

#include <ATen/core/Tensor.h>

#include <memory>

#include "gan/model/generative_model.h"
#include "gan/model/learner.h"
#include "gan/model/setup.h"

namespace gan {

/// p(x) = sum_k w_k prod_d m_kd^x_d (1 - m_kd)^(1 - x_d), x in {0, 1}^D.
class BernoulliMixture : public GenerativeModel, public Likelihood {
 public:
  /// means [K, D], log_weights [K]; to be read back, any of the right size will do.
  BernoulliMixture(const Tensor& means, const Tensor& log_weights);

  /// Binary draws, 0 or 1, not the components' means: the model is over binary images.
  Tensor sample(int64_t n, uint64_t seed, int64_t first = 0) override;
  void visit_state(const StateVisitor& visit) override;

  Kind kind() const override { return Kind::exact; }
  /// float64. @throws DataError when x is not binary
  Tensor log_probability(const Tensor& x) override;

  /// log (w_k p(x | k)): [B, D] -> [B, K], float32.
  Tensor log_joint(const Tensor& x) const;

  void set(const Tensor& means, const Tensor& log_weights);
  const Tensor& means() const { return means_; }              ///< [K, D] float64, in (0, 1)
  const Tensor& log_weights() const { return log_weights_; }  ///< [K] float64

 private:
  void prepare();  // what follows from means and weights

  Tensor means_, log_weights_;
  Tensor logits_;                      // [D, K]: log p(x, k) = x logits + offsets
  Tensor offsets_;                     // [K]
  Tensor fast_logits_, fast_offsets_;  // the same in float32
};

/// EM over the whole data set: a step does the E-step of one minibatch, and every
/// `batches_per_epoch` steps, when each example has been seen once, an M-step follows. The mode
/// under Beta(1 + pseudo_count, 1 + pseudo_count) on each pixel and Dirichlet(2) on the weights, so
/// no component dies and no probability is 0 or 1.
class MixtureTrainer : public Learner {
 public:
  /// start [components, D]: training examples, one for each component; its mean starts between that
  /// example and their average, a little apart from any equal one (by `seed`). Data are binary.
  /// @throws UsageError when start does not fit, DataError when it or a batch is not binary
  MixtureTrainer(const MixtureSection& section, int64_t steps, int64_t batches_per_epoch,
                 const Tensor& start, uint64_t seed, Workers& workers = alone());
  explicit MixtureTrainer(const Setup& setup);  ///< starts at mixture_start

  std::vector<Stage> stages() const override { return {{.name = "", .steps = steps_}}; }
  Scalars step(int64_t step,
               Batches& data) override;  ///< log_likelihood: mean of the batch, before any update
  void visit_state(const StateVisitor& visit) override;
  BernoulliMixture& model() override { return model_; }

  std::optional<Division> division() const override { return Division{}; }
  void join_state() override;    ///< sums since the last M-step
  void divide_state() override;  ///< one worker keeps them

 private:
  void maximise();

  MixtureSection section_;
  Workers& workers_;
  int64_t steps_, batches_per_epoch_;
  BernoulliMixture model_;
  Tensor counts_;  // [K] float64: sum of responsibilities since the last M-step
  Tensor sums_;    // [K, D] float64: the same, weighted by x
};

/// Training examples for the components to start at, [components, D]: distinct, chosen by the seed.
Tensor mixture_start(const Setup& setup);

// The family's row in gan/families.cpp:
std::unique_ptr<GenerativeModel> unread_mixture(const Setup& setup);

}  // namespace gan
