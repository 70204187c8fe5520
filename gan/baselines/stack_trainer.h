#pragma once
/// Greedy training of a stack of RBMs (Hinton, Osindero, Teh 2006, section 5): each learns from
/// what the ones below it draw for the data, one after the other.

#include <string>
#include <vector>

#include "gan/baselines/rbm/rbm_trainer.h"

namespace gan {

/// The stages of a deep model: a layer each, and where its last epochs are more than 0, one more
/// for all of them together.
std::vector<Stage> deep_stages(const Config& config, int64_t batches_per_epoch);

/// The same, ended after so many steps in all, unless that is 0.
std::vector<Stage> cut_off(std::vector<Stage> stages, int64_t steps);

/// "model.weights" becomes "model.layer2.weights": the state of one of several parts.
StateVisitor part_of(const StateVisitor& visit, size_t layer);

class StackTrainer {
 public:
  /// Layer i models what layer i - 1 draws. `layers` share their parameters with the deep model;
  /// counts: of each layer.
  StackTrainer(const Config& config, const std::vector<Rbm>& layers,
               const std::vector<Counts>& counts, int64_t batches_per_epoch);

  /// Step `t` of a layer's own. At its first, an upper layer sees a pass of the data: its biases
  /// start at their means. In a DBN, one with at least as many units as there are two layers below
  /// begins with the layer below turned over.
  Scalars step(size_t layer, int64_t t, Batches& data);
  Scalars watch(size_t layer, const Batch& real);
  void visit_learning(const StateVisitor& visit);

  /// What the layer's examples are: rows [B, V], or what the layers below draw for them, [B, its
  /// visible units].
  Batch raise(const Batch& batch, size_t layer, int64_t t);

 private:
  void make_room(size_t layer, int64_t batch);

  bool turned_over_;
  std::vector<RbmTrainer> layers_;
  std::vector<Counts> counts_;
  int64_t batches_per_epoch_;
  uint64_t seed_;

  // Room for a step of layer `raised_to_`. What is below it has been learnt.
  size_t raised_to_ = 0;
  int64_t batch_ = 0, rows_ = 0;
  Tensor raised_;                              ///< [B, visible units of that layer]
  std::vector<RbmWeights> weights_;            ///< of the layers below
  std::vector<std::vector<RbmBlock>> blocks_;  ///< of each thread: those of the layers below
};

}  // namespace gan
