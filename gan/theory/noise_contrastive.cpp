#include "gan/theory/noise_contrastive.h"

#include <cmath>

namespace gan {

NceVariance nce_variance(const LogDensity& data, const LogDensity& noise,
                         const std::function<double(double)>& score, double nu, double low,
                         double high, int intervals) {
  double gg = 0, g1 = 0, one = 0;  // of I
  const double step = (high - low) / intervals;
  for (int i = 0; i <= intervals; ++i) {
    const double x = low + i * step, log_d = data(x), log_n = noise(x), g = score(x);
    const double weight = simpson_weight(i, intervals) * step / 3 * std::exp(log_d) /
                          (1 + std::exp(log_d - log_n) / nu);
    gg += g * g * weight;
    g1 += g * weight;
    one += weight;
  }
  const double determinant = gg * one - g1 * g1;
  return {one / determinant,
          gg / determinant - (1 + 1 / nu)};  // m is the second column of I, so I^-1 m = (0, 1)
}

}  // namespace gan
