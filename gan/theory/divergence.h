#pragma once
/// Closed forms of the paper's section 4, by quadrature where an integral has none.
/// [paper] = Goodfellow et al. 2014.

#include <functional>
#include <span>
#include <vector>

namespace gan {

using LogDensity = std::function<double(double)>;  ///< natural log, 1-D

/// D*(x) = p_data / (p_data + p_g), [paper] proposition 1; and its logit, log p_data - log p_g.
double optimal_discriminator(double log_p_data, double log_p_g);
double optimal_logit(double log_p_data, double log_p_g);

/// Jensen-Shannon divergence in nats, by the composite Simpson rule on [low, high].
double jensen_shannon(const LogDensity& p, const LogDensity& q, double low, double high,
                      int intervals = 20000);
/// The same for two discrete distributions that each sum to 1.
double jensen_shannon(std::span<const double> p, std::span<const double> q);

/// C(G) = max_D V(G, D) = -log 4 + 2 JSD, [paper] theorem 1: -log 4 for p_g = p_data, 0 for
/// disjoint supports.
double virtual_criterion(double jensen_shannon_divergence);

/// The weight of point i, from 0 to `intervals`, in the composite Simpson rule, times 3 / step.
double simpson_weight(int i, int intervals);

double log_normal_density(double x, double mean, double deviation);

/// A density on a uniform grid of points from samples: Gaussian kernels of width `bandwidth`
/// (0 = Silverman's rule). Returns densities at `grid`. Samples that are not finite are mass that
/// is missing.
std::vector<double> kernel_density(std::span<const float> samples, std::span<const double> grid,
                                   double bandwidth = 0);

}  // namespace gan
