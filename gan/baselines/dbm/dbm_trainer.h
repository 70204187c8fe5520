#pragma once
/// Trains a deep Boltzmann machine (Salakhutdinov & Hinton 2009): its layers one by one, as RBMs of
/// which the first one's hidden units and the last one's visible ones count twice what they
/// receive; then all together, with mean field on data and persistent chains.

#include <memory>
#include <string>
#include <vector>

#include "gan/baselines/dbm/dbm.h"
#include "gan/baselines/sparsity.h"
#include "gan/baselines/stack_trainer.h"
#include "gan/optim/optimizer.h"

namespace gan {

class DbmTrainer : public Learner {
 public:
  explicit DbmTrainer(const Setup& setup);

  std::vector<Stage> stages() const override { return stages_; }
  bool has_model() const override { return model_.composed(); }
  /// A layer's step gives what RbmTrainer's does. All layers': mean_field_iterations, and
  /// energy_gap, mean -E(data, mu) less that of the chains, nats.
  Scalars step(int64_t step, Batches& data) override;
  /// Of all layers: reconstruction_error |x - E(v | mu_1)|^2, hidden_on.
  Scalars watch(const Batch& real) override;
  void visit_state(const StateVisitor& visit) override;
  std::string advice_on_divergence() const override { return kDeepAdvice; }
  Dbm& model() override { return model_; }

  /// The layers become one model: biases of what were a hidden and a visible layer are added,
  /// middle layers halved.
  void compose();

 private:
  Scalars all_layers(int64_t t, const Tensor& x);
  void ensure_size(int64_t batch);
  void learn(const kernels::Team& team, int64_t t);

  DbmSection dbm_;
  std::vector<Stage> whole_, stages_;  ///< the latter ended after training.steps
  int64_t batches_per_epoch_;
  uint64_t seed_;
  StagePosition now_{0, 0};
  Dbm model_;
  std::vector<Rbm> layers_;  ///< share the model's weights and hidden biases; the first one its
                             ///< visible biases too
  StackTrainer stack_;
  Optimizer optimizer_;  ///< of all layers: weights, then biases
  std::vector<RbmWeights>
      weights_;    ///< of the model, as they are at the beginning of a step of all layers
  Tensor chains_;  ///< [chains, odd units]
  std::vector<Sparsity> sparsity_;  ///< of each hidden layer, where asked for; weights from below
                                    ///< learn it, those to the layer above do not

  // Room for a step of all layers. Rows are examples, then chains; whole blocks.
  int64_t batch_ = 0, rows_ = 0, first_end_ = 0, all_ = 0;
  std::vector<std::vector<float>> x_;  ///< what each layer is: means of examples' hidden layers; of
                                       ///< chains' odd ones, draws of the others
  std::vector<kernels::AlignedRows> learned_;  ///< of each hidden layer: the same less what would
                                               ///< be too often on, over minus or plus their number
  std::vector<float> factor_;
  std::vector<double> energy_;      ///< -E of each row
  std::vector<double> iterations_;  ///< of each row's mean field
  struct Member {
    DbmBlock block;
    std::vector<float> tile;
  };
  std::vector<Member> members_;
};

// The family's row in gan/families.cpp:
int64_t dbm_steps(const Config& config, int64_t batches_per_epoch);
std::unique_ptr<GenerativeModel> unread_dbm(const Setup& setup);

}  // namespace gan
