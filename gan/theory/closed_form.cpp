#include "gan/theory/closed_form.h"

#include <algorithm>
#include <cassert>
#include <cmath>

#include "gan/theory/divergence.h"

namespace gan {
namespace {

double softplus(double a) {
  return std::max(a, 0.0) + std::log1p(std::exp(-std::abs(a)));
}

}  // namespace

ClosedForm closed_form(std::span<const double> data, std::span<const double> model,
                       std::span<const double> logits) {
  assert(data.size() == model.size() && data.size() == logits.size());
  ClosedForm out{};
  for (size_t i = 0; i < data.size(); ++i) {
    const double both = (data[i] + model[i]) / 2;
    const double best = optimal_discriminator(std::log(data[i]), std::log(model[i]));
    const double answer = 1 / (1 + std::exp(-logits[i]));
    out.discriminator_error += both * std::abs(answer - best);
    out.half_error += both * std::abs(0.5 - best);
    out.value -= data[i] * softplus(-logits[i]) + model[i] * softplus(logits[i]);
  }
  out.jensen_shannon = jensen_shannon(data, model);
  out.optimal_value = virtual_criterion(out.jensen_shannon);
  out.exact_density = true;
  return out;
}

}  // namespace gan
