#pragma once
/// A restricted Boltzmann machine of binary data by noise-contrastive estimation, in minibatches:
/// -F(v) is its log p0.

#include <memory>
#include <vector>

#include "gan/baselines/mixture/mixture.h"
#include "gan/baselines/nce/nce.h"
#include "gan/baselines/rbm/rbm.h"
#include "gan/optim/optimizer.h"

namespace gan {

/// log p0(v) = -F(v) of a machine with binary units; its parameters are the machine's own memory.
class RbmDensity : public Unnormalised {
 public:
  explicit RbmDensity(Rbm& model);
  Tensor log_density(const Tensor& v) const override;  ///< [N, V] float32 -> [N]
  std::vector<Tensor> parameters() const override { return {w_, b_, c_}; }

 private:
  Tensor w_, b_, c_;
};

/// Steps in which the noise itself is trained: the first of all.
int64_t noise_steps(const NceSection& section, int64_t batches_per_epoch);

/// The noise is the product of the data's marginals, with which the machine itself starts (W = 0);
/// or a Bernoulli mixture, which a first stage of training fits by EM. A step sees one minibatch
/// and nu times as many fresh examples of noise: they are a function of (seed, step), so none need
/// be kept, and what is learnt from them is not one sample's accident. The papers draw the noise
/// once, as `fit_nce` has it.
class NceTrainer : public Learner {
 public:
  /// Noise that is a mixture begins at mixture_start, or at an example for each component: start
  /// [K, V].
  explicit NceTrainer(const Setup& setup);
  NceTrainer(const Setup& setup, const Tensor& start);

  std::vector<Stage> stages() const override;  ///< training.steps cuts them off
  /// Of the noise: log_likelihood. Then nce_loss, before the update. @throws DataError when the
  /// batch is not binary
  Scalars step(int64_t step, Batches& data) override;
  /// noise_accuracy, pull (NceState; on fresh noise), gradient: norm of the newest one.
  Scalars watch(const Batch& real) override;
  void visit_state(const StateVisitor& visit) override;
  std::optional<Division> division() const override { return Division{}; }
  void join_state() override {
    if (mixture_) mixture_->join_state();
  }
  void divide_state() override {
    if (mixture_) mixture_->divide_state();
  }
  Rbm& model() override { return model_; }

  double log_normaliser() const {
    return c_.item<double>();
  }                                         ///< c: about -log Z, where the estimate is good
  Tensor log_ratio(const Tensor& x) const;  ///< u = log p_m - log p_n: [N, V] -> [N] float64
  const Noise& noise() const { return noise_; }

 private:
  std::vector<Tensor> parameters() const;                 ///< of the density, then c
  Tensor draw_noise(const Batch& data, int64_t t) const;  ///< nu for each example of step t
  int64_t noise_steps() const { return gan::noise_steps(section_, batches_per_epoch_); }

  NceSection section_;
  int64_t steps_, batches_per_epoch_, batch_size_;
  Workers& workers_;
  uint64_t noise_seed_;
  Rbm model_;
  RbmDensity density_;
  Tensor c_;                                 // [] float32
  std::unique_ptr<MixtureTrainer> mixture_;  // where the noise is one
  std::unique_ptr<BernoulliMixture> marginals_;
  Noise noise_;
  Optimizer optimizer_;
};

// The family's row in gan/families.cpp:
int64_t nce_steps(const Config& config, int64_t batches_per_epoch);
std::unique_ptr<GenerativeModel> unread_nce(const Setup& setup);

}  // namespace gan
