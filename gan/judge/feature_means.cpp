#include "gan/judge/feature_means.h"

#include <ATen/ATen.h>

#include <algorithm>
#include <cmath>

#include "gan/judge/binomial.h"
#include "gan/judge/student.h"

namespace gan {
namespace {

constexpr double kConfidence = 0.95;
constexpr int64_t kFewest = 40;  // examples of the reference

}  // namespace

Measured mean_over(const Tensor& values, int64_t states) {
  const int64_t chains = values.size(0) / states;
  const Tensor means =
      values.narrow(0, 0, chains * states).to(at::kDouble).view({chains, states}).mean(1);
  const double mean = means.mean().item<double>();
  const auto freedom = static_cast<double>(chains - 1);
  const double half = student_quantile(kConfidence, freedom) * means.std().item<double>() /
                      std::sqrt(static_cast<double>(chains));
  return {mean, mean - half, mean + half};
}

Measured share_of(const Tensor& flags, int64_t states) {
  if (states > 1) return mean_over(flags, states);
  const int64_t right = flags.sum().item<int64_t>(), n = flags.size(0);
  const Interval interval = clopper_pearson(right, n, kConfidence);
  return {static_cast<double>(right) / static_cast<double>(n), interval.low, interval.high};
}

int64_t states(const FeatureComparison& of) {
  return of.samples().states_per_chain;
}

Measured median_of(const Tensor& values) {
  const Tensor sorted = std::get<0>(values.sort());
  const int64_t n = sorted.size(0);
  const auto reach = static_cast<int64_t>(std::ceil(1.96 * std::sqrt(static_cast<double>(n)) / 2));
  const int64_t below = std::max<int64_t>(0, (n - 1) / 2 - reach);
  return {.value = sorted[(n - 1) / 2].item<double>(),
          .low = sorted[below].item<double>(),
          .high = sorted[n - 1 - below].item<double>(),
          .samples = n};
}

bool with_reference_features(FeatureSpace& space, const Subject& s) {
  return space.reference_has_features() && space.samples(s).reference().x.size(0) >= kFewest;
}

}  // namespace gan
