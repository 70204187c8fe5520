#include "gan/spec/adversarial.h"

#include <algorithm>

#include "gan/core/error.h"
#include "gan/spec/family.h"

namespace gan {
namespace {

std::vector<std::string_view> sections(const Config&) {
  return {"optimizer", "game", "generator", "discriminator"};
}

void check_outputs(const NetworkSpec& spec, int64_t inputs, const char* network, int64_t wanted,
                   const char* of_what) {
  const int64_t outputs = size_of(shapes(spec, inputs, network).back().out);
  if (outputs != wanted)
    throw UsageError("[{}] ends with {} outputs, expected {}: {}", network, outputs, wanted,
                     of_what);
}

void check(const Config& c, const DataSpec& data) {
  const int64_t dim = data.dim();
  check_outputs(c.generator.layers, c.generator.noise_size, "generator", dim,
                "as many as an example has numbers");
  check_outputs(c.discriminator.layers, dim, "discriminator", 1, "one logit");
}

struct Floats {
  double parameters = 0;
  double kept = 0;  ///< of one example on its way through: outputs, and what their derivatives need
  double widest = 0;  ///< of the largest layer: what comes and goes while it is worked on
};

/// Of a layer that holds no others.
Floats count(const LayerSpec& layer, const LayerShape& fitted) {
  const double inputs = static_cast<double>(size_of(fitted.in)),
               outputs = static_cast<double>(size_of(fitted.out));
  double pieces = 0;
  Floats out;
  out.kept = 2 * outputs;  // before and after an activation, or a mask and what it lets through
  if (std::holds_alternative<Dense>(layer)) pieces = 1;
  if (const auto* maxout = std::get_if<Maxout>(&layer)) {
    pieces = static_cast<double>(maxout->pieces);
    out.kept = 3 * outputs;  // an index takes 8 bytes
  }
  out.widest = outputs * std::max(pieces, 1.0);
  out.parameters = outputs * pieces * (inputs + 1);
  if (const Dims& detector = fitted.detector; !detector.empty()) {
    out.widest = static_cast<double>(size_of(detector));
    out.parameters += static_cast<double>(parameter_count(layer, fitted));
    if (std::holds_alternative<MaxoutConvolution>(layer)) out.kept = out.widest + 3 * outputs;
  }
  return out;
}

Floats count(const NetworkSpec& spec, const std::vector<LayerShape>& fitted) {
  Floats sum;
  const auto add = [&](const Floats& part) {
    sum.parameters += part.parameters;
    sum.kept += part.kept;
    sum.widest = std::max(sum.widest, part.widest);
  };
  for (size_t i = 0; i < spec.size(); ++i) {
    const auto* block = std::get_if<Residual>(&spec[i]);
    if (!block) {
      add(count(spec[i], fitted[i]));
      continue;
    }
    add(count(block->layers, fitted[i].layers));
    add(count(block->shortcut, fitted[i].shortcut));
    sum.kept += static_cast<double>(size_of(fitted[i].out));
  }
  return sum;
}

Floats count(const NetworkSpec& spec, int64_t width, const std::string& network) {
  return count(spec, shapes(spec, width, network));
}

MemoryNeed memory(const Config& c, int64_t dim) {
  const Floats g = count(c.generator.layers, c.generator.noise_size, "generator"),
               d = count(c.discriminator.layers, dim, "discriminator");
  const double average = c.game.averaging > 0 ? 1 : 0;
  const double state =
      (1 + moments_of(c.optimizer)) * (g.parameters + d.parameters) + average * g.parameters;
  const double twice = c.game.r1 > 0 || c.game.r2 > 0 ? 2 : 1;  // derivatives of derivatives
  const double rows = static_cast<double>(c.training.batch_size);
  return {.parameters = kBytesOfFloat * (2 * state + g.parameters + d.parameters),
          .batch =
              kBytesOfFloat * rows *
              (g.kept + g.widest + 2 * (twice * d.kept + d.widest) + 6 * static_cast<double>(dim))};
}

double parameter_bytes(const Config& c, int64_t) {
  return kBytesOfFloat * count(c.generator.layers, c.generator.noise_size, "generator").parameters;
}

/// Where a layer of G starts from the data's marginals.
bool needs_means(const Config& c) {
  return std::any_of(c.generator.layers.begin(), c.generator.layers.end(),
                     [](const LayerSpec& layer) {
                       const auto* dense = std::get_if<Dense>(&layer);
                       return dense && dense->bias.marginals;
                     });
}

}  // namespace

const FamilySpec kAdversarialSpec = {
    .name = "adversarial",
    .about = "generative adversarial nets: a generator and a discriminator play a game",
    .sections = sections,
    .check = check,
    .memory = memory,
    .model_bytes = parameter_bytes,
    .needs_means = needs_means,
    .cpu_only = false,
    .scored_by_samples = true,
};

}  // namespace gan
