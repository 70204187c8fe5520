#include "gan/spec/stack.h"

#include "gan/core/error.h"
#include "gan/spec/family.h"

namespace gan {

void check_list(const StackSection& s, std::string_view section, const char* name, size_t values) {
  const size_t layers = s.hidden.size();
  if (values > layers)
    throw UsageError(
        "{}.{}: holds {} values, there are {} hidden layers; give one for each, or one for all",
        section, name, values, layers);
}

void check_stack(const StackSection& s, std::string_view section) {
  if (s.hidden.size() < 2)
    throw UsageError(
        "{}.hidden: expected two layers or more, got {}; for one there is run.model = 'rbm'",
        section, s.hidden.size());
  check_list(s, section, "epochs", s.epochs.size());
  check_list(s, section, "rates", s.rates.size());
  check_list(s, section, "final_rates", s.final_rates.size());
  check_list(s, section, "k", s.k.size());
  check_list(s, section, "k_epochs", s.k_epochs.size());
  check_list(s, section, "persistent", s.persistent.size());
}

StackSize size_of_stack(const StackSection& s, int64_t dim) {
  double below = static_cast<double>(dim);
  StackSize out{.units = below};
  for (size_t i = 0; i < s.hidden.size(); ++i) {
    const double hidden = static_cast<double>(s.hidden.at(i)), weights = below * hidden;
    out.parameters += weights + below + hidden;
    out.units += hidden;
    out.laid_out += laid_out_weights(below, hidden);
    if (i + 1 < s.hidden.size()) out.lower += weights;
    below = hidden;
  }
  return out;
}

MemoryNeed stack_memory(const Config& c, const StackSection& s, int64_t dim, double recognition) {
  const StackSize size = size_of_stack(s, dim);
  const double moments = moments_of(c.optimizer), together = s.joint_epochs > 0 ? 1 : 0,
               chains = static_cast<double>(s.chains);
  const double state = (1 + moments * (1 + together)) * size.parameters +
                       (1 + moments) * recognition + chains * size.units;
  return {.parameters = kBytesOfFloat * (2 * state + 2 * size.laid_out),
          .batch = kBytesOfFloat * (4 * static_cast<double>(c.training.batch_size) + 4 * chains) *
                   size.units};
}

}  // namespace gan
