#pragma once
/// How well noise-contrastive estimation can do (Gutmann & Hyvarinen 2012, theorem 3).

#include "gan/theory/divergence.h"

namespace gan {

/// Of a model with one parameter, and of c, its log-normaliser: T_d times the variance of the
/// estimates where T_d grows.
struct NceVariance {
  double parameter, log_normaliser;
};

/// I^-1 - (1 + 1/nu) I^-1 m m' I^-1, with P = nu p_n / (p_d + nu p_n), g = (d log p_m / d
/// parameter, 1), I = int g g' P p_d, m = int g P p_d. `score` is d log p_m / d parameter at the
/// data's own. Simpson's rule on [low, high].
NceVariance nce_variance(const LogDensity& data, const LogDensity& noise,
                         const std::function<double(double)>& score, double nu, double low,
                         double high, int intervals = 20000);

}  // namespace gan
