#pragma once
/// Noise-contrastive estimation (Gutmann & Hyvarinen 2010, 2012): a model that need not be
/// normalised learns to tell data from noise of known density. Its log-normaliser c is one more
/// parameter.

#include <ATen/core/Tensor.h>

#include <vector>

#include "gan/model/generative_model.h"

namespace gan {

/// log p0(x; theta), made of differentiable operations on its parameters.
class Unnormalised {
 public:
  virtual ~Unnormalised() = default;
  virtual Tensor log_density(
      const Tensor& x) const = 0;                      ///< [N, D] -> [N], of the parameters' type
  virtual std::vector<Tensor> parameters() const = 0;  ///< leaves that require gradients
};

/// What data are held against: any model that draws examples and knows log p of each without doubt.
class Noise {
 public:
  /// @throws UsageError where log p is not exact
  explicit Noise(GenerativeModel& model);
  Tensor sample(int64_t n, uint64_t seed, int64_t first = 0) const {
    return model_.sample(n, seed, first);
  }  ///< [n, D] float32
  Tensor log_density(const Tensor& x) const {
    return likelihood_->log_probability(x);
  }  ///< [N, D] -> [N] float64

 private:
  GenerativeModel& model_;
  Likelihood* likelihood_;
};

/// -(1/T_d) [sum log h(x) + sum log(1 - h(y))], nats: from u = log p_m - log p_n of T_d data x and
/// T_n noise y, with nu = T_n / T_d and h = 1 / (1 + nu e^-u). 0 at best. u [T_d], [T_n] -> []
Tensor nce_loss(const Tensor& data, const Tensor& noise);

/// What is left to learn, from the same u. `accuracy` of p_m > p_n as a classifier, data and noise
/// counted alike: at 1/2 the model cannot be told from the noise, at 1 nothing is left. The loss's
/// slope in theta is nu E_noise[h g] - E_data[(1 - h) g] with g = d log p0 / d theta: where 0 <= g
/// <= 1, no part of it is larger than `pull` = max(E_data[1 - h], nu E_noise[h]).
struct NceState {
  double accuracy, pull;
};
NceState nce_state(const Tensor& data, const Tensor& noise);

struct NceFit {
  double loss;   ///< where it ended
  double slope;  ///< the largest part of its gradient there
  int64_t evaluations;
};

/// Over all of x [T_d, D] and y [T_n, D] at once, as the papers have it: y is drawn once and stays,
/// so that the loss is one function, which L-BFGS descends. c [] is a leaf that requires a
/// gradient, as are the parameters; they end at the minimum. log_noise_x, log_noise_y: log p_n of
/// each. float64.
NceFit fit_nce(const Unnormalised& model, Tensor& c, const Tensor& x, const Tensor& y,
               const Tensor& log_noise_x, const Tensor& log_noise_y);

}  // namespace gan
