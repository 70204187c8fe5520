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

Floats count(const NetworkSpec& spec, int64_t width, const std::string& network) {
  Floats sum;
  const std::vector<LayerShape> fitted = shapes(spec, width, network);
  for (size_t i = 0; i < spec.size(); ++i) {
    const double inputs = static_cast<double>(size_of(fitted[i].in)), outputs = static_cast<double>(size_of(fitted[i].out));
    double pieces = 0, kept = 2 * outputs;  // two: before and after an activation, or a mask and what it lets through
    if (std::holds_alternative<Dense>(spec[i])) pieces = 1;
    if (const auto* maxout = std::get_if<Maxout>(&spec[i])) {
      pieces = static_cast<double>(maxout->pieces);
      kept = 3 * outputs;  // an index takes 8 bytes
    }
    double widest = outputs * std::max(pieces, 1.0);
    sum.parameters += outputs * pieces * (inputs + 1);
    if (const Dims& detector = fitted[i].detector; !detector.empty()) {
      widest = static_cast<double>(size_of(detector));
      sum.parameters += static_cast<double>(parameter_count(spec[i], fitted[i]));
      if (std::holds_alternative<MaxoutConvolution>(spec[i])) kept = widest + 3 * outputs;
    }
    sum.kept += kept;
    sum.widest = std::max(sum.widest, widest);
  }
  return sum;
}

MemoryNeed adversarial(const Config& c, int64_t dim) {
  const Floats g = count(c.generator.layers, c.generator.noise_size, "generator"), d = count(c.discriminator.layers, dim, "discriminator");
  const double moments = c.optimizer.method == Method::adam ? 2 : 1, average = c.game.averaging > 0 ? 1 : 0;
  const double state = (1 + moments) * (g.parameters + d.parameters) + average * g.parameters;
  const double twice = c.game.r1 > 0 || c.game.r2 > 0 ? 2 : 1;  // derivatives of derivatives
  const double rows = static_cast<double>(c.training.batch_size);
  return {.parameters = kFloat * (2 * state + g.parameters + d.parameters),
          .batch = kFloat * rows * (g.kept + g.widest + 2 * (twice * d.kept + d.widest) + 6 * static_cast<double>(dim))};
}

MemoryNeed mixture(const Config& c, double dim) {
  const double components = static_cast<double>(c.mixture.components), rows = static_cast<double>(c.training.batch_size);
  return {.parameters = kFloat * components * dim * 12, .batch = kFloat * rows * (3 * components + 2 * dim)};  // most of it in doubles
}

MemoryNeed rbm(const Config& c, double dim) {
  const double hidden = static_cast<double>(c.rbm.hidden), moments = c.optimizer.method == Method::adam ? 2 : 1;
  const double examples = static_cast<double>(c.training.batch_size), chains = c.rbm.persistent ? static_cast<double>(c.rbm.chains) : examples;
  const double state = (1 + moments) * (dim + 1) * (hidden + 1) + (c.rbm.persistent ? chains * hidden : 0);
  return {.parameters = kFloat * 2 * state, .batch = kFloat * (2 * examples + chains) * (dim + hidden)};  // the batch twice, and the chains' ends
}

/// Parameters of a stack's layers, once, and of the sum of all layers' units.
struct StackSize {
  double parameters = 0, units = 0, lower = 0;  ///< the last: weights below the top two layers
};
StackSize size_of_stack(const StackSection& s, double dim) {
  StackSize out{.units = dim};
  for (size_t i = 0; i < s.hidden.size(); ++i) {
    const double hidden = static_cast<double>(s.hidden.at(i)), weights = dim * hidden;
    out.parameters += weights + dim + hidden, out.units += hidden;
    if (i + 1 < s.hidden.size()) out.lower += weights;
    dim = hidden;
  }
  return out;
}

/// Trained layer by layer, then together: moments of both, and what a chain needs on its way.
MemoryNeed stack(const Config& c, double dim) {
  const StackSection& s = *stack_of(c);
  const StackSize size = size_of_stack(s, dim);
  const double moments = c.optimizer.method == Method::adam ? 2 : 1, together = c.run.model == ModelKind::dbm || c.dbn.up_down_epochs > 0 ? 1 : 0;
  const double recognition = c.run.model == ModelKind::dbn ? together * size.lower : 0, chains = static_cast<double>(s.chains);
  const double state = (1 + moments * (1 + together)) * size.parameters + (1 + moments) * recognition + chains * size.units;
  return {.parameters = kFloat * 2 * state, .batch = kFloat * (4 * static_cast<double>(c.training.batch_size) + 4 * chains) * size.units};
}

}  // namespace

MemoryNeed memory_need(const Config& config, int64_t dim) {
  switch (config.run.model) {
    case ModelKind::adversarial: return adversarial(config, dim);
    case ModelKind::bernoulli_mixture: return mixture(config, static_cast<double>(dim));
    case ModelKind::rbm: return rbm(config, static_cast<double>(dim));
    case ModelKind::dbn:
    case ModelKind::dbm: return stack(config, static_cast<double>(dim));
  }
  return {};
}

double model_bytes(const Config& c, int64_t dim) {
  if (c.run.model == ModelKind::bernoulli_mixture) return 8 * static_cast<double>(c.mixture.components) * static_cast<double>(dim);
  if (c.run.model == ModelKind::rbm) return kFloat * (static_cast<double>(dim) * (static_cast<double>(c.rbm.hidden) + 2) + static_cast<double>(c.rbm.hidden));
  if (const StackSection* s = stack_of(c)) return kFloat * size_of_stack(*s, static_cast<double>(dim)).parameters;
  return kFloat * count(c.generator.layers, c.generator.noise_size, "generator").parameters;
}

}  // namespace gan
