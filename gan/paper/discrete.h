#pragma once
/// Distributions on a few points, on which section 4 of Goodfellow et al. (2014) can be computed
/// without a grid; and how the pieces of the report write numbers.

#include <cmath>
#include <cstdint>
#include <string>
#include <vector>

#include "gan/core/random.h"
#include "gan/paper/piece.h"

namespace gan::paper {

using Distribution = std::vector<double>;  ///< probabilities, which sum to 1; some may be 0

/// p log q, where 0 log 0 = 0.
double plogq(double p, double log_q);

/// Equation 4 at one point: p_data log D* + p_g log(1 - D*), from log densities.
double criterion_at(double log_data, double log_g);

/// C(G), the sum of criterion_at, nats.
double criterion(const Distribution& data, const Distribution& g);

/// Slope of C(G) in p_g at one point: log(1 - D*), where D* belongs to this p_g. Minus infinity
/// where p_g alone is 0.
double slope_at(double data, double g);

double total_variation(const Distribution& p, const Distribution& q);

/// Exponentials of normal numbers, normalised; with `holes`, about a third of the support has no
/// mass.
Distribution draw_distribution(const Stream& stream, int64_t size, double deviation,
                               bool holes = false);

/// p_g <- p_g exp(-slope) / Z at every point: mirror descent in the divergence of Kullback and
/// Leibler. A point without mass stays without it, whatever its slope. `slope`: of a point's
/// number.
template <class Slope>
void step_downhill(Distribution& g, const Slope& slope) {
  constexpr double kEta = 1;  // d2C / dp_g^2 = p_data / (p_g (p_data + p_g)) is below that of p_g
                              // log p_g: C falls at every step
  double total = 0;
  for (size_t i = 0; i < g.size(); ++i) {
    if (g[i] > 0) g[i] *= std::exp(-kEta * slope(i));
    total += g[i];
  }
  for (double& p : g) p /= total;
}

/// "0.000529555"; what rounding leaves of 0 is "0".
std::string number(double x);

/// `ours`, or 0 where it is below, is expected to be `bound` at most.
Check at_most(std::string what, double ours, double bound);

}  // namespace gan::paper
