#include "gan/spec/adversarial.h"

#include <fmt/core.h>

#include <algorithm>
#include <string>

#include "gan/core/error.h"
#include "gan/spec/family.h"

namespace gan {
namespace {

std::vector<std::string_view> sections(const Config&) {
  return {"optimizer", "game", "generator", "discriminator", "augmentation"};
}

/// What comes into a network.
struct NetworkInput {
  const char* network;
  Shape input;
  int64_t classes;
};

void check_outputs(const NetworkSpec& spec, const NetworkInput& into, int64_t wanted,
                   const std::string& of_what) {
  const auto& [network, input, classes] = into;
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
  const AugmentationSection& augmentation = c.augmentation;
  if (augmentation.mode == AugmentationMode::fixed && augmentation.final_p)
    check_has_end(c.optimizer, "augmentation.final_p");
}

/// The minibatch is divided into parts, and each of them into packs.
void check_division(const Config& c) {
  const GameSection& game = c.game;
  const int64_t batch = c.training.batch_size;
  if (game.pack > 1 && batch % game.pack != 0)
    throw UsageError(
        "game.pack = {}: training.batch_size = {} is no multiple of it; choose another of the two",
        game.pack, batch);
  if (game.pack > 1 && (sees_labels(c.discriminator.layers) || game.auxiliary > 0))
    throw UsageError(
        "game.pack = {}: D judges examples of several classes at once, so it cannot see or tell their labels; use pack = 1, or a D without labels",
        game.pack);
  if (game.accumulate == 1) return;
  if (batch % (game.accumulate * game.pack) != 0)
    throw UsageError(
        "game.accumulate = {}: training.batch_size = {} cannot be divided into so many equal parts{}",
        game.accumulate, batch, game.pack > 1 ? fmt::format(" of packs of {}", game.pack) : "");
  for (const auto& [name, layers] : {std::pair{"generator", &c.generator.layers},
                                     std::pair{"discriminator", &c.discriminator.layers}})
    if (!treats_examples_alone(*layers))
      throw UsageError(
          "game.accumulate = {}: a layer of [{}] looks across the examples of a minibatch (batch norm, minibatch deviation), so parts of it would not give the same; use accumulate = 1",
          game.accumulate, name);
}

void check_simultaneous(const Config& c) {
  const GameSection& game = c.game;
  if (game.update != Update::simultaneous) return;
  if (game.k != 1 || penalised(game))
    throw UsageError(
        "game.update = 'simultaneous' shares one batch between the players: it needs k = 1, no penalty on slopes (r1, r2, wgan_gp, dragan = 0), and no final values of these");
  if (game.accumulate != 1)
    throw UsageError(
        "game.update = 'simultaneous' takes a minibatch at once: it needs accumulate = 1");
}

void check_auxiliary(const Config& c, const DataSpec& data) {
  if (c.game.auxiliary == 0) return;
  if (data.classes.empty())
    throw UsageError(
        "game.auxiliary = {}: D classifies examples, and the data have no labels; set it to 0",
        c.game.auxiliary);
  if (!sees_labels(c.generator.layers))
    throw UsageError(
        "game.auxiliary = {}: D classifies samples by the labels that G was asked for, and no layer of [generator] sees labels; add a layer \"class-embedding\" or \"conditional-batch-norm\"",
        c.game.auxiliary);
}

void check_augmentation(const Config& c, const DataSpec& data) {
  const AugmentationSection& augmentation = c.augmentation;
  if (augmentation.mode == AugmentationMode::off) return;
  const std::string_view mode = names_of(augmentation.mode)[static_cast<size_t>(augmentation.mode)];
  if (data.shape.size() != 2 && data.shape.size() != 3)
    throw UsageError(
        "augmentation.mode = '{}': images are transformed, and an example of the data is a row of {} numbers; use mode = 'off'",
        mode, data.dim());
  const auto& kinds = augmentation.kinds.values;
  const bool colour = std::find(kinds.begin(), kinds.end(), Augmentation::colour) != kinds.end();
  if (colour && c.data.scale != Scale::unit && c.data.scale != Scale::symmetric)
    throw UsageError(
        "augmentation.kinds = 'colour': brightness is moved by a share of the range of the data, so data.scale must be 'unit' or 'symmetric'");
}

void check(const Config& c, const DataSpec& data) {
  check_schedules(c);
  check_simultaneous(c);
  check_division(c);
  check_auxiliary(c, data);
  check_augmentation(c, data);
  const auto classes = static_cast<int64_t>(data.classes.size());
  check_outputs(c.generator.layers, {"generator", {c.generator.noise_size}, classes}, data.dim(),
                fmt::format("an example of the data has {} numbers", data.dim()));
  const NetworkInput into_D{"discriminator", packed(data.shape, c.game.pack), classes};
  if (c.game.auxiliary > 0)
    check_outputs(
        c.discriminator.layers, into_D, 1 + classes,
        fmt::format("one logit, and one for each of {} classes (game.auxiliary)", classes));
  else
    check_outputs(c.discriminator.layers, into_D, 1, "one logit");
}

LayerMemory generator_memory(const Config& c, const DataSpec& data) {
  const NetworkSpec& layers = c.generator.layers;
  const auto classes = static_cast<int64_t>(data.classes.size());
  return network_memory(layers, shapes(layers, {c.generator.noise_size}, "generator", classes));
}

/// What a step keeps of one example of the data and one sample.
double bytes_of_example(const Config& c, const LayerMemory& g, const LayerMemory& d, double dim) {
  const bool penalty = penalised(c.game);
  const double points = 2 + static_cast<double>(further_points(c.game)),
               passes = points / static_cast<double>(c.game.pack);
  if (c.run.engine == Engine::fused) {  // values and derivatives, as operands; tangents, too
    const double operand = c.run.precision == Precision::bf16 ? 2 : kBytesOfFloat;
    return operand * (g.kept + passes * d.kept * (penalty ? 1.5 : 1)) +
           kBytesOfFloat * points * dim;
  }
  const double twice = penalty ? 2 : 1;  // derivatives of derivatives
  return kBytesOfFloat *
         (g.kept + g.widest + passes * (twice * d.kept + d.widest) + 3 * points * dim);
}

MemoryNeed memory(const Config& c, const DataSpec& data) {
  const NetworkSpec& layers = c.discriminator.layers;
  const auto classes = static_cast<int64_t>(data.classes.size());
  const LayerMemory g = generator_memory(c, data),
                    d = network_memory(layers, shapes(layers, packed(data.shape, c.game.pack),
                                                      "discriminator", classes));
  const double average = averages(c.game) ? 1 : 0;
  const double state =
      (1 + moments_of(c.optimizer)) * (g.parameters + d.parameters) + average * g.parameters;
  const double rows =
      static_cast<double>(c.training.batch_size) / static_cast<double>(c.game.accumulate);
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

Shape packed(const Shape& example, int64_t pack) {
  Shape out = seen_by_networks(example);
  out[0] *= pack;
  return out;
}

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
