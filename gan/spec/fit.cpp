#include "gan/spec/fit.h"

#include <fmt/core.h>

#include "gan/core/error.h"

namespace gan {
namespace {

void check_outputs(const NetworkSpec& spec, const Shape& input, const char* network, int64_t wanted,
                   const char* of_what) {
  const int64_t outputs = product(shapes(spec, input, network).back().out);
  if (outputs != wanted)
    throw UsageError("[{}] ends with {} outputs, expected {}: {}", network, outputs, wanted,
                     of_what);
}

}  // namespace

void check_stack(const Config& c) {
  if (!stack_of(c)) return;
  const StackSection& s = *stack_of(c);
  const std::string_view who = names_of(c.run.model)[static_cast<size_t>(c.run.model)];
  if (s.hidden.size() < 2)
    throw UsageError(
        "{}.hidden: expected two layers or more, got {}; for one there is run.model = 'rbm'", who,
        s.hidden.size());
  const size_t layers = s.hidden.size();
  const auto check = [&](const char* name, size_t n) {
    if (n > layers)
      throw UsageError(
          "{}.{}: holds {} values, there are {} hidden layers; give one for each, or one for all",
          who, name, n, layers);
  };
  check("epochs", s.epochs.size());
  check("rates", s.rates.size());
  check("final_rates", s.final_rates.size());
  check("k", s.k.size());
  check("k_epochs", s.k_epochs.size());
  check("persistent", s.persistent.size());
  if (c.run.model == ModelKind::dbm && c.dbm.sparsity_cost > 0)
    check("sparsity", c.dbm.sparsity.size());
}

void check_fit(const Config& c, const Shape& example) {
  check_stack(c);
  if (c.run.model != ModelKind::adversarial) return;
  check_outputs(c.generator.layers, {c.generator.noise_size}, "generator", product(example),
                "as many as an example has numbers");
  check_outputs(c.discriminator.layers, example, "discriminator", 1, "one logit");
}

}  // namespace gan
