#pragma once
/// From noise of known density to a model that is not normalised, for annealed importance sampling
/// of its log Z.

#include "gan/baselines/nce/nce.h"
#include "gan/baselines/nce/nce_models.h"
#include "gan/model/generative_model.h"

namespace gan::paper {

/// log p*_beta = (1 - beta) log p_noise + beta log p0, over examples. States move by Metropolis
/// steps: normal proposals of two sizes in turn, since a density may be narrow at its middle and
/// wide in its tails.
class EnergyPath : public AnnealedPath {
 public:
  /// Both must outlive it. D: numbers of an example.
  EnergyPath(const Unnormalised& model, Gaussian& noise, int64_t D)
      : model_(model), noise_(noise), D_(D) {}

  double base_log_z() const override { return 0; }
  Tensor draw_base(int64_t n, uint64_t seed, int64_t first = 0) override {
    return noise_.sample(n, seed, first);
  }
  void anneal(Tensor& states, Tensor& log_weights, std::span<const double> betas, uint64_t seed,
              int64_t t, int64_t first = 0) override;
  Tensor log_unnormalised(const Tensor& x) override {
    return model_.log_density(x.to(at::kDouble));
  }

 private:
  const Unnormalised& model_;
  Gaussian& noise_;
  int64_t D_;
};

}  // namespace gan::paper
