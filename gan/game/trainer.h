#pragma once
/// The two players and their training: Algorithm 1 of Goodfellow et al. (2014).

#include <memory>
#include <vector>

#include "gan/game/generator.h"
#include "gan/game/look.h"
#include "gan/game/value_functions.h"
#include "gan/model/learner.h"
#include "gan/nets/network.h"
#include "gan/optim/optimizer.h"
#include "gan/spec/config.h"

namespace gan {

/// What a learner must know of the data before it sees any.
struct DataFacts {
  int64_t dim = 0;  ///< D: numbers an example
  Shape shape;      ///< of an example; empty: [dim]
  int64_t batches_per_epoch = 1;
  Tensor marginals;  ///< [D], means of the scaled training data
  at::Device device = at::kCPU;
  Shape example() const { return shape.empty() ? Shape{dim} : shape; }
};

class Trainer : public Learner {
 public:
  /// @throws UsageError when G's output or D's answer does not fit.
  Trainer(const Config& config, const DataFacts& facts);

  std::vector<Stage> stages() const override { return {{"", config_.training.steps}}; }
  int64_t batches_per_step() const override;
  Scalars step(int64_t step, Batches& data) override;  ///< d_loss, g_loss, D(x), D(G(z))
  Scalars watch(const Tensor& real) override;          ///< gradient norms, dead units, spread
  void visit_state(const StateVisitor& visit) override;
  GenerativeModel& model() override { return averaged_ ? *averaged_ : G_; }

  Tensor discriminate(const Tensor& x) const;  ///< [B, D] -> logits [B] on the CPU, no gradient

 private:
  Scalars step_alternating(int64_t t, Batches& data);
  Scalars step_simultaneous(int64_t t, const Tensor& x);
  std::unique_ptr<Tape> generate(int64_t n, int64_t t, int64_t pass);
  Look look(const Tensor& x, const Tensor& s, int64_t t, int64_t pass);  ///< x may be undefined
  void update_D(Look& look, const Tensor& loss, PenaltyWeights weights, int64_t t, int64_t update);
  void update_G(Tape& made, const Tensor& slope_in_samples, int64_t t);
  Optimizer::When when(int64_t t, int64_t update) const;
  Scalars report(const Tensor& d_loss, const Tensor& g_loss, const Tensor& real,
                 const Tensor& fake) const;

  Config config_;
  DataFacts facts_;
  const ValueFunction& game_;
  Stream noise_;
  Generator G_;
  Network D_;
  bool one_pass_;  ///< D sees data and samples as one batch: no layer of it looks across examples
  std::unique_ptr<Generator> averaged_;
  Optimizer g_optimizer_, d_optimizer_;
};

}  // namespace gan
