/// Layers of images: worked by hand, and against Python PyTorch as numbers that
/// tools/golden/game.py stored.

#include <ATen/ATen.h>
#include <gtest/gtest.h>
#include <torch/csrc/autograd/autograd.h>

#include <cmath>

#include "gan/golden/testing.h"
#include "gan/nets/fused.h"
#include "gan/nets/network.h"
#include "gan/spec/config.h"

namespace gan {
namespace {

Network build(const NetworkSpec& spec, int64_t inputs) {
  return Network(spec, {inputs}, "test", Stream(3), {}, at::kCPU);
}

void set(Network& net, const Tensor& weight, const Tensor& bias = {}) {
  const at::NoGradGuard no_grad;
  net.parameters()[0].copy_(weight.view(net.parameters()[0].sizes()));
  if (bias.defined()) net.parameters()[1].copy_(bias.view(net.parameters()[1].sizes()));
}

Tensor row(std::vector<float> values) {
  return at::tensor(values).unsqueeze(0);
}

TEST(Convolution, KernelsAreNotFlipped) {
  Network net = build({Convolution{.channels = 1, .kernel = 2, .input = {1, 2, 3}}}, 6);
  set(net, at::tensor({1.f, 2.f, 10.f, 20.f}));
  EXPECT_TRUE(at::equal(net(row({1, 2, 3, 4, 5, 6})).flatten(1),
                        row({1 + 4 + 40 + 100, 2 + 6 + 50 + 120})));
}

TEST(Convolution,
     TransposedIsTheWayBack) {  // y . conv(x) = x . transposed(y), with the same kernels
  const Convolution there{.channels = 3, .kernel = 3, .stride = 2, .pad = 1, .input = {2, 5, 7}};
  const TransposedConvolution back{
      .channels = 2, .kernel = 3, .stride = 2, .pad = 1, .input = {3, 3, 4}};
  Network a = build({there}, 70), b = build({back}, 36);
  ASSERT_EQ(b.outputs(), 70);
  set(b, a.parameters()[0].detach());
  const Tensor x = at::arange(70, at::kFloat).sin().unsqueeze(0),
               y = at::arange(36, at::kFloat).cos().unsqueeze(0);
  EXPECT_NEAR((a(x).flatten(1) * y).sum().item<float>(), (x * b(y).flatten(1)).sum().item<float>(),
              1e-4);
}

TEST(Convolution, BiasesAreOfAChannelOrOfAPosition) {
  for (const bool tied : {true, false}) {
    Network net =
        build({Convolution{.channels = 2, .kernel = 1, .input = {1, 1, 2}, .tied = tied}}, 2);
    set(net, at::zeros({2}), tied ? at::tensor({1.f, 2.f}) : at::tensor({1.f, 2.f, 3.f, 4.f}));
    EXPECT_TRUE(
        at::equal(net(at::ones({1, 2})).flatten(1), tied ? row({1, 1, 2, 2}) : row({1, 2, 3, 4})));
  }
}

TEST(MaxoutConvolution, WindowsRoundUpAndOverlap) {
  const auto pooled = [](int64_t pool, int64_t stride, const Shape& input) {
    Network net = build({MaxoutConvolution{.channels = 1,
                                           .pieces = 1,
                                           .kernel = 1,
                                           .pool = pool,
                                           .pool_stride = stride,
                                           .input = input}},
                        product(input));
    set(net, at::ones({1}));
    return net(at::arange(product(input), at::kFloat).unsqueeze(0)).flatten(1);
  };
  EXPECT_TRUE(at::equal(pooled(2, 2, {1, 5, 5}),
                        row({6, 8, 9, 16, 18, 19, 21, 23, 24})));      // the last of two, two, one
  EXPECT_TRUE(at::equal(pooled(3, 2, {1, 3, 6}), row({14, 16, 17})));  // positions 0-2, 2-4, 4-5
  EXPECT_TRUE(at::equal(pooled(3, 2, {1, 3, 5}), row({12, 14})));      // nothing hangs over
}

TEST(MaxoutConvolution, TakesTheGreatestOfContiguousPieces) {
  Network net =
      build({MaxoutConvolution{.channels = 2, .pieces = 2, .kernel = 1, .input = {1, 1, 2}}}, 2);
  set(net, at::tensor({1.f, 2.f, -1.f, -2.f}), at::tensor({0.f, 0.f, 0.f, 10.f}));
  EXPECT_TRUE(at::equal(net(row({3, -3})).flatten(1), row({6, -3, 4, 16})));
}

TEST(Convolution, EachKernelIsLimited) {
  const Init init{.kind = Init::Kind::normal, .value = 0.5};
  const auto expect_limited = [](const LayerSpec& layer) {
    Network net = build({layer}, 4 * 3 * 3);
    const Tensor before =
        net.parameters()[0].detach().clone().flatten(1);  // [kernels, what is in one]
    net.constrain();
    const Tensor after = net.parameters()[0].detach().flatten(1), old = before.norm(2, {1}, true);
    EXPECT_TRUE(old.lt(2).any().item<bool>() && old.gt(2).any().item<bool>());
    EXPECT_TRUE(at::allclose(after, before * (old.clamp_max(2) / old), 1e-5, 1e-6));
    return before.size(0);
  };
  EXPECT_EQ(expect_limited(Convolution{
                .channels = 5, .kernel = 2, .input = {4, 3, 3}, .init = init, .max_norm = 2}),
            5);
  EXPECT_EQ(expect_limited(TransposedConvolution{
                .channels = 5, .kernel = 2, .input = {4, 3, 3}, .init = init, .max_norm = 2}),
            4);
  EXPECT_EQ(expect_limited(MaxoutConvolution{.channels = 3,
                                             .pieces = 3,
                                             .kernel = 2,
                                             .input = {4, 3, 3},
                                             .init = init,
                                             .max_norm = 2}),
            9);
}

TEST(Convolution, InitialisersCountWhatAPositionSees) {
  const auto weights = [](const LayerSpec& layer) {
    return build({layer}, 40 * 8 * 8).parameters()[0].detach();
  };
  const Shape input{40, 8, 8};
  const auto deviation = [&](const LayerSpec& layer) {
    return weights(layer).std().item<double>();
  };
  const auto most = [&](const LayerSpec& layer) {
    return weights(layer).abs().max().item<double>();
  };
  EXPECT_NEAR(deviation(Convolution{.channels = 50, .kernel = 4, .stride = 2, .input = input}),
              std::sqrt(2.0 / (40 * 16)), 0.001);
  EXPECT_NEAR(
      deviation(MaxoutConvolution{.channels = 25, .pieces = 2, .kernel = 4, .input = input}),
      std::sqrt(2.0 / (40 * 16)), 0.001);
  EXPECT_NEAR(
      deviation(TransposedConvolution{.channels = 50, .kernel = 4, .stride = 2, .input = input}),
      std::sqrt(2.0 / (40 * 4)), 0.002);
  const Init glorot{.kind = Init::Kind::glorot};
  EXPECT_NEAR(
      most(Convolution{.channels = 50, .kernel = 4, .stride = 2, .input = input, .init = glorot}),
      std::sqrt(6.0 / (40 * 16 + 50 * 4)), 1e-4);
  EXPECT_NEAR(most(TransposedConvolution{
                  .channels = 50, .kernel = 4, .stride = 2, .input = input, .init = glorot}),
              std::sqrt(6.0 / (40 * 4 + 50 * 16)), 1e-4);
  EXPECT_NEAR(
      most(TransposedConvolution{
          .channels = 50, .kernel = 4, .input = input, .init = {Init::Kind::uniform, 0.05}}),
      0.05, 1e-4);
  EXPECT_TRUE(
      weights(
          Convolution{.channels = 50, .kernel = 4, .input = input, .init = {Init::Kind::sparse, 7}})
          .ne(0)
          .flatten(1)
          .sum(1)
          .eq(7)
          .all()
          .item<bool>());
}

TEST(BatchNorm, OfImagesIsOfChannels) {
  Network net =
      build({Convolution{.channels = 2, .kernel = 1, .input = {2, 1, 2}}, BatchNorm{}}, 4);
  set(net, at::tensor({1.f, 0.f, 0.f, 1.f}));
  const Tensor x = at::tensor({1.f, 3.f, 10.f, 20.f, 5.f, 7.f, 30.f, 40.f}).view({2, 4});
  const Tensor y = net(x, {.training = true}).view({2, 2, 2});
  EXPECT_TRUE(at::allclose(y.mean(at::IntArrayRef{0, 2}), at::zeros({2}), 0, 1e-6));
  EXPECT_NEAR(y[0][0][0].item<float>(), -3 / std::sqrt(5.0), 1e-4);  // of 1, 3, 5, 7
}

Tensor sines(const Tensor& like, double by) {
  return at::arange(like.numel(), at::kDouble).mul(by).sin().view(like.sizes());
}

/// The fused engine, where it knows the layers, in float32.
void expect_fused(const NetworkSpec& spec, const nlohmann::json& stored) {
  if (!FusedEngine::unsupported(spec, false).empty()) return;
  const int64_t inputs = stored["inputs"];
  Network net = build(spec, inputs);
  int64_t number = 0;
  net.visit_state("", [&](const std::string&, Tensor& t) {
    const at::NoGradGuard no_grad;
    t.copy_(sines(t, 0.7 + 0.1 * static_cast<double>(number++)));
  });
  net.fuse(kernels::Format::fp32);
  const auto tape = net.record({sines(at::empty({2, inputs}), 0.37).to(at::kFloat)}, {});
  const Tensor y = tape->output().clone(), slope = sines(y, 0.51).to(at::kFloat);
  const auto expect = [&](const Tensor& got, const nlohmann::json& numbers, const char* of) {
    EXPECT_TRUE(at::allclose(got.reshape(-1), golden_tensor(numbers).to(at::kFloat), 1e-4, 1e-4))
        << of;
  };
  expect(y, stored["output"], "the fused engine's output");
  expect(tape->input(slope), stored["gradients"][0], "its slope in x");
  const auto gradients = tape->parameters(slope);
  for (size_t i = 0; i < gradients.size(); ++i)
    expect(gradients[i], stored["gradients"][i + 1], "the gradient of a parameter");
}

/// Parameters and inputs are sines on both sides; stored are outputs and gradients, in float64.
TEST(Golden, ImagesAndTheirGradientsAreTorchs) {
  const auto rows = golden("convolutions.json");
  ASSERT_EQ(rows.size(), 6u);
  for (const auto& stored : rows) {
    SCOPED_TRACE(stored["layers"].get<std::string>());
    const NetworkSpec spec =
        parse_config("[generator]\nlayers = " + stored["layers"].get<std::string>(), "golden")
            .generator.layers;
    const int64_t inputs = stored["inputs"];
    Network net = build(spec, inputs);
    int64_t number = 0;
    net.visit_state("", [&](const std::string&, Tensor& t) {
      t = sines(t, 0.7 + 0.1 * static_cast<double>(number++)).requires_grad_();
    });
    const Tensor x = sines(at::empty({2, inputs}), 0.37).requires_grad_(), y = net(x);
    EXPECT_TRUE(at::allclose(y.detach().reshape(-1), golden_tensor(stored["output"]), 1e-9, 1e-10));
    std::vector<Tensor> wanted = net.parameters();
    wanted.insert(wanted.begin(), x);
    const auto gradients = torch::autograd::grad({(y * sines(y, 0.51)).sum()}, wanted);
    ASSERT_EQ(gradients.size(), stored["gradients"].size());
    expect_fused(spec, stored);
    for (size_t i = 0; i < gradients.size(); ++i)
      EXPECT_TRUE(at::allclose(gradients[i].reshape(-1), golden_tensor(stored["gradients"][i]),
                               1e-9, 1e-10))
          << "of " << (i == 0 ? "x" : "parameter") << " " << i;
  }
}

}  // namespace
}  // namespace gan
