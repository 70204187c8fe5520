#pragma once
/// Contrastive divergence (Hinton 2002) and persistent contrastive divergence (Tieleman 2008), with
/// the habits of Hinton's practical guide (2010): momentum, weight decay, a sparsity target.

#include <memory>
#include <vector>

#include "gan/baselines/rbm/rbm.h"
#include "gan/baselines/sparsity.h"
#include "gan/kernels/team.h"
#include "gan/model/learner.h"
#include "gan/model/setup.h"
#include "gan/optim/optimizer.h"

namespace gan {

class RbmTrainer : public Learner {
 public:
  explicit RbmTrainer(const Setup& setup);
  /// Trains a model whose parameters somebody else holds too; its units count what they receive as
  /// `counts` says.
  RbmTrainer(const Config& config, const Rbm& model, const Counts& counts,
             int64_t batches_per_epoch, Workers& workers = alone());

  /// Begins, at step 0, with biases and chains for other `means` [V].
  void centre(const Tensor& means);

  std::vector<Stage> stages() const override { return {{.name = "", .steps = steps_}}; }
  /// free_energy_gap: mean F(data) - F(the chains' ends), nats, of the RBM whose units count all
  /// once; the gradient descends its slope in the parameters.
  /// @throws DataError where visible units are binary and the batch is not
  Scalars step(int64_t step, Batches& data) override;
  /// reconstruction_error: |x - E(v | E(h | x))|^2; hidden_on: share of hidden units that are.
  Scalars watch(const Batch& real) override;
  void visit_state(const StateVisitor& visit) override;
  void visit_learning(const StateVisitor& visit);  ///< the state without the model
  std::optional<Division> division() const override { return Division{}; }
  void join_state() override;  ///< the chains, of which each worker runs its own
  Rbm& model() override { return model_; }

 private:
  void ensure_size(int64_t batch);
  void see_data(RbmBlock& block, const float* x, int64_t begin, int64_t end, int64_t t);
  void run_chains(RbmBlock& block, int64_t begin, int64_t end, int64_t t);
  void learn(const kernels::Team& team, const UpdateTime& when);
  int64_t sweeps(int64_t t) const;

  RbmSection rbm_;
  Counts counts_;
  Workers& workers_;
  int64_t steps_, batches_per_epoch_;
  uint64_t seed_;
  Rbm model_;
  RbmWeights weights_;
  Optimizer optimizer_;
  Tensor chains_;  ///< [chains, H]: h of each, where they persist
  Sparsity sparsity_;

  // Room for a step. The gradient is one product: of all examples v, real ones and the chains'
  // ends, with what each hidden unit learns from each, plus or minus its mean.
  int64_t first_ = 0;                        ///< Batch::first
  double share_ = 1;                         ///< Batch::share
  Share own_chains_;                         ///< where they persist
  int64_t batch_ = 0, ends_ = 0, rows_ = 0;  ///< examples; chains; rows of a block
  int64_t first_end_ = 0, all_ = 0;  ///< rows before the chains' ends, and in all; whole blocks
  std::vector<float> v_, h_, factor_;
  kernels::AlignedRows learnt_{0, 0};  ///< factor (h - shift) of each row
  std::vector<double> energy_;         ///< free energy of each row
  struct Member {
    RbmBlock block;
    std::vector<float> tile;
  };
  std::vector<Member> members_;  ///< of each thread
};

// The family's row in gan/families.cpp:
std::unique_ptr<GenerativeModel> unread_rbm(const Setup& setup);

}  // namespace gan
