#pragma once
/// Stacked contractive autoencoders (Rifai, Vincent, Muller, Glorot, Bengio 2011), each layer
/// trained on the outputs of the one below, and the walk that makes a generative model of them
/// (Rifai, Bengio, Dauphin, Vincent 2012).

#include <ATen/core/Tensor.h>

#include <memory>
#include <vector>

#include "gan/baselines/tied.h"
#include "gan/model/generative_model.h"
#include "gan/model/learner.h"
#include "gan/model/setup.h"

namespace gan {

/// Encoder f(x) = h_L, h_l = sigmoid(W_l h_(l-1) + c_l), h_0 = x; decoder g with the same weights
/// and biases of its own. The walk in the space of h: x = g(h), then h = f(x) + J J' e, e ~ N(0,
/// sigma^2 I), J = df/dx at x. A state is h, and shows g(h). It starts at f(x), or at f of pixels
/// that are drawn by their means in the training data. The paper prints neither sigma nor the
/// length of the burn-in.
class StackedCae : public GenerativeModel, public Chain, public FirstLayerWeights {
 public:
  /// means [D]: of the training data; any to be read back
  StackedCae(const CaeSection& section, const Tensor& means, uint64_t seed,
             kernels::Format precision);

  /// States of walks of `chain_length` after `burn_in` steps, see sample_chains.
  Tensor sample(int64_t n, uint64_t seed, int64_t first = 0) override;
  void visit_state(const StateVisitor& visit) override;

  Tensor start(int64_t n, uint64_t seed, int64_t first = 0) override;
  Tensor start_at(const Tensor& x, uint64_t seed, int64_t first = 0) override;
  void advance(Tensor& state, uint64_t seed, int64_t t, int64_t first = 0) override;
  Tensor show(const Tensor& state) override { return decode(state); }
  SampledStates sampled_states() const override {
    return {section_.burn_in, section_.chain_length};
  }

  Tensor first_layer_weights() override;

  /// Only layers that training has come to: all of them in the end.
  int64_t begun() const;
  void begin(int64_t layers);

  Tensor encode(const Tensor& x, int64_t layers) const;  ///< [n, D] -> [n, units of that layer]
  Tensor decode(Tensor h) const;                         ///< [n, H] -> [n, D]
  Tensor jacobian_step(const Tensor& x,
                       const Tensor& e) const;  ///< f(x) + J J' e, [n, D], [n, H] -> [n, H]

  TiedLayers& layer(int64_t l) {
    return layers_[static_cast<size_t>(l)];
  }  ///< from 0: each with its own visible and hidden biases

 private:
  CaeSection section_;
  Tensor data_means_;  ///< [D]
  std::vector<TiedLayers> layers_;
  Tensor begun_;  ///< 0-d
};

/// One update of one layer against mean over examples of the cross-entropy of x and its
/// reconstruction, summed over units, + contraction |J|^2, |J|^2 = sum_j (h_j (1 - h_j))^2 |W_j|^2
/// the squared norm of its Jacobian.
class ContractiveStep {
 public:
  struct Losses {
    double cross_entropy, jacobian;  ///< nats an example; |J|^2, means over the batch
  };
  /// x [B, visible units], float32 on the CPU; share: of those of all workers
  Losses learn(TiedLayers& layer, const Tensor& x, double contraction, Optimizer& optimizer,
               const UpdateTime& when, double share = 1);

 private:
  void ensure_size(const TiedLayers& layer, int64_t rows);
  std::vector<char> upper_,
      lower_;  ///< [2, rows, units]: delta and h; x and the error of its reconstruction
  std::vector<float> squares_,
      slopes_;                  ///< of each hidden unit: |W_j|^2, sum over rows of (h (1 - h))^2
  std::vector<Losses> losses_;  ///< of each thread
};

class CaeTrainer : public Learner {
 public:
  explicit CaeTrainer(const Setup& setup);

  std::vector<Stage> stages() const override;  ///< one for each layer
  /// cross_entropy: nats an example, of the layer's own inputs; jacobian: |J|^2
  Scalars step(int64_t step, Batches& data) override;
  void visit_state(const StateVisitor& visit) override;
  std::optional<Division> division() const override { return Division{}; }
  StackedCae& model() override { return model_; }

 private:
  CaeSection section_;
  TrainingSection training_;
  int64_t batches_per_epoch_;
  StackedCae model_;
  std::vector<Optimizer> optimizers_;  ///< of each layer
  ContractiveStep contractive_;
};

// The family's row in gan/families.cpp:
std::unique_ptr<GenerativeModel> unread_cae(const Setup& setup);

}  // namespace gan
