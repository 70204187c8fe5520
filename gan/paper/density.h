#pragma once
/// Densities in one dimension whose formula is known, and integrals over them.

#include <ATen/core/Tensor.h>

#include <cstdint>
#include <functional>
#include <vector>

#include "gan/core/random.h"

namespace gan::paper {

/// Ends and intervals of the quadratures: more than nine deviations of every density here.
inline constexpr double kLow = -60, kHigh = 60;
inline constexpr int kIntervals = 24000;

/// A mixture of normals, or one.
struct Density {
  struct Component {
    double weight, mean, deviation;
  };
  std::vector<Component> parts;

  double log_at(double x) const;
  at::Tensor sample(const Stream& stream, int64_t n, uint64_t step) const;  ///< [n, 1]
};

Density normal(double mean, double deviation);

/// The composite Simpson rule on [kLow, kHigh].
double integral(const std::function<double(double)>& f);

}  // namespace gan::paper
