#include "gan/spec/mixture.h"

#include "gan/core/error.h"
#include "gan/spec/family.h"

namespace gan {

void check_components(const MixtureSection& mixture, const DataSpec& data) {
  if (data.size > 0 && mixture.components > data.size)
    throw UsageError("mixture.components = {}: there are only {} training examples; choose fewer",
                     mixture.components, data.size);
}

namespace {

std::vector<std::string_view> sections(const Config&) {
  return {"mixture"};
}

void check(const Config& c, const DataSpec& data) {
  if (!c.data.binarise)
    throw UsageError("a bernoulli-mixture is a model of binary data: set data.binarise = true");
  check_components(c.mixture, data);
}

MemoryNeed memory(const Config& c, const DataSpec& data) {
  const int64_t dim = data.dim();
  const double components = static_cast<double>(c.mixture.components),
               rows = static_cast<double>(c.training.batch_size), n = static_cast<double>(dim);
  return {.parameters = kBytesOfFloat * components * n * 12,
          .batch = kBytesOfFloat * rows * (3 * components + 2 * n)};  // most of it in doubles
}

double parameter_bytes(const Config& c, const DataSpec& data) {
  const int64_t dim = data.dim();
  return 8 * static_cast<double>(c.mixture.components) * static_cast<double>(dim);
}

bool needs_means(const Config&) {
  return false;
}

}  // namespace

const FamilySpec kMixtureSpec = {
    .name = "bernoulli-mixture",
    .about = "a mixture of products of Bernoullis, by expectation-maximisation",
    .sections = sections,
    .check = check,
    .memory = memory,
    .model_bytes = parameter_bytes,
    .needs_means = needs_means,
    .cpu_only = false,
};

}  // namespace gan
