#include "gan/spec/memory.h"

#include <algorithm>
#include <cmath>

#include "gan/spec/family.h"

namespace gan {

MemoryNeed memory_need(const Config& config, const DataSpec& data) {
  return spec_of(config).memory(config, data);
}

double model_bytes(const Config& config, const DataSpec& data) {
  return spec_of(config).model_bytes(config, data);
}

double scoring_need(const Config& c, int64_t dim, int64_t valid, int64_t test) {
  if (c.run.evaluate_every == 0) return 0;
  constexpr double kDistances = 8e6, kChoosing = 1000,
                   kPartsAndCopies = 6;  // see judge/distances.cpp, parzen.cpp, two_sample.cpp
  const double held_out =
      std::min(kChoosing, static_cast<double>(valid)) + static_cast<double>(test);
  double rows = held_out;
  double distances = 0;
  if (spec_of(c).scored_by_samples) {
    rows += 2 * static_cast<double>(kScoredSamples);
    distances = 2 * kDistances;
  } else {
    rows += 2 * static_cast<double>(valid);
  }
  if (c.run.stop == StopRule::indistinguishable)
    rows += static_cast<double>(kScoredSamples) +
            kPartsAndCopies * static_cast<double>(std::min(kScoredSamples, valid));
  return kBytesOfFloat * (rows * static_cast<double>(dim) + distances);
}

double laid_out_weights(double visible, double hidden) {
  const auto lines = [](double n) { return 16 * std::ceil(n / 16); };
  return visible * lines(hidden) + hidden * lines(visible);
}

}  // namespace gan
