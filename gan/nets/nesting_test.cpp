#include <ATen/ATen.h>
#include <gtest/gtest.h>

#include "gan/core/error.h"
#include "gan/nets/network.h"
#include "gan/spec/config.h"
#include "gan/spec/testing.h"

namespace gan {
namespace {

Network build(const NetworkSpec& spec, int64_t inputs) {
  return Network(spec, {inputs}, "test", Stream(3), {}, at::kCPU);
}

/// What a network without weights makes of one image [1, H, W].
Tensor change(const LayerSpec& layer, const Tensor& image) {
  const Network net =
      build({Reshape{.shape = {1, image.size(0), image.size(1)}}, layer}, image.numel());
  return net(image.reshape({1, -1}));
}

std::string refused(const NetworkSpec& spec, int64_t inputs) {
  return complaint([&] { shapes(spec, {inputs}, "test"); });
}

TEST(Nesting, NearestUpsamplingRepeatsEachPosition) {
  const Tensor y = change(Upsample{}, at::tensor({1.f, 2.f, 3.f, 4.f}).view({2, 2}));
  const Tensor expected =
      at::tensor({1.f, 1.f, 2.f, 2.f, 1.f, 1.f, 2.f, 2.f, 3.f, 3.f, 4.f, 4.f, 3.f, 3.f, 4.f, 4.f});
  EXPECT_TRUE(at::equal(y.view(-1), expected));
}

/// Along one side of length 2 with zeros outside: (a, b) -> (3 a, 3 a + b, a + 3 b, 3 b) / 4.
TEST(Nesting, BilinearUpsamplingIsTheFilterOneThreeThreeOne) {
  const Tensor along = at::tensor({0.75, 0.75, 0.25, 0.0, 0.0, 0.25, 0.75, 0.75})
                           .view({2, 4})
                           .to(at::kFloat);  // of a, of b
  const Tensor x = at::tensor({1.f, -2.f, 5.f, 3.f}).view({2, 2});
  const Tensor expected = along.t().mm(x).mm(along);
  EXPECT_TRUE(at::allclose(change(Upsample{.filter = Upsample::Filter::bilinear}, x).view({4, 4}),
                           expected));
}

/// Of [a, b, c, d] along a side: (3 a + 3 b + c, b + 3 c + 3 d) / 8, and a constant stays one away
/// from the edge.
TEST(Nesting, DownsamplingIsTheSameFilterAtEverySecondPosition) {
  const Tensor along = at::tensor({3.f, 3.f, 1.f, 0.f, 0.f, 1.f, 3.f, 3.f}).view({2, 4}) / 8;
  const Tensor x = at::arange(16, at::kFloat).sin().view({4, 4});
  EXPECT_TRUE(at::allclose(change(Downsample{}, x).view({2, 2}), along.mm(x).mm(along.t())));
  const Tensor inside =
      change(Downsample{}, at::ones({8, 8})).view({4, 4}).narrow(0, 1, 2).narrow(1, 1, 2);
  EXPECT_TRUE(at::allclose(inside, at::ones({2, 2})));
}

TEST(Nesting, AveragePoolingIsTheMeanOfEachWindow) {
  const Tensor y =
      change(AveragePool{.window = 2, .stride = 1}, at::arange(6, at::kFloat).view({2, 3}));
  EXPECT_TRUE(at::allclose(y.view(-1), at::tensor({2.f, 3.f})));
}

TEST(Nesting, CroppingKeepsTheMiddle) {
  const Tensor x = at::arange(20, at::kFloat).view({4, 5});
  const Tensor y = change(Crop{.height = 1, .width = 3}, x);
  EXPECT_TRUE(at::equal(y.view(-1), at::tensor({6.f, 7.f, 8.f})));
}

TEST(Nesting, AResidualBlockThatBeginsAtZeroIsItsShortcut) {
  const Residual block{.layers = {Dense{.units = 5}, ActivationLayer{},
                                  Dense{.units = 3, .init = {.kind = Init::Kind::zero}}}};
  const Network net = build({block}, 3);
  const Tensor x = at::arange(6, at::kFloat).view({2, 3});
  EXPECT_TRUE(at::equal(net(x), x));
}

TEST(Nesting, AResidualBlockIsTheSumOfItsTwoSides) {
  const NetworkSpec side = {Dense{.units = 4, .activation = Activation::tanh}, Dense{.units = 2}};
  Network block = build({Residual{.layers = side, .shortcut = {Dense{.units = 2}}}}, 3),
          body = build(side, 3), shortcut = build({Dense{.units = 2}}, 3);
  std::map<std::string, Tensor> state;
  block.visit_state("",
                    [&](const std::string& name, Tensor& t) { state[name] = t.detach().clone(); });
  const at::NoGradGuard no_grad;
  body.visit_state("residual1.layers.",
                   [&](const std::string& name, Tensor& t) { t.copy_(state.at(name)); });
  shortcut.visit_state("residual1.shortcut.",
                       [&](const std::string& name, Tensor& t) { t.copy_(state.at(name)); });
  const Tensor x = at::arange(6, at::kFloat).sin().view({2, 3});
  EXPECT_TRUE(at::allclose(block(x), body(x) + shortcut(x)));
}

TEST(Nesting, AGroupSeesItsOwnChannelsAlone) {
  const Network net =
      build({Convolution{.channels = 4, .kernel = 1, .groups = 2, .input = {4, 1, 1}}}, 4);
  const Tensor y = net(at::tensor({1.f, 1.f, 0.f, 0.f}).view({1, 4})).flatten(1);
  EXPECT_TRUE((y.narrow(1, 0, 2) != 0).all().item<bool>());
  EXPECT_TRUE(at::equal(y.narrow(1, 2, 2), at::zeros({1, 2})));
}

TEST(Nesting, AGainMultipliesTheInitialWeights) {
  for (const auto kind : {Init::Kind::he, Init::Kind::glorot}) {
    Network plain = build({Dense{.units = 3, .init = {.kind = kind}}}, 4),
            half = build({Dense{.units = 3, .init = {.kind = kind, .value = 0.5}}}, 4);
    EXPECT_TRUE(at::allclose(half.parameters()[0], plain.parameters()[0] / 2));
  }
}

TEST(Nesting, AnImageAndARowOfAsManyNumbersAreAdded) {
  const NetworkSpec spec{Reshape{.shape = {1, 2, 2}}, Residual{.layers = {Dense{.units = 4}}}};
  Network net = build(spec, 4);
  EXPECT_EQ(net.out(), Shape{4});
  const Tensor x = at::arange(8, at::kFloat).view({2, 4});
  const Tensor learned = at::linear(x, net.parameters()[0], net.parameters()[1]);
  EXPECT_TRUE(at::allclose(net(x), x + learned));
}

/// Weights keep their names when a layer without weights comes before them, and take the names that
/// they are given.
TEST(Nesting, NamesOfWeightsDoNotDependOnPositions) {
  const auto names = [](const NetworkSpec& spec) {
    std::vector<std::string> out;
    build(spec, 2).visit_state("model.",
                               [&](const std::string& name, Tensor&) { out.push_back(name); });
    return out;
  };
  LayerSpec head = Dense{.units = 1};
  head.name = "head";
  const Residual block{.layers = {ActivationLayer{}, Dense{.units = 2}}};
  const Residual with_dropout{.layers = {ActivationLayer{}, Dropout{}, Dense{.units = 2}}};
  const std::vector<std::string> expected = {"model.dense1.weight",
                                             "model.dense1.bias",
                                             "model.residual1.layers.dense1.weight",
                                             "model.residual1.layers.dense1.bias",
                                             "model.head.weight",
                                             "model.head.bias"};
  EXPECT_EQ(names({Dense{.units = 2}, block, head}), expected);
  EXPECT_EQ(names({Dropout{}, Dense{.units = 2}, Dropout{}, with_dropout, head}), expected);
}

TEST(Nesting, WeightNormsAreLimitedInsideBlocks) {
  Network net = build(
      {Residual{.layers = {Dense{
                    .units = 2, .init = {.kind = Init::Kind::normal, .value = 5}, .max_norm = 1}}}},
      2);
  net.constrain();
  EXPECT_LE(net.parameters()[0].norm(2, {1}).max().item<double>(), 1 + 1e-6);
}

TEST(Nesting, WhatDoesNotFitIsNamed) {
  EXPECT_SAYS(refused({Residual{}}, 3), "has no layers");
  EXPECT_SAYS(refused({Residual{.layers = {Dense{.units = 2}}}}, 3),
              "its layers make [2], its shortcut [3]: they cannot be added");
  EXPECT_SAYS(refused({Residual{.layers = {Dense{.units = 3}, Dense{.units = 0}}}}, 3),
              "layer 1 (residual (dense 3");
  EXPECT_SAYS(refused({Reshape{.shape = {2, 2, 2}}}, 6), "does not hold the 6 numbers");
  EXPECT_SAYS(refused({Upsample{}}, 6), "put a layer \"reshape\" before it");
  EXPECT_SAYS(refused({Reshape{.shape = {6, 1, 1}}, Downsample{}}, 6), "at least 2 x 2");
  EXPECT_SAYS(refused({Reshape{.shape = {1, 2, 3}}, AveragePool{.window = 3}}, 6),
              "larger than the image [1, 2, 3]");
  EXPECT_SAYS(refused({Reshape{.shape = {1, 2, 3}}, Crop{.height = 3, .width = 3}}, 6),
              "keeps 3 x 3, of the image [1, 2, 3] that comes in");
  EXPECT_SAYS(
      refused({Convolution{.channels = 4, .kernel = 1, .groups = 3, .input = {6, 1, 1}}}, 6),
      "groups = 3 must divide both the 6 channels");
  EXPECT_SAYS(refused({Residual{.layers = {Dense{.units = 3, .bias = {.marginals = true}}}}}, 3),
              "the generator ends with");
}

TEST(Nesting, ALayerThatSaysNothingOfItselfIsSupportedNowhere) {
  struct Unknown {};
  EXPECT_FALSE(has_fused_passes<Unknown>());
  EXPECT_FALSE(treats_examples_alone<Unknown>());
  EXPECT_TRUE(has_fused_passes<Maxout>());
  EXPECT_FALSE(treats_examples_alone(
      {Dense{.units = 1}, Residual{.layers = {Dense{.units = 1}, BatchNorm{}}}}));
  EXPECT_TRUE(treats_examples_alone({Dense{.units = 1}, Residual{.layers = {Dense{.units = 1}}}}));
}

TEST(Nesting, ARecipeHoldsBlocks) {
  const char* const recipe = R"([generator]
layers = [
  { layer = "dense", units = 16, init = { he = 0.5 } },
  { layer = "reshape", shape = [4, 2, 2] },
  { layer = "batch-norm" },
  { layer = "activation" },
  { layer = "residual", layers = [
      { layer = "upsample", filter = "bilinear" },
      { layer = "convolution", channels = 8, kernel = 1 },
      { layer = "activation", activation = "leaky-relu" },
      { layer = "convolution", channels = 2, kernel = 3, pad = 1, groups = 2, init = "zero" } ], shortcut = [ { layer = "upsample" }, { layer = "convolution", channels = 2, kernel = 1 } ] },
  { layer = "average-pool", window = 2 },
]
)";
  const Config config = parse_config(recipe, "x.toml"),
               again = parse_config(format_config(config), "again");
  EXPECT_EQ(format_config(config), format_config(again));
  const auto& block = std::get<Residual>(config.generator.layers.at(4));
  EXPECT_EQ(block.layers.size(), 4u);
  EXPECT_EQ(std::get<Convolution>(block.layers[3]).init.kind, Init::Kind::zero);
  EXPECT_EQ(std::get<AveragePool>(config.generator.layers.at(5)).stride, 2);
  EXPECT_EQ(shapes(config.generator.layers, {10}, "generator").back().out, (Shape{2, 2, 2}));
}

}  // namespace
}  // namespace gan
