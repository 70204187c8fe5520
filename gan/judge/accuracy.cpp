#include "gan/judge/accuracy.h"

#include <ATen/ATen.h>

#include <algorithm>
#include <cmath>

#include "gan/core/error.h"
#include "gan/judge/binomial.h"
#include "gan/judge/student.h"

namespace gan {
namespace {

constexpr double kConfidence = 0.95;

}  // namespace

Accuracy accuracy_of(const Tensor& right_real, const Tensor& right_fake, int64_t states_per_chain) {
  const Tensor real = right_real.to(at::kDouble).flatten();
  const Tensor fake = right_fake.to(at::kDouble).flatten();
  const int64_t n = fake.numel(), trials = real.numel() + n;
  const int64_t right = std::llround(real.sum().item<double>() + fake.sum().item<double>());
  const Interval exact = clopper_pearson(right, trials, kConfidence);
  Accuracy out{.value = static_cast<double>(right) / static_cast<double>(trials),
               .low = exact.low,
               .high = exact.high,
               .p_value = binomial_tail(right, trials, 0.5)};
  if (states_per_chain == 1) return out;

  const int64_t chains = states_per_chain > 0 ? n / states_per_chain : 0;
  if (chains < 2 || chains * states_per_chain != n || real.numel() != n)
    throw UsageError(
        "accuracy over chains: {} real and {} fake examples are no two or more whole chains of {}",
        real.numel(), n, states_per_chain);
  const Tensor each = fake.view({chains, states_per_chain}).mean(1);  // [chains]
  const double of_chains =
      each.var(0, /*unbiased=*/true).item<double>() / static_cast<double>(chains);
  const double of_real = real.var(0, /*unbiased=*/true).item<double>() / static_cast<double>(n);
  const double error = std::sqrt(of_chains + of_real) / 2;  // of the mean of both kinds' accuracies
  const auto freedom = static_cast<double>(chains - 1);
  const double margin = student_quantile(kConfidence, freedom) * error;
  out.low = std::max(0.0, std::min(out.low, out.value - margin));
  out.high = std::min(1.0, std::max(out.high, out.value + margin));
  if (error > 0)
    out.p_value = std::max(out.p_value, student_tail((out.value - 0.5) / error, freedom));
  return out;
}

Accuracy joined(const std::vector<Accuracy>& fits) {
  if (fits.empty()) throw UsageError("accuracy: there are no fits to join");
  Accuracy out{.value = 0, .low = 1, .high = 0, .p_value = 1};
  std::vector<double> p;
  const auto n = static_cast<double>(fits.size());
  for (const Accuracy& fit : fits) {
    out.value += fit.value / n;
    out.low = std::min(out.low, fit.low);
    out.high = std::max(out.high, fit.high);
    p.push_back(fit.p_value);
  }
  std::sort(p.begin(), p.end());
  const size_t k = (p.size() + 1) / 2;
  out.p_value = std::min(1.0, p[k - 1] * n / static_cast<double>(k));
  return out;
}

}  // namespace gan
