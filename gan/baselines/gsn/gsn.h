#pragma once
/// Deep generative stochastic networks (Bengio, Thibodeau-Laufer, Alain, Yosinski 2014) as in the
/// authors' code, and with one hidden layer denoising autoencoders with walkback, or, with one
/// step, without (Bengio, Yao, Alain, Vincent 2013).

#include <ATen/core/Tensor.h>

#include <memory>
#include <vector>

#include "gan/baselines/gsn/gsn_walk.h"
#include "gan/baselines/tied.h"
#include "gan/model/generative_model.h"
#include "gan/model/learner.h"
#include "gan/model/setup.h"

namespace gan {

/// A state of the chain is p, h_0, h_2, h_4, ... in one row; odd layers follow from them. It starts
/// at pixels that are drawn by their means in the training data, or at x, corrupted, with hidden
/// layers at 0, and shows p.
class Gsn : public GenerativeModel, public Chain, public FirstLayerWeights {
 public:
  /// means [D]: of the training data; any to be read back
  Gsn(const GsnSection& section, const Tensor& means, uint64_t seed, kernels::Format precision);

  /// Consecutive means p of chains of `chain_length` after `burn_in` steps, see sample_chains.
  Tensor sample(int64_t n, uint64_t seed, int64_t first = 0) override;
  void visit_state(const StateVisitor& visit) override;

  Tensor start(int64_t n, uint64_t seed, int64_t first = 0) override;
  Tensor start_at(const Tensor& x, uint64_t seed, int64_t first = 0) override;
  void advance(Tensor& state, uint64_t seed, int64_t t, int64_t first = 0) override;
  Tensor show(const Tensor& state) override;
  SampledStates sampled_states() const override {
    return {section_.burn_in, section_.chain_length};
  }

  Tensor first_layer_weights() override;

  TiedLayers& layers() { return layers_; }

 private:
  Tensor rest(const Tensor& shown, const Tensor& pixels) const;

  GsnSection section_;
  Tensor data_means_;  ///< [D]
  TiedLayers layers_;
  GsnWalk walk_;
};

class GsnTrainer : public Learner {
 public:
  /// x is [0, 1]. @throws UsageError for more hidden layers than steps: what the highest knows
  /// would never reach a pixel
  explicit GsnTrainer(const Setup& setup);

  std::vector<Stage> stages() const override { return {{.name = "", .steps = training_.steps}}; }
  /// cross_entropy: nats a pixel, of the last step of the walk; walkback: of all steps, added up
  Scalars step(int64_t step, Batches& data) override;
  void visit_state(const StateVisitor& visit) override;
  std::optional<Division> division() const override { return Division{}; }
  Gsn& model() override { return model_; }

 private:
  GsnSection section_;
  TrainingSection training_;
  int64_t batches_per_epoch_;
  Stream stream_;
  Gsn model_;
  Optimizer optimizer_;
  GsnWalk walk_;
};

// The family's row in gan/families.cpp:
std::unique_ptr<GenerativeModel> unread_gsn(const Setup& setup);

}  // namespace gan
