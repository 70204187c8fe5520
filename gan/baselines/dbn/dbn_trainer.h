#pragma once
/// Trains a deep belief network: greedily, layer by layer, then, where so asked, all of it by the
/// up-down algorithm, a contrastive kind of wake-sleep (Hinton, Osindero, Teh 2006, section 5 and
/// appendix B).

#include <memory>
#include <string>
#include <vector>

#include "gan/baselines/dbn/dbn.h"
#include "gan/baselines/stack_trainer.h"
#include "gan/optim/optimizer.h"

namespace gan {

class DbnTrainer : public Learner {
 public:
  explicit DbnTrainer(const Setup& setup);

  std::vector<Stage> stages() const override { return stages_; }
  /// A layer's step gives what RbmTrainer's does. Up-down gives wake_error, the squared error of v
  /// drawn down from its own x_1, and sleep_error, that of x_1 told from the v that it drew, both
  /// of means.
  Scalars step(int64_t step, Batches& data) override;
  Scalars watch(const Batch& real) override;
  void visit_state(const StateVisitor& visit) override;
  std::string advice_on_divergence() const override { return kDeepAdvice; }
  Dbn& model() override { return model_; }

 private:
  Scalars up_down(int64_t t, const Batch& batch);
  void ensure_size(int64_t batch);
  void wake_and_sleep(size_t member, int64_t begin, int64_t end, int64_t t, const float* examples);
  void learn(kernels::Team& team, int64_t t);
  int64_t sweeps(int64_t t) const;

  DbnSection dbn_;
  std::vector<Stage> whole_, stages_;  ///< the latter ended after training.steps
  int64_t batches_per_epoch_;
  uint64_t seed_;
  StagePosition now_{0, 0};
  Dbn model_;
  StackTrainer stack_;
  Optimizer
      optimizer_;  ///< of up-down: W_l, b_l, R_l, c_l of each lower layer, then the top's W, b, c

  // Room for a step of up-down. Rows are examples; of the top layers, then as many of the chains'
  // ends.
  int64_t first_ = 0;                             ///< Batch::first
  int64_t batch_ = 0, rows_ = 0, all_ = 0;        ///< rows of a block; whole blocks
  std::vector<std::vector<float>> wake_, sleep_;  ///< x_l going up, l < L - 1, and coming down
  std::vector<std::vector<float>> wake_error_,
      sleep_error_;  ///< x_l - E(x_l | x_l+1) of the former; x_l+1 - E(x_l+1 | x_l) of the latter
  std::vector<float> top_v_, top_h_, factor_;
  std::vector<double> squares_wake_, squares_sleep_;  ///< of each row
  struct Member {
    std::vector<RbmBlock> down, up;
    std::vector<float> tile;
  };
  std::vector<Member> members_;
};

// The family's row in gan/families.cpp:
int64_t dbn_steps(const Config& config, int64_t batches_per_epoch);
std::unique_ptr<GenerativeModel> unread_dbn(const Setup& setup);

}  // namespace gan
