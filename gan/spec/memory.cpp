#include "gan/spec/memory.h"

#include <algorithm>

namespace gan {
namespace {

constexpr double kFloat = 4;

struct Floats {
  double parameters = 0;
  double kept = 0;    ///< of one example on its way through: outputs, and what their derivatives need
  double widest = 0;  ///< of the largest layer: what comes and goes while it is worked on
};

Floats count(const NetworkSpec& spec, double inputs) {
  Floats sum;
  for (const LayerSpec& layer : spec) {
    double outputs = inputs, pieces = 0, kept = 2;  // two: before and after an activation, or a mask and what it lets through
    if (const auto* dense = std::get_if<Dense>(&layer)) outputs = static_cast<double>(dense->units), pieces = 1;
    if (const auto* maxout = std::get_if<Maxout>(&layer)) {
      outputs = static_cast<double>(maxout->units), pieces = static_cast<double>(maxout->pieces);
      kept = 3;  // an index takes 8 bytes
    }
    sum.parameters += outputs * pieces * (inputs + 1);
    sum.kept += outputs * kept;
    sum.widest = std::max(sum.widest, outputs * std::max(pieces, 1.0));
    inputs = outputs;
  }
  return sum;
}

MemoryNeed adversarial(const Config& c, double dim) {
  const Floats g = count(c.generator.layers, static_cast<double>(c.generator.noise_size)), d = count(c.discriminator.layers, dim);
  const double moments = c.optimizer.method == Method::adam ? 2 : 1, average = c.game.averaging > 0 ? 1 : 0;
  const double state = (1 + moments) * (g.parameters + d.parameters) + average * g.parameters;
  const double twice = c.game.r1 > 0 || c.game.r2 > 0 ? 2 : 1;  // derivatives of derivatives
  const double rows = static_cast<double>(c.training.batch_size);
  return {.parameters = kFloat * (2 * state + g.parameters + d.parameters),
          .batch = kFloat * rows * (g.kept + g.widest + 2 * (twice * d.kept + d.widest) + 6 * dim)};
}

MemoryNeed mixture(const Config& c, double dim) {
  const double components = static_cast<double>(c.mixture.components), rows = static_cast<double>(c.training.batch_size);
  return {.parameters = kFloat * components * dim * 12, .batch = kFloat * rows * (3 * components + 2 * dim)};  // most of it in doubles
}

}  // namespace

MemoryNeed memory_need(const Config& config, int64_t dim) {
  const auto d = static_cast<double>(dim);
  return config.run.model == ModelKind::adversarial ? adversarial(config, d) : mixture(config, d);
}

double model_bytes(const Config& c, int64_t dim) {
  if (c.run.model == ModelKind::bernoulli_mixture) return 8 * static_cast<double>(c.mixture.components) * static_cast<double>(dim);
  return kFloat * count(c.generator.layers, static_cast<double>(c.generator.noise_size)).parameters;
}

}  // namespace gan
