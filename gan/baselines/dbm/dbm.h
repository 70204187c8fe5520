#pragma once
/// Deep Boltzmann machine (Salakhutdinov & Hinton 2009): binary units in layers, x_0 = v, each
/// joined to the next, -E(x) = sum_l b_l'x_l + x_l'W_l x_l+1. Given the even layers the odd ones
/// are independent of each other, and the other way round.

#include <ATen/core/Tensor.h>

#include <vector>

#include "gan/baselines/dbm/dbm_block.h"
#include "gan/baselines/rbm/rbm.h"
#include "gan/model/generative_model.h"

namespace gan {

struct MeanField {
  int64_t iterations = 30;
  double tolerance = 1e-5;  ///< of the means' change, on average
};

class Dbm : public GenerativeModel, public Chain, public AnnealedPath, public FirstLayerWeights {
 public:
  /// hidden: units of each hidden layer. means [V]: as of Rbm.
  Dbm(const std::vector<int64_t>& hidden, const MeanField& mean_field, int64_t burn_in,
      const Tensor& means);

  /// E(v | x_1) of independent chains, `burn_in` sweeps after their start.
  Tensor sample(int64_t n, uint64_t seed, int64_t first = 0) override;
  void visit_state(const StateVisitor& visit) override;
  Tensor first_layer_weights() override { return weights_[0]; }

  // A chain's state is the odd layers side by side, [n, H_1 + H_3 + ...]. It begins at draws from
  // the mean-field posterior of an example, or of a draw from the base.
  Tensor start(int64_t n, uint64_t seed, int64_t first = 0) override;
  Tensor start_at(const Tensor& x, uint64_t seed, int64_t first = 0) override;
  void advance(Tensor& state, uint64_t seed, int64_t t,
               int64_t first = 0) override;   ///< even layers given odd ones, and back
  Tensor show(const Tensor& state) override;  ///< E(v | x_1)

  // The path is over the odd layers, the even ones summed out. Its base has no weights, and biases
  // a_l: log p*_beta = sum_odd ((1 - beta) a_l + beta b_l)'x_l + sum_even sum softplus((1 - beta)
  // a_l + beta (b_l + what l receives)) (Salakhutdinov & Hinton 2009, section 4.1, with a = 0 and
  // two hidden layers). Units of the base are on as often as in the data, hidden ones as in chains.
  void choose_base(uint64_t seed) override;
  double base_log_z() const override;
  Tensor draw_base(int64_t n, uint64_t seed, int64_t first = 0) override;
  void anneal(Tensor& states, Tensor& log_weights, std::span<const double> betas, uint64_t seed,
              int64_t t, int64_t first = 0) override;
  /// The variational bound sum_l mu_l'W_l mu_l+1 + b_l'mu_l + H(mu), mu_0 = v. @throws DataError
  /// where x is not binary
  Tensor log_unnormalised(const Tensor& x) override;
  bool bounded() const override { return true; }
  std::optional<double> exact_log_z()
      override;  ///< where all odd layers, or all even ones, have at most 20 units

  /// Means of Q(h | v), [N, n_l] for each hidden layer.
  std::vector<Tensor> posterior(const Tensor& v);

  /// False while layers are still trained one by one: then all but visit_state complain.
  bool composed() const;
  void set_composed() { composed_.fill_(1); }

  std::vector<Tensor>& weights() {
    return weights_;
  }  ///< [n_l, n_l+1] float32, contiguous, as are the others
  std::vector<Tensor>& biases() { return biases_; }  ///< [n_l], v's first
  std::vector<Tensor>& base() {
    return base_;
  }  ///< [n_l]; hidden ones 0 until they are chosen, and not part of the state
  DbmParameters parameters() const;
  std::vector<RbmWeights> laid_out() const;  ///< the weights, for sampling
  int64_t odd_units() const;

 private:
  template <class Make, class Work>
  void in_blocks(int64_t n, int64_t rows, double sweeps, Make make, Work work) const;
  template <class Work>
  void in_chains(int64_t n, int64_t rows, const Stream& stream, double sweeps, Work work) const;
  int64_t units_from(size_t layer) const;
  std::vector<Tensor> layers_of(size_t parity, const Tensor& states) const;
  Tensor input(size_t layer, const std::vector<Tensor>& x) const;
  Tensor log_p_of(size_t parity, const Tensor& states) const;
  void expect_composed() const;

  std::vector<Tensor> weights_, biases_;
  std::vector<Tensor> base_;
  Tensor composed_;
  MeanField mean_field_;
  int64_t burn_in_;
};

/// The odd layers of a block's x, side by side, into rows of `state`; and back.
void read_odd(DbmBlock& block, int64_t rows, float* state);
void write_odd(DbmBlock& block, int64_t rows, const float* state);

}  // namespace gan
