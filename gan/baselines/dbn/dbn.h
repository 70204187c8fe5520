#pragma once
/// Deep belief network (Hinton, Osindero, Teh 2006): an RBM over its two top layers, and below it
/// each layer of binary units draws the next one down, p(x_l | x_l+1) = sigmoid(b_l + W_l x_l+1);
/// x_0 = v. While it is trained layer by layer, the layers trained so far are the model: at first
/// an RBM.

#include <ATen/core/Tensor.h>

#include <vector>

#include "gan/baselines/rbm/rbm.h"

namespace gan {

class Dbn : public GenerativeModel, public Chain, public AnnealedPath, public FirstLayerWeights {
 public:
  /// hidden: units of each hidden layer. `untied`: it may be fine-tuned, and then has recognition
  /// weights of its own. means [V]: as of Rbm.
  Dbn(const std::vector<int64_t>& hidden, bool untied, int64_t burn_in, const Tensor& means);

  /// E(v | x_1) of independent chains: `burn_in` sweeps of the top RBM, and one pass down.
  Tensor sample(int64_t n, uint64_t seed, int64_t first = 0) override;
  void visit_state(const StateVisitor& visit) override;
  Tensor first_layer_weights() override { return layers_[0].weights(); }

  // A chain's state is all hidden layers, [n, H_1 + ... + H_d]. From an example it begins at a pass
  // up.
  Tensor start(int64_t n, uint64_t seed, int64_t first = 0) override;
  Tensor start_at(const Tensor& x, uint64_t seed, int64_t first = 0) override;
  void advance(Tensor& state, uint64_t seed, int64_t t,
               int64_t first = 0) override;   ///< a sweep of the top RBM, and a pass down
  Tensor show(const Tensor& state) override;  ///< E(v | x_1)

  // The path is the top RBM's. Below it, with Q(x_1 ... x_d-1 | v) by the recognition weights,
  // log p*(v) >= E_Q[sum_l log p(x_l | x_l+1) + log p*_top(x_d-1)] + H(Q).
  double base_log_z() const override { return top().base_log_z(); }
  Tensor draw_base(int64_t n, uint64_t seed, int64_t first = 0) override {
    return top().draw_base(n, seed, first);
  }
  void anneal(Tensor& states, Tensor& log_weights, std::span<const double> betas, uint64_t seed,
              int64_t t, int64_t first = 0) override {
    top().anneal(states, log_weights, betas, seed, t, first);
  }
  /// The bound, over all states of the layers between where they have at most 12 units, else from
  /// 10 draws for each example. With one layer, log p*(v) itself. @throws DataError where x is not
  /// binary
  Tensor log_unnormalised(const Tensor& x) override;
  bool bounded() const override { return depth() > 1; }
  std::optional<double> exact_log_z() override { return top().exact_log_z(); }

  /// 1 ... L: so many layers have begun to be trained; L + 1: and all of them together.
  void set_stage(int64_t stage) { stage_.fill_(stage); }
  int64_t depth() const;  ///< layers that are there
  std::vector<Rbm>& layers() {
    return layers_;
  }  ///< RBM l holds W_l, b_l and, with x_l+1's bias going up, the recognition's
  Tensor& recognition_weights(
      size_t l);  ///< [n_l, n_l+1], l < L - 1: the layer's own until stage L + 1
  Tensor& recognition_bias(size_t l);   ///< [n_l+1]
  RbmParameters recognition(size_t l);  ///< both, with b_l
  void untie();                         ///< recognition weights become copies of the layers'

 private:
  std::vector<RbmWeights> weights() const;  ///< of each layer that is there
  std::vector<RbmBlock> blocks(uint64_t seed, const std::vector<RbmWeights>& weights);
  Tensor sampled_bound(const Tensor& v, int64_t first);
  Tensor exact_bound(const Tensor& v);
  Rbm& top() { return layers_[static_cast<size_t>(depth() - 1)]; }
  const Rbm& top() const { return layers_[static_cast<size_t>(depth() - 1)]; }
  bool untied() const { return stage_.item<int64_t>() > static_cast<int64_t>(layers_.size()); }
  double operations(int64_t n) const;
  int64_t hidden_units() const;

  std::vector<Rbm> layers_;
  std::vector<Tensor> recognition_weights_,
      recognition_biases_;  ///< empty where it is never fine-tuned
  int64_t burn_in_;
  Tensor stage_;
};

}  // namespace gan
