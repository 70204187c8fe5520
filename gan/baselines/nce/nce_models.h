#pragma once
/// Densities that noise-contrastive estimation is tried on, and the noise of its papers. All in
/// float64.

#include "gan/baselines/nce/nce.h"

namespace gan {

/// N(mean, covariance), as noise: usually with the data's own. Or, with degrees of freedom above 2,
/// the t distribution of this mean and covariance, for data that lie further out: where there is no
/// noise, nothing says how much mass the model may have.
class Gaussian : public GenerativeModel, public Likelihood {
 public:
  /// mean [D], covariance [D, D]; freedom 0: normal. @throws UsageError when the covariance is not
  /// positive definite
  Gaussian(const Tensor& mean, const Tensor& covariance, int64_t freedom = 0);
  static Gaussian like(const Tensor& x,
                       int64_t freedom = 0);  ///< the mean and covariance of x [N, D]

  Tensor sample(int64_t n, uint64_t seed, int64_t first = 0) override;
  Kind kind() const override { return Kind::exact; }
  Tensor log_probability(const Tensor& x) override;

 private:
  Tensor mean_,
      root_;  // [D]; [D, D], lower triangular, of the covariance, or of the t distribution's scale
  int64_t freedom_;
};

/// log p0 = -lambda x^2 / 2 in 1-D.
class GaussianPrecision : public Unnormalised {
 public:
  explicit GaussianPrecision(double lambda);
  Tensor log_density(const Tensor& x) const override;
  std::vector<Tensor> parameters() const override { return {lambda_}; }
  const Tensor& lambda() const { return lambda_; }  ///< []

 private:
  Tensor lambda_;
};

/// Linear independent component analysis: log p0 = -sqrt 2 sum_i |b_i x|, x = A s with Laplacian s
/// of variance 1, B = A^-1.
class IndependentComponents : public Unnormalised {
 public:
  explicit IndependentComponents(const Tensor& unmixing);  ///< [D, D]
  Tensor log_density(const Tensor& x) const override;
  std::vector<Tensor> parameters() const override { return {b_}; }
  const Tensor& unmixing() const { return b_; }
  double log_normaliser() const;  ///< log |det B| - D/2 log 2: what c should come to

 private:
  Tensor b_;  // rows b_i
};

/// Unit-variance Laplacian sources, mixed: [n, D] float64; x_i = A s_i.
Tensor mixed_laplacians(const Tensor& mixing, int64_t n, uint64_t seed);

/// |A - found|^2, the columns of `found` in the order and with the signs that make it least. D up
/// to 8.
double mixing_error(const Tensor& mixing, const Tensor& found);

/// Two layers of energy, as for patches of natural images (Gutmann & Hyvarinen 2012, section 5.3,
/// in a plain form): log p0 = sum_k f(log(1 + sum_i v_ki (w_i x)^2) + b_k), f = -softplus, v >= 0
/// as v = exp(.).
class TwoLayerEnergy : public Unnormalised {
 public:
  TwoLayerEnergy(const Tensor& features, const Tensor& log_pooling,
                 const Tensor& offsets);  ///< [I, D], [K, I], [K]
  Tensor log_density(const Tensor& x) const override;
  std::vector<Tensor> parameters() const override { return {w_, log_v_, b_}; }

 private:
  Tensor w_, log_v_, b_;
};

}  // namespace gan
