#pragma once
/// Gibbs sampling of an RBM for some chains at once, by one thread: two products a sweep, on
/// buffers of its own.

#include <vector>

#include "gan/core/random.h"
#include "gan/kernels/sparse.h"
#include "gan/kernels/team.h"

namespace gan {

constexpr int64_t kBlockRows = 50;  ///< of chains at once: more would not multiply much faster

/// Rows of blocks as large as all threads' parts of so many chains, so that nobody waits: bytes may
/// then differ from one number of threads to another. And the rows of whole blocks that hold n.
int64_t shared_rows(int64_t chains);
constexpr int64_t up_to_multiple(int64_t n, int64_t of) {
  return (n + of - 1) / of * of;
}

/// Parameters of an RBM where they lie. E(v, h) = -v'Wh - b'v - c'h; Gaussian visible units have |v
/// - b|^2 / 2 for b'v.
struct RbmParameters {
  int64_t visible, hidden;
  bool gaussian;
  const float *w, *b, *c;  ///< [V, H], [V], [H]
};

/// The weights W [V, H] between two layers once more, as states of binary units are multiplied with
/// them, for all who sample from the same parameters.
class RbmWeights {
 public:
  RbmWeights(const float* w, int64_t visible, int64_t hidden);
  explicit RbmWeights(const RbmParameters& rbm) : RbmWeights(rbm.w, rbm.visible, rbm.hidden) {}
  /// From now on they are the parameters' as they are now: each member of a team writes a part.
  void refresh(const kernels::Team& team);

  /// y [rows, H] = v W, and y [rows, V] = h W', by sums of the rows of units that are on: several
  /// times faster where they are few. Where so many are on that a whole product is faster, `always`
  /// takes sums nevertheless: a row of y, to the last bit, then never depends on those beside it.
  void up(int64_t rows, const float* v, bool always, float* y) const;
  void down(int64_t rows, const float* h, bool always, float* y) const;

 private:
  const float* w_;
  kernels::AlignedRows up_, down_;  ///< [V, H], [H, V]
};

/// How often each unit counts what it receives and its bias: twice in an RBM that becomes the first
/// or the last layer of a deep Boltzmann machine, whose units will hear as much from the other side
/// (Salakhutdinov & Hinton 2009, section 3.1).
struct Counts {
  float hidden = 1, visible = 1;
};

class RbmBlock {
 public:
  /// For up to `rows` chains. Its products always have that many rows, so that what a chain does
  /// not depend on how many others there are. Draws come from children of `stream`.
  RbmBlock(const RbmParameters& rbm, int64_t rows, const Stream& stream);
  /// The same with the weights as they are in `weights`, which outlives it.
  RbmBlock(const RbmParameters& rbm, const RbmWeights& weights, int64_t rows, const Stream& stream,
           bool always = true);

  /// From now on the conditionals are those of p_beta, beta of the way from the model without
  /// weights, hidden biases 0 and visible biases `base` [V].
  void temper(double beta, const float* base);

  /// From now on the conditionals are those of the parameters as they are now.
  void refresh(const Counts& counts);

  /// v W, [rows, H], until the next call of any of these; v must have all `rows`.
  const float* up(const float* v);

  /// After `up`: p(h = 1 | v), and h drawn from it; either may be nullptr. Row r is number `first +
  /// r` of `step`.
  void hidden(int64_t rows, uint64_t step, uint64_t first, float* p, float* h);

  /// E(v | h), and v drawn from p(v | h); either may be nullptr. h must have all `rows`.
  void visible(const float* h, int64_t rows, uint64_t step, uint64_t first, float* mean, float* v);

  /// The energy's part in v alone: -b'v, or |v - b|^2 / 2; and the free energy F(v) after `up`.
  double visible_energy(const float* v, const float* bias) const;
  double free_energy(const float* v, int64_t row) const;

  int64_t rows() const { return rows_; }
  float* v() { return v_.data(); }  ///< [rows, V], for its user
  float* h() { return h_.data(); }  ///< [rows, H], for its user

 private:
  RbmParameters rbm_;
  const RbmWeights* weights_ = nullptr;
  bool always_ = true;
  int64_t rows_;
  Stream hidden_draws_, visible_draws_;
  Counts scale_;  ///< of what comes from the other layer
  std::vector<float> tempered_b_, tempered_c_, v_, h_, a_, noise_;
};

}  // namespace gan
