#include "gan/nets/network.h"

#include <ATen/ATen.h>
#include <gtest/gtest.h>
#include <torch/csrc/autograd/autograd.h>

#include "gan/core/error.h"

namespace gan {
namespace {

Init small() {
  return {.kind = Init::Kind::normal, .value = 0.5};
}

/// One network per layer kind: the shared tests below run over all of them. Adding a layer is
/// adding a row.
struct Case {
  std::string name;
  NetworkSpec spec;
  int64_t inputs = 6;
};
std::vector<Case> cases() {
  const auto dense = [](Activation a) {
    return NetworkSpec{Dense{.units = 5, .activation = a, .init = small(), .bias = {.value = 0.1}}};
  };
  return {
      {"linear", dense(Activation::linear)},
      {"relu", dense(Activation::relu)},
      {"leaky", dense(Activation::leaky_relu)},
      {"sigmoid", dense(Activation::sigmoid)},
      {"tanh", dense(Activation::tanh)},
      {"maxout", {Maxout{.units = 4, .pieces = 3, .init = small()}}},
      {"dropout", {Dropout{.keep = 0.8, .scale = 1.25}, Dense{.units = 3, .init = small()}}},
      {"batch_norm", {Dense{.units = 4, .init = small()}, BatchNorm{}}},
      {"convolution",
       {Convolution{.channels = 3,
                    .kernel = 3,
                    .pad = 1,
                    .input = {2, 4, 3},
                    .activation = Activation::leaky_relu,
                    .init = small(),
                    .bias = {.value = 0.1}}},
       24},
      {"convolution_strided_untied",
       {Convolution{.channels = 3,
                    .kernel = 2,
                    .stride = 2,
                    .pad = 1,
                    .input = {2, 4, 3},
                    .activation = Activation::tanh,
                    .init = small(),
                    .tied = false}},
       24},
      {"transposed_convolution",
       {TransposedConvolution{.channels = 2,
                              .kernel = 3,
                              .stride = 2,
                              .pad = 1,
                              .input = {3, 2, 3},
                              .activation = Activation::sigmoid,
                              .init = small()}},
       18},
      {"transposed_convolution_untied",
       {TransposedConvolution{.channels = 2,
                              .kernel = 3,
                              .stride = 2,
                              .input = {3, 2, 1},
                              .init = small(),
                              .tied = false}},
       6},
      {"maxout_convolution",
       {MaxoutConvolution{.channels = 2,
                          .pieces = 3,
                          .kernel = 2,
                          .pad = 1,
                          .pool = 3,
                          .pool_stride = 2,
                          .input = {2, 4, 3},
                          .init = small()}},
       24},
      {"maxout_convolution_untied",
       {MaxoutConvolution{.channels = 2,
                          .pieces = 2,
                          .kernel = 2,
                          .pool = 2,
                          .pool_stride = 2,
                          .input = {2, 4, 3},
                          .init = small(),
                          .tied = false}},
       24},
      {"images_through_all",
       {Dense{.units = 12, .init = small()},
        TransposedConvolution{
            .channels = 2, .kernel = 2, .stride = 2, .input = {3, 2, 2}, .init = small()},
        BatchNorm{}, Dropout{},
        Convolution{.channels = 2, .kernel = 2, .activation = Activation::relu, .init = small()},
        Dense{.units = 2, .init = small()}}},
      {"activation",
       {Dense{.units = 5, .init = small()},
        ActivationLayer{.activation = Activation::leaky_relu, .slope = 0.1}}},
      {"grouped_convolution",
       {Convolution{.channels = 6,
                    .kernel = 2,
                    .groups = 2,
                    .input = {4, 3, 2},
                    .init = small(),
                    .bias = {.value = 0.1}}},
       24},
      {"grouped_transposed_convolution",
       {TransposedConvolution{.channels = 4,
                              .kernel = 3,
                              .stride = 2,
                              .groups = 2,
                              .input = {6, 2, 2},
                              .init = small(),
                              .tied = false}},
       24},
      {"upsample_nearest",
       {Reshape{.shape = {2, 1, 3}}, Upsample{}, Dense{.units = 2, .init = small()}}},
      {"upsample_bilinear",
       {Reshape{.shape = {2, 1, 3}}, Upsample{.filter = Upsample::Filter::bilinear},
        Dense{.units = 2, .init = small()}}},
      {"downsample",
       {Reshape{.shape = {2, 4, 3}}, Downsample{}, Dense{.units = 2, .init = small()}},
       24},
      {"average_pool",
       {Reshape{.shape = {2, 4, 3}}, AveragePool{.window = 2, .stride = 1},
        Dense{.units = 2, .init = small()}},
       24},
      {"residual",
       {Reshape{.shape = {4, 2, 3}},
        Residual{.layers = {Convolution{.channels = 8, .kernel = 1, .init = small()},
                            ActivationLayer{.activation = Activation::tanh},
                            Convolution{
                                .channels = 4, .kernel = 3, .pad = 1, .groups = 2, .init = small()},
                            Dropout{}}},
        Dense{.units = 2, .init = small()}},
       24},
      {"residual_with_a_shortcut",
       {Reshape{.shape = {2, 4, 2}},
        Residual{
            .layers = {Downsample{},
                       Convolution{.channels = 3, .kernel = 3, .pad = 1, .init = small()}},
            .shortcut = {Downsample{}, Convolution{.channels = 3, .kernel = 1, .init = small()}}},
        Dense{.units = 1, .init = small()}},
       16},
      {"dcgan",
       {Dense{.units = 32, .init = small()}, Reshape{.shape = {8, 2, 2}}, BatchNorm{},
        ActivationLayer{},
        TransposedConvolution{.channels = 4, .kernel = 4, .stride = 2, .pad = 1, .init = small()},
        BatchNorm{}, ActivationLayer{},
        TransposedConvolution{.channels = 1,
                              .kernel = 4,
                              .stride = 2,
                              .pad = 1,
                              .activation = Activation::tanh,
                              .init = small()}}},
      {"paper",
       {Dropout{.keep = 0.8, .scale = 1.25}, Maxout{.units = 6, .pieces = 5, .init = small()},
        Dropout{}, Dense{.units = 1, .init = small()}}}};
}

class EveryLayer : public testing::TestWithParam<Case> {};
INSTANTIATE_TEST_SUITE_P(Network, EveryLayer, testing::ValuesIn(cases()),
                         [](const auto& info) { return info.param.name; });

Network build(const NetworkSpec& spec, int64_t inputs, uint64_t seed = 3) {
  return Network(spec, inputs, "test", Stream(seed), {}, at::kCPU);
}

/// The same network in float64, so that finite differences can be trusted.
Network build_double(const NetworkSpec& spec, int64_t inputs) {
  Network net = build(spec, inputs);
  net.visit_state("", [](const std::string&, Tensor& t) {
    const bool learned = t.requires_grad();
    t = t.detach().to(at::kDouble).requires_grad_(learned);
  });
  return net;
}

const Pass kTraining{.training = true, .noise = Stream(9, "noise"), .step = 4};

TEST_P(EveryLayer, GradientsAgreeWithFiniteDifferences) {
  const int64_t inputs = GetParam().inputs;
  Network net = build_double(GetParam().spec, inputs);
  Tensor x = at::empty({4, inputs}, at::kDouble);
  const Tensor drawn = at::arange(4 * inputs, at::kDouble).mul(0.37).sin().view({4, inputs});
  x.copy_(drawn).requires_grad_();
  const Tensor weights = at::arange(net.outputs(), at::kDouble).add(1).cos();
  const auto loss = [&] { return (net(x, kTraining).tanh() * weights).sum(); };

  std::vector<Tensor> wanted = net.parameters();
  wanted.push_back(x);
  const auto gradients = torch::autograd::grad({loss()}, wanted);
  const at::NoGradGuard no_grad;
  for (size_t p = 0; p < wanted.size(); ++p) {
    Tensor flat = wanted[p].view(-1);
    for (int64_t i = 0; i < flat.numel(); ++i) {
      const double old = flat[i].item<double>(), h = 1e-6;
      flat[i].fill_(old + h);
      const double up = loss().item<double>();
      flat[i].fill_(old - h);
      const double down = loss().item<double>();
      flat[i].fill_(old);
      EXPECT_NEAR(gradients[p].reshape(-1)[i].item<double>(), (up - down) / (2 * h), 2e-7)
          << "tensor " << p << " element " << i;
    }
  }
}

TEST_P(EveryLayer, WidthsAndParameterCountsAreWhatTheSpecSays) {
  Network net = build(GetParam().spec, GetParam().inputs);
  const auto expected = shapes(GetParam().spec, GetParam().inputs, "test");
  int64_t parameters = 0, built = 0;
  for (size_t i = 0; i < expected.size(); ++i)
    parameters += parameter_count(GetParam().spec[i], expected[i]);
  for (const Tensor& p : net.parameters()) built += p.numel();
  EXPECT_EQ(net(at::ones({3, GetParam().inputs})).sizes(),
            (std::vector<int64_t>{3, size_of(expected.back().out)}));
  EXPECT_EQ(built, parameters);
}

TEST_P(EveryLayer, ASeedDecidesEverything) {
  const int64_t inputs = GetParam().inputs;
  const Tensor x = at::ones({3, inputs});
  Network a = build(GetParam().spec, inputs), b = build(GetParam().spec, inputs),
          c = build(GetParam().spec, inputs, 4);
  EXPECT_TRUE(at::equal(a(x, kTraining), b(x, kTraining)));
  if (GetParam().name != "batch_norm") {
    EXPECT_FALSE(at::equal(a(x), c(x)));
  }  // on equal rows batch norm gives its bias
}

TEST_P(EveryLayer, StateHasDistinctNamesAndMakesAnEqualNetwork) {
  const int64_t inputs = GetParam().inputs;
  Network a = build(GetParam().spec, inputs), b = build(GetParam().spec, inputs, 8);
  std::map<std::string, Tensor> state;
  a.visit_state("D.", [&](const std::string& name, Tensor& t) {
    EXPECT_TRUE(state.emplace(name, t.detach().clone()).second) << name;
  });
  const at::NoGradGuard no_grad;
  b.visit_state("D.", [&](const std::string& name, Tensor& t) { t.copy_(state.at(name)); });
  const Tensor x = at::arange(2 * inputs, at::kFloat).view({2, inputs});
  EXPECT_TRUE(at::equal(a(x), b(x)));
}

TEST(Network, MaxoutTakesTheGreatestOfContiguousPieces) {
  Network net = build({Maxout{.units = 2, .pieces = 3}}, 1);
  const at::NoGradGuard no_grad;
  net.visit_state("", [](const std::string& name, Tensor& t) {
    t.copy_(name == "0.weight" ? at::tensor({1.f, 2.f, 3.f, -1.f, -2.f, -3.f}).view({6, 1})
                               : at::zeros({6}));
  });
  EXPECT_TRUE(at::equal(net(at::tensor({2.f, -2.f}).view({2, 1})),
                        at::tensor({6.f, -2.f, -2.f, 6.f}).view({2, 2})));
}

TEST(Network, DropoutKeepsTheAskedShareScaledAndDropsNothingLater) {
  const Network net = build({Dropout{.keep = 0.8, .scale = 1.25}}, 1000);
  const Tensor x = at::ones({50, 1000}), y = net(x, kTraining);
  EXPECT_TRUE(at::equal(y.ne(0).to(at::kFloat) * 1.25, y));
  EXPECT_NEAR(y.ne(0).to(at::kFloat).mean().item<double>(), 0.8, 4 * std::sqrt(0.16 / 50000));
  EXPECT_FALSE(at::equal(y[0], y[1]));  // a mask for each example
  EXPECT_TRUE(at::equal(net(x), x));
  Pass next = kTraining;
  next.step = 5;
  EXPECT_FALSE(at::equal(net(x, next), y));
}

TEST(Network, InitialisersHaveTheirMoments) {
  const auto weights = [](Init init) {
    Network net = build({Dense{.units = 300, .init = init}}, 200);
    return net.parameters()[0].detach();
  };
  const double he = weights({}).std().item<double>(),
               glorot = weights({Init::Kind::glorot}).abs().max().item<double>();
  EXPECT_NEAR(he, std::sqrt(2.0 / 200), 0.002);
  EXPECT_NEAR(glorot, std::sqrt(6.0 / 500), 1e-4);
  EXPECT_NEAR(weights({Init::Kind::uniform, 0.05}).std().item<double>(), 0.05 / std::sqrt(3.0),
              2e-4);
  EXPECT_NEAR(weights({Init::Kind::normal, 0.3}).std().item<double>(), 0.3, 0.003);
  const Tensor sparse = weights({Init::Kind::sparse, 15});
  EXPECT_TRUE(sparse.ne(0).sum(1).eq(15).all().item<bool>());
  EXPECT_NEAR(sparse.square().sum().item<double>() / (300 * 15), 1, 0.1);
}

TEST(Network, MarginalBiasIsTheLogitOfTheMean) {
  const Tensor mean = at::tensor({0.5f, 0.9f, 0.f});
  Network net({Dense{.units = 3, .bias = {.marginals = true}}}, 2, "generator", Stream(1), mean,
              at::kCPU);
  const Tensor bias = net.parameters()[1];
  EXPECT_NEAR(bias[0].item<double>(), 0, 1e-6);
  EXPECT_NEAR(bias[1].item<double>(), std::log(9.0), 1e-5);
  EXPECT_NEAR(bias[2].item<double>(), std::log(1e-7), 1e-2);
  EXPECT_THROW(Network({Dense{.units = 4, .bias = {.marginals = true}}}, 2, "generator", Stream(1),
                       mean, at::kCPU),
               UsageError);
}

TEST(Network, ConstrainLimitsEachUnitsIncomingWeights) {
  Network net = build({Maxout{.units = 10, .pieces = 3, .init = small(), .max_norm = 2.2}}, 20);
  const Tensor before = net.parameters()[0].detach().clone();
  net.constrain();
  const Tensor norm = net.parameters()[0].detach().norm(2, {1}), old = before.norm(2, {1});
  EXPECT_TRUE(old.lt(2.2).any().item<bool>() && old.gt(2.2).any().item<bool>());
  EXPECT_TRUE(at::allclose(norm, old.clamp_max(2.2), 1e-5, 1e-6));
  net.constrain();
  EXPECT_TRUE(at::allclose(net.parameters()[0].detach().norm(2, {1}), norm, 1e-5));
}

TEST(Network, BatchNormNormalisesABatchAndRemembersMoments) {
  Network net = build({BatchNorm{.momentum = 0.25}}, 2);
  const Tensor x = at::tensor({1.f, 10.f, 3.f, 30.f}).view({2, 2});
  const Tensor y = net(x, kTraining).detach();
  EXPECT_TRUE(at::allclose(y, at::tensor({-1.f, -1.f, 1.f, 1.f}).view({2, 2}), 1e-4, 1e-4));
  std::map<std::string, Tensor> state;
  net.visit_state("",
                  [&](const std::string& name, Tensor& t) { state[name] = t.detach().clone(); });
  EXPECT_TRUE(at::allclose(state["0.mean"], at::tensor({0.5f, 5.f})));  // a quarter of (2, 20)
  EXPECT_TRUE(at::allclose(state["0.variance"],
                           at::tensor({1.25f, 50.75f})));  // 3/4 of 1, 1/4 of the unbiased variance
}

TEST(Network, AverageMovesTowardsTheOther) {
  Network a = build({Dense{.units = 2, .init = small()}}, 2),
          b = build({Dense{.units = 2, .init = small()}}, 2, 5);
  const Tensor before = a.parameters()[0].detach().clone(), other = b.parameters()[0].detach();
  a.average(b, 0.9);
  EXPECT_TRUE(at::allclose(a.parameters()[0].detach(), before * 0.9 + other * 0.1, 1e-6, 1e-7));
}

}  // namespace
}  // namespace gan
