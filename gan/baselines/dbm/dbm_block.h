#pragma once
/// Mean field and Gibbs sampling of a deep Boltzmann machine for some chains at once, by one
/// thread, on buffers of its own.

#include <vector>

#include "gan/baselines/rbm/rbm_block.h"

namespace gan {

/// Parameters where they lie. -E = sum over layers of x_l' b_l + x_l' W_l x_l+1; x_0 = v.
struct DbmParameters {
  std::vector<int64_t> units;      ///< of v and each hidden layer
  std::vector<const float*> w, b;  ///< [n_l, n_l+1]; [n_l]
};

class DbmBlock {
 public:
  /// For up to `rows` chains; as of RbmBlock.
  DbmBlock(const DbmParameters& dbm, int64_t rows, const Stream& stream);
  /// The same with the weights between layers as they are in `weights`, which outlives it; as of
  /// RbmBlock.
  DbmBlock(const DbmParameters& dbm, const std::vector<RbmWeights>& weights, int64_t rows,
           const Stream& stream, bool always = true);

  /// From now on the conditionals are those of p_beta, beta of the way from the model without
  /// weights whose biases are `base`, [n_l] of each layer. At beta 1: of the parameters as they are
  /// now.
  void temper(double beta, const std::vector<const float*>& base);

  float* x(size_t layer) {
    return x_[layer].data();
  }  ///< [rows, n_l], what each layer is: draws or means

  /// What layer l receives from the ones beside it: [rows, n_l], until the next call of these.
  const float* receive(size_t layer);
  void draw(size_t layer, int64_t rows, uint64_t step,
            uint64_t first);                          ///< after `receive`: x(l) ~ p(x_l | others)
  void mean(size_t layer, int64_t rows, float* out);  ///< after `receive`: E(x_l | others)

  /// Draws every second layer, from layer `from` on, given the others.
  void draw_each_second(size_t from, int64_t rows, uint64_t step, uint64_t first);

  /// Q(h | v = x(0)), a product, with the means that maximise the bound on log p(v) in turn, layer
  /// by layer, at most so many times; it ends where they change by less than `tolerance` on
  /// average. They begin at a pass up, in which each layer but the top one counts twice what it
  /// receives. Leaves them in x(1) ... @return how many times
  int64_t settle(int64_t rows, int64_t iterations, double tolerance);

  size_t layers() const { return dbm_.units.size(); }  ///< with v
  int64_t units(size_t layer) const { return dbm_.units[layer]; }

 private:
  void hear_below(size_t layer, float* a) const;         ///< a = x_l-1 W_l-1
  void hear_above(size_t layer, float below, float* a);  ///< a = below * a + x_l+1 W_l'

  DbmParameters dbm_;
  const std::vector<RbmWeights>* weights_ = nullptr;
  bool always_ = true;
  int64_t rows_;
  std::vector<Stream> draws_;
  float scale_ = 1;
  std::vector<std::vector<float>> x_, bias_;
  std::vector<float> a_, other_, noise_, from_data_;
};

}  // namespace gan
