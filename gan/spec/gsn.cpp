#include "gan/spec/gsn.h"

#include "gan/spec/family.h"

namespace gan {
namespace {

std::vector<std::string_view> sections(const Config&) {
  return {"gsn"};
}

MemoryNeed memory(const Config& c, const DataSpec& data) {
  const int64_t dim = data.dim();
  const TiedSize size = size_of_tied(c.gsn.hidden, dim, false);
  const double rows = static_cast<double>(c.training.batch_size),
               steps = static_cast<double>(c.gsn.walkback);
  const bool noisy = c.gsn.hidden.size() > 1 && c.gsn.noise > 0;
  const double each = noisy ? 5 : 3;  // h, its derivative and what was drawn for it
  return {
      .parameters = tied_bytes(size),
      .batch = kBytesOfFloat * rows * (each * steps * size.units + 2 * static_cast<double>(dim))};
}

double parameter_bytes(const Config& c, const DataSpec& data) {
  const int64_t dim = data.dim();
  return kBytesOfFloat * size_of_tied(c.gsn.hidden, dim, false).parameters;
}

}  // namespace

const FamilySpec kGsnSpec = {
    .name = "gsn",
    .about = "a generative stochastic network; with one hidden layer, a denoising autoencoder",
    .sections = sections,
    .memory = memory,
    .model_bytes = parameter_bytes,
    .unit_interval = true,
    .scored_by_samples = true,
};

}  // namespace gan
