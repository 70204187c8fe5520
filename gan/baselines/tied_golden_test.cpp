/// Whole updates held against NumPy, as numbers that tools/golden/tied.py stored.

#include <ATen/ATen.h>
#include <gtest/gtest.h>

#include <nlohmann/json.hpp>

#include "gan/baselines/cae/cae.h"
#include "gan/baselines/gsn/gsn.h"
#include "gan/golden/testing.h"

namespace gan {
namespace {

using kernels::Format;

Tensor tensor(const nlohmann::json& values, at::IntArrayRef shape) {
  return golden_tensor(values).to(at::kFloat).view(shape);
}

void fill(TiedLayers& layers, const nlohmann::json& parameters) {
  size_t i = 0;
  layers.visit_state(
      "", [&](const std::string&, Tensor& t) { t.copy_(tensor(parameters.at(i++), t.sizes())); });
}

void expect_equal(TiedLayers& layers, const nlohmann::json& parameters, size_t update) {
  size_t i = 0;
  layers.visit_state("", [&](const std::string& name, Tensor& t) {
    const Tensor expected = tensor(parameters.at(i++), t.sizes());
    EXPECT_TRUE(at::allclose(t, expected, 1e-5, 1e-6))
        << name << " after update " << update << ", off by "
        << (t - expected).abs().max().item<float>();
  });
}

TEST(GoldenBaselines, UpdatesOfAGsnAreNumPys) {
  const auto row = golden("tied.json")["gsn"];
  const std::vector<int64_t> sizes = row["sizes"];
  const int64_t rows = row["rows"], steps = row["steps"], dim = sizes[0], top = sizes[2];
  GsnSection section;
  section.hidden = {{sizes[1], sizes[2]}};
  section.walkback = steps;
  section.corruption = row["corruption"];
  section.noise = row["noise"];
  TiedLayers layers(sizes, Format::fp32, Stream(1));
  fill(layers, row["start"]);
  Optimizer optimizer(AveragedMomentum{row["rate"], row["momentum"]}, layers.parameters());
  GsnWalk walk(layers, section, steps, true);
  for (size_t u = 0; u < row["updates"].size(); ++u) {
    const auto& update = row["updates"][u];
    GsnNoise& noise = walk.noise(rows);
    noise.corruption.copy_(tensor(update["corruption"], {rows, dim}));
    noise.pixels.copy_(tensor(update["pixels"], {steps, rows, dim}));
    noise.before[2].copy_(tensor(update["before"], {steps, rows, top}));
    noise.after[2].copy_(tensor(update["after"], {steps, rows, top}));
    const std::vector<double> losses = walk.learn(tensor(update["x"], {rows, dim}), optimizer, {});
    for (int64_t k = 0; k < steps; ++k)
      EXPECT_NEAR(losses[static_cast<size_t>(k)],
                  update["losses"][static_cast<size_t>(k)].get<double>(), 1e-5)
          << u << " " << k;
    expect_equal(layers, update["end"], u);
  }
}

TEST(GoldenBaselines, UpdatesOfAContractiveAutoencoderAreNumPys) {
  const auto row = golden("tied.json")["cae"];
  const std::vector<int64_t> sizes = row["sizes"];
  TiedLayers layer(sizes, Format::fp32, Stream(1));
  fill(layer, row["start"]);
  Optimizer optimizer(AveragedMomentum{row["rate"], row["momentum"]}, layer.parameters());
  ContractiveStep step;
  for (size_t u = 0; u < row["updates"].size(); ++u) {
    const auto& update = row["updates"][u];
    const auto losses =
        step.learn(layer, tensor(update["x"], {row["rows"].get<int64_t>(), sizes[0]}),
                   row["contraction"], optimizer, {});
    EXPECT_NEAR(losses.cross_entropy, update["cross_entropy"].get<double>(), 1e-5);
    EXPECT_NEAR(losses.jacobian, update["jacobian"].get<double>(), 1e-5);
    expect_equal(layer, update["end"], u);
  }
}

}  // namespace
}  // namespace gan
