#include "gan/spec/sampling_memory.h"

#include <algorithm>

#include "gan/spec/family.h"

namespace gan {
namespace {

constexpr double kBytes = 256.0 * 1024 * 1024;
constexpr int64_t kMost = 1000, kFewest = 16;

double bytes_of_sample(const NetworkSpec& generator, int64_t noise_size, int64_t classes) {
  return kBytesOfFloat *
         network_memory(generator, shapes(generator, {noise_size}, "generator", classes)).kept;
}

}  // namespace

int64_t sampled_at_once(const NetworkSpec& generator, int64_t noise_size, int64_t classes) {
  const double fit = kBytes / std::max(1.0, bytes_of_sample(generator, noise_size, classes));
  return fit >= kMost ? kMost : std::max(kFewest, static_cast<int64_t>(fit));
}

double sampling_need(const Config& config, const DataSpec& data) {
  if (!has_section(config, "generator")) return 0;
  const GeneratorSection& g = config.generator;
  const auto classes = static_cast<int64_t>(data.classes.size());
  return static_cast<double>(sampled_at_once(g.layers, g.noise_size, classes)) *
         bytes_of_sample(g.layers, g.noise_size, classes);
}

}  // namespace gan
