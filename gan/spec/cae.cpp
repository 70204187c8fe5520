#include "gan/spec/cae.h"

#include "gan/spec/family.h"

namespace gan {
namespace {

std::vector<std::string_view> sections(const Config&) {
  return {"cae"};
}

MemoryNeed memory(const Config& c, const DataSpec& data) {
  const int64_t dim = data.dim();
  const TiedSize size = size_of_tied(c.cae.hidden, dim, true);
  return {.parameters = tied_bytes(size),
          .batch = kBytesOfFloat * static_cast<double>(c.training.batch_size) *
                   (2 * size.units + 4 * size.widest)};
}

double parameter_bytes(const Config& c, const DataSpec& data) {
  const int64_t dim = data.dim();
  return kBytesOfFloat * size_of_tied(c.cae.hidden, dim, true).parameters;
}

}  // namespace

const FamilySpec kCaeSpec = {
    .name = "stacked-cae",
    .about = "stacked contractive autoencoders, and the walk that draws samples from them",
    .sections = sections,
    .memory = memory,
    .model_bytes = parameter_bytes,
    .unit_interval = true,
    .scored_by_samples = true,
};

}  // namespace gan
