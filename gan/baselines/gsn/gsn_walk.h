#pragma once
/// The steps of a generative stochastic network, and the way back through them.

#include <ATen/core/Tensor.h>

#include <vector>

#include "gan/baselines/tied.h"
#include "gan/core/random.h"
#include "gan/spec/gsn.h"

namespace gan {

/// What a walk draws: uniform numbers [0, 1) for pixels, N(0, 1) for the noise of hidden layers.
struct GsnNoise {
  Tensor corruption;                  ///< [B, D]: of the first pixels
  Tensor pixels;                      ///< [N, B, D]
  std::vector<Tensor> before, after;  ///< of layer l, [N, B, size(l)]: before its activation and
                                      ///< after; undefined where there is none
};

/// N steps through the network and back. In step k the odd layers are drawn from the even ones,
/// then the even ones from the odd: layer l from a = h_(l-1) W_l' + h_(l+1) W_(l+1) + b. Hidden
/// layers above the first have Gaussian noise, h = act(a + noise) + noise; of the visible ones p =
/// sigmoid(a) is kept, drawn from, and corrupted by salt and pepper. float32 on the CPU.
class GsnWalk {
 public:
  GsnWalk(TiedLayers& layers, const GsnSection& section, int64_t steps, bool training);

  /// Noise of rows [first, first + rows), each a function of (stream, step, row).
  void draw(int64_t rows, const Stream& stream, uint64_t step, int64_t first);
  GsnNoise& noise(int64_t rows);  ///< to be filled by hand instead

  /// One update against the cross-entropies to x [B, D] of all steps' p, averaged over examples and
  /// pixels and added up: "walkback". The walk starts at x corrupted, with hidden layers at 0. No
  /// gradient goes through drawn pixels. Gives those of each step.
  std::vector<double> learn(const Tensor& x, Optimizer& optimizer, const UpdateTime& when,
                            double share = 1);

  /// One step from even layers h_0, h_2, ..., [rows, size] each, which are replaced; gives p [rows,
  /// D].
  Tensor advance(std::vector<Tensor>& even);

 private:
  bool noisy(size_t l) const { return l > 1 && section_.noise > 0; }
  void ensure_size(int64_t rows);
  void step_odd(const kernels::Team& team, int64_t k);
  void step_even(const kernels::Team& team, int64_t k);
  void step_hidden(const kernels::Team& team, size_t l, int64_t k);
  void step_visible(const kernels::Team& team, int64_t k);
  void back(kernels::Team& team, int64_t k);
  void back_hidden(const kernels::Team& team, size_t l, int64_t k);
  void update(const kernels::Team& team, const Optimizer& optimizer, const UpdateTime& when);

  // One buffer for each layer, in blocks of [rows, size(l)] whose order makes the gradient of all
  // steps one product: of odd layers delta 1 ... N, then h 1 ... N; of even ones h 0 ... N - 1,
  // then delta 1 ... N.
  void* block(size_t l, int64_t number) {
    return layers_.element(blocks_[l].data(), number * rows_ * layers_.size(l));
  }
  void* h(size_t l, int64_t k) { return block(l, l % 2 ? steps_ + k - 1 : k); }
  void* delta(size_t l, int64_t k) { return block(l, l % 2 ? k - 1 : steps_ + k - 1); }
  void* activity(size_t l, int64_t k) {  ///< before the noise that follows it
    return noisy(l) ? layers_.element(activities_[l].data(), (k - 1) * rows_ * layers_.size(l))
                    : h(l, k);
  }

  TiedLayers& layers_;
  GsnSection section_;
  int64_t steps_, rows_ = 0;
  float share_ = 1;  ///< of the examples of all workers
  bool training_;
  GsnNoise noise_;
  Tensor means_;  ///< [rows, D], of the newest step
  const float* x_ = nullptr;
  std::vector<std::vector<char>> blocks_, activities_;
  std::vector<std::vector<double>> losses_;  ///< of each thread, of each step
};

}  // namespace gan
