#pragma once
/// Checkpoints of linear players on a toy, whose game has a closed form.

#include <string>
#include <vector>

#include "gan/header.h"
#include "gan/io/bytes.h"

namespace gan {

/// x = G(z) = weight z + bias, and D's logit = slope . x + at_zero. Matrices row by row.
struct LinearGame {
  std::string toy = "gaussian1d", value = "non-saturating";
  std::vector<float> weight{2}, bias{3}, slope{1}, at_zero{0};
  int64_t step = 7;

  std::string checkpoint() const {
    const auto n = static_cast<int64_t>(bias.size()),
               noise = static_cast<int64_t>(weight.size()) / n;
    Config config;
    config.game.value = value;
    config.generator.noise_size = noise;
    config.generator.layers = {Dense{.units = n}};
    config.discriminator.layers = {Dense{.units = 1}};
    const DataCard card{
        .name = "toy:" + toy, .hash = "0123456789abcdef", .shape = {n}, .low = -2, .high = 8};
    std::vector<std::string> kept;
    SafeTensors content{.tensors = {}, .metadata = format_header(config, card)};
    kept.reserve(4);
    const auto add = [&](const char* name, const Shape& shape, const std::vector<float>& values) {
      kept.emplace_back();
      for (const float value : values) append_little(kept.back(), value);
      content.tensors[name] = {"F32", shape, kept.back()};
    };
    add("model.dense1.weight", {n, noise}, weight);
    add("model.dense1.bias", {n}, bias);
    add("D.dense1.weight", {1, n}, slope);
    add("D.dense1.bias", {1}, at_zero);
    content.metadata["step"] = std::to_string(step);
    content.metadata["checksum"] = checksum(content);
    return format_safetensors(content);
  }
};

}  // namespace gan
