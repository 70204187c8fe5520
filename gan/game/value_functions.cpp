#include "gan/game/value_functions.h"

#include <ATen/ATen.h>

#include <fmt/ranges.h>

#include <algorithm>

#include "gan/core/error.h"

namespace gan {
namespace {

// In logits, log D = -softplus(-a) and log(1 - D) = -softplus(a): exact where log(sigmoid(a)) is
// not.
Tensor minus_log_d(const Tensor& a) {
  return at::softplus(-a).mean();
}
Tensor minus_log_1_d(const Tensor& a) {
  return at::softplus(a).mean();
}
Tensor cross_entropy(const Tensor& real, const Tensor& fake) {
  return minus_log_d(real) + minus_log_1_d(fake);
}

constexpr ValueFunction kTable[] = {
    {"minimax", "Goodfellow et al. 2014, equation 1", 0, false, cross_entropy,
     [](const Tensor&, const Tensor& fake) { return -minus_log_1_d(fake); }},

    {"non-saturating", "Goodfellow et al. 2014, section 3", 0, false, cross_entropy,
     [](const Tensor&, const Tensor& fake) { return minus_log_d(fake); }},

    {"least-squares", "Mao et al. 2017, equation 9 (targets 0, 1, 1)", 0.5, false,
     [](const Tensor& real, const Tensor& fake) {
       return ((real - 1).square().mean() + fake.square().mean()) / 2;
     },
     [](const Tensor&, const Tensor& fake) { return (fake - 1).square().mean() / 2; }},

    {"wasserstein", "Arjovsky et al. 2017, equation 2; needs a penalty or a norm limit on D", 0,
     false, [](const Tensor& real, const Tensor& fake) { return fake.mean() - real.mean(); },
     [](const Tensor&, const Tensor& fake) { return -fake.mean(); }},

    {"hinge", "Lim & Ye 2017; Miyato et al. 2018, equations 16 and 17", 0, false,
     [](const Tensor& real, const Tensor& fake) {
       return at::relu(1 - real).mean() + at::relu(1 + fake).mean();
     },
     [](const Tensor&, const Tensor& fake) { return -fake.mean(); }},

    {"relativistic", "Jolicoeur-Martineau 2018, RpGAN; Huang et al. 2024", 0, true,
     [](const Tensor& real, const Tensor& fake) { return minus_log_d(real - fake); },
     [](const Tensor& real, const Tensor& fake) { return minus_log_d(fake - real); }},
};

}  // namespace

std::span<const ValueFunction> value_functions() {
  return kTable;
}

const ValueFunction& value_function(std::string_view name) {
  const auto row =
      std::find_if(std::begin(kTable), std::end(kTable), [&](auto& r) { return r.name == name; });
  if (row != std::end(kTable)) return *row;
  std::vector<std::string> names;
  for (const auto& r : kTable) names.emplace_back(r.name);
  throw UsageError("game.value = '{}' is not a known value function{}; known are {}", name,
                   did_you_mean(name, names), fmt::join(names, ", "));
}

}  // namespace gan
