#include "gan/spec/adversarial.h"

#include <fmt/core.h>

#include <algorithm>
#include <string>

#include "gan/core/error.h"
#include "gan/spec/family.h"

namespace gan {
namespace {

std::vector<std::string_view> sections(const Config&) {
  return {"optimizer", "game", "generator", "discriminator"};
}

struct Place {
  const char* network;
  Shape input;
  int64_t classes;
};

void check_outputs(const NetworkSpec& spec, const Place& place, int64_t wanted,
                   const std::string& of_what) {
  const auto& [network, input, classes] = place;
  const int64_t outputs = product(shapes(spec, input, network, classes).back().out);
  if (outputs != wanted)
    throw UsageError("[{}] ends with {} outputs, expected {}: {}", network, outputs, wanted,
                     of_what);
}

void check_schedules(const Config& c) {
  const GameSection& game = c.game;
  if (game.averaging > 0 && game.averaging_images > 0)
    throw UsageError(
        "game.averaging = {} and game.averaging_images = {}: the average of G follows one of them; set the other to 0",
        game.averaging, game.averaging_images);
  if (game.final_r1) check_has_end(c.optimizer, "game.final_r1");
  if (game.final_r2) check_has_end(c.optimizer, "game.final_r2");
  if (game.averaging_images > 0) check_has_end(c.optimizer, "game.averaging_images");
}

void check(const Config& c, const DataSpec& data) {
  check_schedules(c);
  const auto classes = static_cast<int64_t>(data.classes.size());
  check_outputs(c.generator.layers, {"generator", {c.generator.noise_size}, classes}, data.dim(),
                fmt::format("an example of the data has {} numbers", data.dim()));
  check_outputs(c.discriminator.layers, {"discriminator", data.shape, classes}, 1, "one logit");
}

LayerMemory generator_memory(const Config& c, const DataSpec& data) {
  const NetworkSpec& layers = c.generator.layers;
  const auto classes = static_cast<int64_t>(data.classes.size());
  return network_memory(layers, shapes(layers, {c.generator.noise_size}, "generator", classes));
}

/// What a step keeps of one example of the data and one sample.
double bytes_of_example(const Config& c, const LayerMemory& g, const LayerMemory& d, double dim) {
  const bool penalty = penalised(c.game);
  if (c.run.engine == Engine::fused) {  // values and derivatives, as operands; tangents, too
    const double operand = c.run.precision == Precision::bf16 ? 2 : kBytesOfFloat;
    return operand * (g.kept + 2 * d.kept * (penalty ? 1.5 : 1)) + kBytesOfFloat * 2 * dim;
  }
  const double twice = penalty ? 2 : 1;  // derivatives of derivatives
  return kBytesOfFloat * (g.kept + g.widest + 2 * (twice * d.kept + d.widest) + 6 * dim);
}

MemoryNeed memory(const Config& c, const DataSpec& data) {
  const NetworkSpec& layers = c.discriminator.layers;
  const auto classes = static_cast<int64_t>(data.classes.size());
  const LayerMemory g = generator_memory(c, data),
                    d = network_memory(layers,
                                       shapes(layers, data.shape, "discriminator", classes));
  const double average = averages(c.game) ? 1 : 0;
  const double state =
      (1 + moments_of(c.optimizer)) * (g.parameters + d.parameters) + average * g.parameters;
  const double rows = static_cast<double>(c.training.batch_size);
  return {.parameters = kBytesOfFloat * (2 * state + g.parameters + d.parameters),
          .batch = rows * bytes_of_example(c, g, d, static_cast<double>(data.dim()))};
}

double parameter_bytes(const Config& c, const DataSpec& data) {
  return kBytesOfFloat * generator_memory(c, data).parameters;
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
