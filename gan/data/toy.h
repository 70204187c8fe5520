#pragma once
/// Toy densities whose closed form is known, so that a trained generator can be held against it.

#include <cstdint>
#include <memory>
#include <span>
#include <string>
#include <string_view>
#include <vector>

namespace gan {

/// Mixture of equal isotropic Gaussians, or a curve with Gaussian noise.
class Toy {
 public:
  virtual ~Toy() = default;
  virtual std::string name() const = 0;
  virtual int64_t dim() const = 0;
  virtual std::vector<float> sample(int64_t n, uint64_t seed) const = 0;  ///< [n, dim]
  virtual double log_density(std::span<const double> x) const = 0;        ///< x: [dim]; natural log

  /// Centres of the modes, [modes, dim], and their standard deviation; empty when it has none.
  virtual std::vector<float> modes() const { return {}; }
  virtual double mode_deviation() const { return 0; }
};

/// ring8: 8 modes on a circle of radius 2, deviation .02; grid25: a 5 x 5 grid with spacing 2 (-4
/// ... 4), deviation .05; gaussian1d: N(4, 1.25^2); swissroll: t (cos t, sin t) / 7, t ~ U(1.5
/// pi, 4.5 pi), noise .05.
/// @throws UsageError for another name, with the nearest.
std::shared_ptr<const Toy> make_toy(std::string_view name);
std::vector<std::string> toy_names();

}  // namespace gan
