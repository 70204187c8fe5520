#include "gan/spec/memory.h"

#include <algorithm>
#include <cmath>

namespace gan {
namespace {

constexpr double kFloat = 4;

using Floats = LayerMemory;

Floats count(const NetworkSpec& spec, const Shape& input, const std::string& network) {
  return network_memory(spec, shapes(spec, input, network));
}

MemoryNeed adversarial(const Config& c, const Shape& example) {
  const Floats g = count(c.generator.layers, {c.generator.noise_size}, "generator"),
               d = count(c.discriminator.layers, example, "discriminator");
  const double moments = c.optimizer.method == Method::adam ? 2 : 1,
               average = c.game.averaging > 0 ? 1 : 0;
  const double state = (1 + moments) * (g.parameters + d.parameters) + average * g.parameters;
  const double twice = c.game.r1 > 0 || c.game.r2 > 0 ? 2 : 1;  // derivatives of derivatives
  const double rows = static_cast<double>(c.training.batch_size);
  return {.parameters = kFloat * (2 * state + g.parameters + d.parameters),
          .batch = kFloat * rows *
                   (g.kept + g.widest + 2 * (twice * d.kept + d.widest) +
                    6 * static_cast<double>(product(example)))};
}

MemoryNeed mixture(const Config& c, double dim) {
  const double components = static_cast<double>(c.mixture.components),
               rows = static_cast<double>(c.training.batch_size);
  return {.parameters = kFloat * components * dim * 12,
          .batch = kFloat * rows * (3 * components + 2 * dim)};  // most of it in doubles
}

/// Weights of binary units once more in both directions, rows beginning at cache lines: RbmWeights.
double laid_out(double visible, double hidden) {
  const auto lines = [](double n) { return 16 * std::ceil(n / 16); };
  return visible * lines(hidden) + hidden * lines(visible);
}

MemoryNeed rbm(const Config& c, double dim) {
  const double hidden = static_cast<double>(c.rbm.hidden),
               moments = c.optimizer.method == Method::adam ? 2 : 1;
  const double examples = static_cast<double>(c.training.batch_size),
               chains = c.rbm.persistent ? static_cast<double>(c.rbm.chains) : examples;
  const double state =
      (1 + moments) * (dim + 1) * (hidden + 1) + (c.rbm.persistent ? chains * hidden : 0);
  return {.parameters = kFloat * (2 * state + laid_out(dim, hidden)),
          .batch = kFloat * (2 * examples + chains) *
                   (dim + hidden)};  // the batch twice, and the chains' ends
}

MemoryNeed nce(const Config& c, double dim) {
  const double hidden = static_cast<double>(c.nce.hidden),
               moments = c.optimizer.method == Method::adam ? 2 : 1;
  const double rows =
                   static_cast<double>(c.training.batch_size) * (1 + static_cast<double>(c.nce.nu)),
               state = (1 + moments) * (dim + 1) * (hidden + 1);
  MemoryNeed need{.parameters = kFloat * (2 * state + (dim + 1) * (hidden + 1)),
                  .batch = kFloat * rows * (4 * dim + 4 * hidden)};  // noise is judged in doubles
  if (c.nce.noise == NceNoise::mixture) {
    const MemoryNeed noise = mixture(c, dim);
    need.parameters += noise.parameters;
    need.batch = std::max(
        need.batch + kFloat * 2 * rows * static_cast<double>(c.mixture.components), noise.batch);
  }
  return need;
}

/// Layers with one matrix between each two, and biases of each, or, `apart`, of both ends of each
/// matrix.
Floats tied(const List<int64_t>& hidden, int64_t dim, bool apart) {
  Floats sum;
  double below = static_cast<double>(dim);
  sum.parameters = sum.kept = below;
  for (const int64_t size : hidden.values) {
    const double units = static_cast<double>(size);
    sum.parameters +=
        units * below + units + (apart && sum.kept > static_cast<double>(dim) ? below : 0);
    sum.kept += units;
    sum.widest = std::max(sum.widest, std::max(units, below));
    below = units;
  }
  return sum;
}

/// Weights and moments, again in a checkpoint, and the weights in bfloat16.
double tied_bytes(const Floats& floats) {
  return kFloat * 4.5 * floats.parameters;
}

MemoryNeed gsn(const Config& c, int64_t dim) {
  const Floats floats = tied(c.gsn.hidden, dim, false);
  const double rows = static_cast<double>(c.training.batch_size),
               steps = static_cast<double>(c.gsn.walkback);
  const double each = c.gsn.hidden.values.size() > 1 && c.gsn.noise > 0
                          ? 5
                          : 3;  // h, its derivative and what was drawn for it
  return {.parameters = tied_bytes(floats),
          .batch = kFloat * rows * (each * steps * floats.kept + 2 * static_cast<double>(dim))};
}

MemoryNeed cae(const Config& c, int64_t dim) {
  const Floats floats = tied(c.cae.hidden, dim, true);
  return {.parameters = tied_bytes(floats),
          .batch = kFloat * static_cast<double>(c.training.batch_size) *
                   (2 * floats.kept + 4 * floats.widest)};
}

/// Parameters of a stack's layers, once, and of the sum of all layers' units.
struct StackSize {
  double parameters = 0, units = 0, lower = 0;  ///< the last: weights below the top two layers
  double laid_out = 0;
};
StackSize size_of_stack(const StackSection& s, double dim) {
  StackSize out{.units = dim};
  for (size_t i = 0; i < s.hidden.size(); ++i) {
    const double hidden = static_cast<double>(s.hidden.at(i)), weights = dim * hidden;
    out.parameters += weights + dim + hidden;
    out.units += hidden;
    out.laid_out += laid_out(dim, hidden);
    if (i + 1 < s.hidden.size()) out.lower += weights;
    dim = hidden;
  }
  return out;
}

/// Trained layer by layer, then together: moments of both, weights laid out for the layers'
/// trainers and for those above or all, and what a chain needs on its way.
MemoryNeed stack(const Config& c, double dim) {
  const StackSection& s = *stack_of(c);
  const StackSize size = size_of_stack(s, dim);
  const double moments = c.optimizer.method == Method::adam ? 2 : 1,
               together = c.run.model == ModelKind::dbm || c.dbn.up_down_epochs > 0 ? 1 : 0;
  const double recognition = c.run.model == ModelKind::dbn ? together * size.lower : 0,
               chains = static_cast<double>(s.chains);
  const double state = (1 + moments * (1 + together)) * size.parameters +
                       (1 + moments) * recognition + chains * size.units;
  return {
      .parameters = kFloat * (2 * state + 2 * size.laid_out),
      .batch = kFloat * (4 * static_cast<double>(c.training.batch_size) + 4 * chains) * size.units};
}

}  // namespace

MemoryNeed memory_need(const Config& config, const Shape& example) {
  const int64_t dim = product(example);
  switch (config.run.model) {
    case ModelKind::adversarial:
      return adversarial(config, example);
    case ModelKind::bernoulli_mixture:
      return mixture(config, static_cast<double>(dim));
    case ModelKind::rbm:
      return rbm(config, static_cast<double>(dim));
    case ModelKind::dbn:
    case ModelKind::dbm:
      return stack(config, static_cast<double>(dim));
    case ModelKind::nce:
      return nce(config, static_cast<double>(dim));
    case ModelKind::gsn:
      return gsn(config, dim);
    case ModelKind::stacked_cae:
      return cae(config, dim);
  }
  return {};
}

double scoring_need(const Config& c, int64_t dim, int64_t valid, int64_t test) {
  if (c.run.evaluate_every == 0) return 0;
  constexpr double kDistances = 8e6, kChoosing = 1000,
                   kPartsAndCopies = 6;  // see judge/distances.cpp, parzen.cpp, two_sample.cpp
  const double held_out =
      std::min(kChoosing, static_cast<double>(valid)) + static_cast<double>(test);
  double rows = held_out;
  double distances = 0;
  const bool by_samples = c.run.model == ModelKind::adversarial || c.run.model == ModelKind::gsn ||
                          c.run.model == ModelKind::stacked_cae;
  if (by_samples) {
    rows += 2 * static_cast<double>(kScoredSamples);
    distances = 2 * kDistances;
  } else {
    rows += 2 * static_cast<double>(valid);
  }
  if (c.run.stop == StopRule::indistinguishable)
    rows += static_cast<double>(kScoredSamples) +
            kPartsAndCopies * static_cast<double>(std::min(kScoredSamples, valid));
  return kFloat * (rows * static_cast<double>(dim) + distances);
}

double model_bytes(const Config& c, int64_t dim) {
  if (c.run.model == ModelKind::gsn) return kFloat * tied(c.gsn.hidden, dim, false).parameters;
  if (c.run.model == ModelKind::stacked_cae)
    return kFloat * tied(c.cae.hidden, dim, true).parameters;
  if (c.run.model == ModelKind::bernoulli_mixture)
    return 8 * static_cast<double>(c.mixture.components) * static_cast<double>(dim);
  if (c.run.model == ModelKind::rbm || c.run.model == ModelKind::nce) {
    const double visible = static_cast<double>(dim),
                 hidden = static_cast<double>(c.run.model == ModelKind::rbm ? c.rbm.hidden
                                                                            : c.nce.hidden);
    return kFloat * (visible * (hidden + 2) + hidden);
  }
  if (const StackSection* s = stack_of(c))
    return kFloat * size_of_stack(*s, static_cast<double>(dim)).parameters;
  return kFloat * count(c.generator.layers, {c.generator.noise_size}, "generator").parameters;
}

}  // namespace gan
