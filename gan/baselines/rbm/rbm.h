#pragma once
/// Restricted Boltzmann machine: E(v, h) = -v'Wh - b'v - c'h, h binary (Smolensky 1986; Hinton
/// 2002). Visible units are binary too, or Gaussian of variance 1: |v - b|^2 / 2 then stands for
/// -b'v (Hinton's practical guide, 2010, section 13.2).

#include <ATen/core/Tensor.h>

#include "gan/baselines/rbm/rbm_block.h"
#include "gan/model/generative_model.h"

namespace gan {

class Rbm : public GenerativeModel, public Chain, public AnnealedPath, public FirstLayerWeights {
 public:
  /// `means` [V] of the training data, scaled: visible biases and the base of the path start there.
  /// Weights and hidden biases start at 0. To be read back, any means of the right size will do.
  Rbm(int64_t hidden, bool gaussian, int64_t burn_in, const Tensor& means);

  /// Visible biases and base as at the start, for other `means` [V].
  void centre(const Tensor& means);

  /// Means E(v | h) of independent chains, `burn_in` sweeps after their start.
  Tensor sample(int64_t n, uint64_t seed, int64_t first = 0) override;
  void visit_state(const StateVisitor& visit) override;
  Tensor first_layer_weights() override { return w_; }

  // A chain's state is h, [n, H]. From noise it begins at p(h | v), v drawn from the base:
  // independent pixels with the data's smoothed means.
  Tensor start(int64_t n, uint64_t seed, int64_t first = 0) override;
  Tensor start_at(const Tensor& x, uint64_t seed, int64_t first = 0) override;
  void advance(Tensor& state, uint64_t seed, int64_t t,
               int64_t first = 0) override;   ///< v ~ p(v | h), h ~ p(h | v)
  Tensor show(const Tensor& state) override;  ///< E(v | h)

  // The path of Salakhutdinov & Murray 2008, over v, h summed out. Its base has no weights, hidden
  // biases 0, and visible biases `base`: log p*_beta(v) = (1 - beta) base'v + beta b'v + sum
  // softplus(beta (c + W'v)).
  double base_log_z() const override;
  Tensor draw_base(int64_t n, uint64_t seed, int64_t first = 0) override;
  void anneal(Tensor& states, Tensor& log_weights, std::span<const double> betas, uint64_t seed,
              int64_t t, int64_t first = 0) override;
  Tensor log_unnormalised(const Tensor& x) override {
    return -free_energy(x);
  }  ///< @throws DataError when x should be binary and is not
  std::optional<double> exact_log_z()
      override;  ///< where the hidden units, or binary visible ones, are at most 20

  /// F(v) = -b'v - sum softplus(c + W'v), or with |v - b|^2 / 2: [N, V] -> [N] float64.
  Tensor free_energy(const Tensor& v) const;
  // Where units count what they receive more than once, see Counts.
  Tensor hidden_means(const Tensor& v, double count = 1) const;  ///< p(h = 1 | v): [N, V] -> [N, H]
  Tensor visible_means(const Tensor& h, double count = 1) const;  ///< E(v | h): [N, H] -> [N, V]

  Tensor& weights() { return w_; }       ///< [V, H] float32, contiguous, as are the others
  Tensor& visible_bias() { return b_; }  ///< [V]
  Tensor& hidden_bias() { return c_; }   ///< [H]
  const Tensor& base() const { return base_; }
  bool gaussian() const { return gaussian_; }
  RbmParameters parameters() const;

 private:
  Tensor draw_visible(int64_t n, const Stream& stream, int64_t first) const;  // from the base
  double operations(int64_t n, double sweeps) const;

  bool gaussian_;
  int64_t burn_in_;
  Tensor w_, b_, c_;
  Tensor base_;  // [V]
};

}  // namespace gan
