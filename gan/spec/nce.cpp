#include "gan/spec/nce.h"

#include <algorithm>

#include "gan/spec/family.h"

namespace gan {
namespace {

std::vector<std::string_view> sections(const Config& c) {
  if (c.nce.noise == NceNoise::mixture) return {"optimizer", "nce", "mixture", "ais"};
  return {"optimizer", "nce", "ais"};
}

void check(const Config& c, const DataSpec& data) {
  check_binary(c);
  if (c.nce.noise == NceNoise::mixture) check_components(c.mixture, data);
}

MemoryNeed memory(const Config& c, const DataSpec& data) {
  const int64_t dim = data.dim();
  const double visible = static_cast<double>(dim), hidden = static_cast<double>(c.nce.hidden);
  const double rows =
      static_cast<double>(c.training.batch_size) * (1 + static_cast<double>(c.nce.nu));
  const double state = (1 + moments_of(c.optimizer)) * (visible + 1) * (hidden + 1);
  MemoryNeed need{
      .parameters = kBytesOfFloat * (2 * state + (visible + 1) * (hidden + 1)),
      .batch = kBytesOfFloat * rows * (4 * visible + 4 * hidden)};  // noise is judged in doubles
  if (c.nce.noise == NceNoise::mixture) {
    const MemoryNeed noise = kMixtureSpec.memory(c, data);
    need.parameters += noise.parameters;
    need.batch =
        std::max(need.batch + kBytesOfFloat * 2 * rows * static_cast<double>(c.mixture.components),
                 noise.batch);
  }
  return need;
}

double parameter_bytes(const Config& c, const DataSpec& data) {
  const int64_t dim = data.dim();
  return rbm_bytes(dim, c.nce.hidden);
}

}  // namespace

const FamilySpec kNceSpec = {
    .name = "nce",
    .about = "a restricted Boltzmann machine, by noise-contrastive estimation",
    .sections = sections,
    .check = check,
    .memory = memory,
    .model_bytes = parameter_bytes,
};

}  // namespace gan
