#pragma once
/// Annealed importance sampling (Neal 2001) of the constant that a model's log-probability lacks,
/// as Salakhutdinov & Murray (2008) do it. The mean weight is Z / Z_base without bias; its
/// logarithm is too low on average, the more so the fewer runs carry the weight. So log Z tends to
/// come out too low, and log-probabilities too high.

#include <ATen/core/Tensor.h>

#include <cstdint>
#include <functional>
#include <vector>

#include "gan/model/generative_model.h"
#include "gan/workers/workers.h"

namespace gan {

struct AisSettings {
  int64_t runs = 100, temperatures = 14500;
  uint64_t seed = 0;
};

/// The published betas 0:.001:.5, .5:.0001:.9, .9:.00001:1 are 14,500 steps. Any other number of
/// steps goes along the same curve. temperatures + 1 numbers from 0 to 1.
std::vector<double> ais_schedule(int64_t temperatures);

struct LogZ {
  double value = 0;          ///< nats
  double low = 0, high = 0;  ///< 3 standard errors of the mean weight, taken in Z and then to logs;
                             ///< low may be -infinity
  double effective_runs = 0;  ///< (sum w)^2 / sum w^2: near 1, one run decides
  int64_t runs = 0, temperatures = 0;
  bool exact = false;  ///< summed over all states: no runs at all
};

/// log_weights [runs] float64: log Z = base + log mean exp.
LogZ log_z_from(const Tensor& log_weights, double base);

/// By enumeration where the model can, else by annealed importance sampling; always the latter with
/// `sampled`. workers: that share the runs.
/// @throws DataError when weights are not finite
LogZ estimate_log_z(AnnealedPath& path, const AisSettings& settings, bool sampled = false,
                    Workers& workers = alone());

/// log p(x) = log p*(x) - log Z.
class AnnealedLikelihood : public Likelihood {
 public:
  AnnealedLikelihood(AnnealedPath& path, const LogZ& log_z) : path_(path), log_z_(log_z) {}
  Kind kind() const override {
    if (path_.bounded()) return Kind::bound;
    return log_z_.exact ? Kind::exact : Kind::ais;
  }
  Tensor log_probability(const Tensor& x) override;
  const LogZ& log_z() const { return log_z_; }

 private:
  AnnealedPath& path_;
  LogZ log_z_;
};

}  // namespace gan
