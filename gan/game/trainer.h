#pragma once
/// The two players and their training: Algorithm 1 of Goodfellow et al. (2014).

#include <memory>
#include <optional>
#include <string>
#include <vector>

#include "gan/game/adaptive.h"
#include "gan/game/augmentation.h"
#include "gan/game/discriminator_pass.h"
#include "gan/game/generator.h"
#include "gan/game/value_functions.h"
#include "gan/model/learner.h"
#include "gan/model/setup.h"
#include "gan/nets/network.h"
#include "gan/optim/optimizer.h"

namespace gan {

class Trainer : public Learner, public Discriminates {
 public:
  /// @throws UsageError when G's output or D's answer does not fit.
  explicit Trainer(const Setup& setup);

  std::vector<Stage> stages() const override { return {{"", config_.training.steps}}; }
  int64_t batches_per_step() const override;
  std::optional<Division> division() const override;
  /// d_loss, g_loss, D(x), D(G(z)), and where D's inputs are transformed, augment_p
  Scalars step(int64_t step, Batches& data) override;
  Scalars watch(const Batch& real) override;  ///< gradient norms, dead units, spread
  void visit_state(const StateVisitor& visit) override;
  Treatment treat(const Treatment& treatment) override;
  int64_t revive(int64_t step) override;
  std::string advice_on_divergence() const override {
    return "Try a lower training.learning_rate, or a penalty (game.r1, game.r2)";
  }
  GenerativeModel& model() override { return averaged_ ? *averaged_ : G_; }

  /// A D that judges packs sees each example as a pack of copies.
  Tensor discriminate(const Tensor& x, const Tensor& label = {}) const override;
  bool asks_for_labels() const override { return sees_labels(config_.discriminator.layers); }

 private:
  /// Step t of training, and in it the pass (from 0): updates of D, then that of G. Random draws
  /// depend on both.
  struct Place {
    int64_t t, pass;
  };
  /// Losses and D's answers to the parts of a minibatch.
  struct Answers {
    std::vector<Tensor> loss, real, fake;
    void add(const Tensor& loss_of_part, const DiscriminatorPass& a);
  };

  Scalars step_alternating(int64_t t, Batches& data);
  Scalars step_simultaneous(int64_t t, const Batch& data);
  Answers update_D(const Batch& data, Place at);
  Answers update_G(const Batch& data, Place at);
  std::vector<Batch> parts_of(const Batch& batch) const;
  Tensor d_loss(const DiscriminatorPass& a, const Batch& data) const;
  Tensor g_loss(const DiscriminatorPass& a, const Batch& data) const;
  /// As many samples as `data` has examples, each of the same number in the whole minibatch.
  std::unique_ptr<Tape> generate(const Batch& data, Place at);
  /// D's answers to the examples of `data`, unless its x is undefined, to the samples s, and to the
  /// further points of penalties.
  DiscriminatorPass ask_D(const Batch& data, const Tensor& s, Place at,
                          const std::vector<WeightedPenalty>& penalties = {},
                          const Tensor& data_deviation = {});
  Pass pass_of(const Batch& data, const Stream& noise, int64_t t) const;
  /// The same numbers as packs, as D sees them: [B, ...] -> [B / pack, ...].
  Tensor packs(const Tensor& x) const;
  double augmentation_at(int64_t t) const;  ///< its probability
  void limit_D(const std::vector<WeightedPenalty>& penalties);
  UpdateTime when(int64_t t, int64_t update) const;
  UpdateTime when_D(int64_t t, int64_t update) const;
  /// real, fake: logits of D, in which `even` says nothing; in a relative game against each other.
  Tensor for_data(const Tensor& real, const Tensor& fake) const;
  Scalars report(const Answers& d, const Answers& g, int64_t t) const;

  const Config settings_;
  Config config_;  ///< the settings under `treatment_`
  Treatment treatment_;
  Workers& workers_;
  int64_t batches_per_epoch_;
  at::Device device_;
  const ValueFunction& game_;
  Stream noise_;
  Augmenter augmenter_;
  std::optional<AdaptiveProbability> adaptive_;
  Generator G_;
  Network D_;
  std::unique_ptr<Generator> averaged_;
  Optimizer g_optimizer_, d_optimizer_;
  const kernels::Format precision_;
  bool knows_penalties_ = false;  ///< D's fused engine
  Batch watched_;                 ///< the newest that watch() saw
};

// The family's row in gan/families.cpp:
std::string unsupported_by_fused(const Config& config);  ///< "" where the fused engine can train it
int64_t adversarial_steps(const Config& config, int64_t batches_per_epoch);
std::unique_ptr<GenerativeModel> unread_generator(const Setup& setup);

}  // namespace gan
