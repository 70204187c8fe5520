#include "gan/spec/rbm.h"

#include "gan/core/error.h"
#include "gan/spec/family.h"

namespace gan {

double rbm_bytes(int64_t visible, int64_t hidden) {
  const double v = static_cast<double>(visible), h = static_cast<double>(hidden);
  return kBytesOfFloat * (v * (h + 2) + h);
}

namespace {

std::vector<std::string_view> sections(const Config&) {
  return {"optimizer", "rbm", "ais"};
}

/// Binary units see 0 and 1, Gaussian ones numbers of variance 1.
void check(const Config& c, const DataSpec&) {
  const bool gaussian = c.rbm.visible == VisibleKind::gaussian,
             zero_one =
                 c.data.binarise && (c.data.scale == Scale::unit || c.data.scale == Scale::none);
  if (gaussian && c.data.scale != Scale::standard)
    throw UsageError(
        "rbm.visible = 'gaussian': its units have variance 1, and data.scale = '{}' gives others; set data.scale = 'standard'",
        names_of(c.data.scale)[static_cast<size_t>(c.data.scale)]);
  if (!gaussian && !zero_one)
    throw UsageError(
        "rbm.visible = 'bernoulli': a model of data of 0 and 1; set data.binarise = true with data.scale = 'unit', or rbm.visible = 'gaussian' with data.scale = 'standard'");
}

MemoryNeed memory(const Config& c, const DataSpec& data) {
  const int64_t dim = data.dim();
  const double visible = static_cast<double>(dim), hidden = static_cast<double>(c.rbm.hidden);
  const double examples = static_cast<double>(c.training.batch_size),
               chains = c.rbm.persistent ? static_cast<double>(c.rbm.chains) : examples;
  const double state = (1 + moments_of(c.optimizer)) * (visible + 1) * (hidden + 1) +
                       (c.rbm.persistent ? chains * hidden : 0);
  return {.parameters = kBytesOfFloat * (2 * state + laid_out_weights(visible, hidden)),
          .batch = kBytesOfFloat * (2 * examples + chains) *
                   (visible + hidden)};  // the batch twice, and the chains' ends
}

double parameter_bytes(const Config& c, const DataSpec& data) {
  const int64_t dim = data.dim();
  return rbm_bytes(dim, c.rbm.hidden);
}

}  // namespace

const FamilySpec kRbmSpec = {
    .name = "rbm",
    .about = "a restricted Boltzmann machine, by contrastive divergence",
    .sections = sections,
    .check = check,
    .memory = memory,
    .model_bytes = parameter_bytes,
};

}  // namespace gan
