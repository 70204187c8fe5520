#pragma once
/// Spectral normalisation (Miyato et al. 2018): weights divided by their largest singular value.

#include <ATen/core/Tensor.h>

#include "gan/nets/network.h"

namespace gan {

/// The singular value is estimated by the power iteration of algorithm 1: one iteration for each
/// update of the weights. A forward pass changes nothing, so evaluation and training see the same
/// weights, and a step that calls the network several times iterates once.
class SpectralNorm {
 public:
  /// The rows of the matrix are along this dimension of the weights: that of the outputs. The
  /// estimate begins with random numbers and some iterations.
  SpectralNorm(const Tensor& weight, int64_t dimension, const Stream& init);

  /// weight / sigma with sigma = u' W v, where u and v are taken for constants (as in PyTorch's
  /// torch.nn.utils.spectral_norm); may be differentiated any number of times.
  Tensor normalised(const Tensor& weight) const;

  /// v <- W'u / |W'u|, u <- W v / |W v|
  void iterate(const Tensor& weight);

  void visit(const Network::Visitor& visit) {
    visit("u", u_);
    visit("v", v_);
  }

 private:
  Tensor matrix(const Tensor& weight) const;  // [rows, columns]

  int64_t dimension_;
  Tensor u_, v_;  // [rows], [columns]
};

}  // namespace gan
