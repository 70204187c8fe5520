#pragma once
/// The two players and their training: Algorithm 1 of Goodfellow et al. (2014).

#include <memory>
#include <string>
#include <vector>

#include "gan/game/discriminator_pass.h"
#include "gan/game/generator.h"
#include "gan/game/value_functions.h"
#include "gan/model/learner.h"
#include "gan/model/setup.h"
#include "gan/nets/network.h"
#include "gan/optim/optimizer.h"

namespace gan {

class Trainer : public Learner {
 public:
  /// @throws UsageError when G's output or D's answer does not fit.
  explicit Trainer(const Setup& setup);

  std::vector<Stage> stages() const override { return {{"", config_.training.steps}}; }
  int64_t batches_per_step() const override;
  Scalars step(int64_t step, Batches& data) override;  ///< d_loss, g_loss, D(x), D(G(z))
  Scalars watch(const Batch& real) override;           ///< gradient norms, dead units, spread
  void visit_state(const StateVisitor& visit) override;
  bool scale_rates(double factor) override;
  int64_t revive(int64_t step) override;
  std::string advice_on_divergence() const override {
    return "Try a lower training.learning_rate, or a penalty (game.r1, game.r2)";
  }
  GenerativeModel& model() override { return averaged_ ? *averaged_ : G_; }

  /// x [B, D], label [B] where D sees labels -> logits [B] on the CPU, no gradient.
  Tensor discriminate(const Tensor& x, const Tensor& label = {}) const;
  bool asks_for_labels() const { return sees_labels(config_.discriminator.layers); }  ///< D does

 private:
  Scalars step_alternating(int64_t t, Batches& data);
  Scalars step_simultaneous(int64_t t, const Batch& data);
  /// As many samples as `data` has examples, each of the same number in the whole minibatch.
  std::unique_ptr<Tape> generate(const Batch& data, int64_t t, int64_t pass);
  /// D's answers to the examples of `data`, unless its x is undefined, and to the samples s.
  DiscriminatorPass ask_D(const Batch& data, const Tensor& s, int64_t t, int64_t pass);
  Pass pass_of(const Batch& data, const Stream& noise, int64_t t) const;
  void update_D(DiscriminatorPass& asked, const Tensor& loss, PenaltyWeights weights, int64_t t,
                int64_t update);
  void update_G(Tape& made, const Tensor& slope_in_samples, int64_t t);
  UpdateTime when(int64_t t, int64_t update) const;
  Scalars report(const Tensor& d_loss, const Tensor& g_loss, const Tensor& real,
                 const Tensor& fake) const;

  Config config_;
  int64_t batches_per_epoch_;
  at::Device device_;
  const ValueFunction& game_;
  Stream noise_;
  Generator G_;
  Network D_;
  std::unique_ptr<Generator> averaged_;
  Optimizer g_optimizer_, d_optimizer_;
  double rate_scale_ = 1;
  Batch watched_;  ///< the newest that watch() saw
};

// The family's row in gan/families.cpp:
std::string unsupported_by_fused(const Config& config);  ///< "" where the fused engine can train it
int64_t adversarial_steps(const Config& config, int64_t batches_per_epoch);
std::unique_ptr<GenerativeModel> unread_generator(const Setup& setup);

}  // namespace gan
