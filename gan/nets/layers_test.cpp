/// Single layers of rows of numbers, worked by hand or by their moments.

#include <ATen/ATen.h>
#include <gtest/gtest.h>

#include <cmath>

#include "gan/core/error.h"
#include "gan/nets/network.h"

namespace gan {
namespace {

Init small() {
  return {.kind = Init::Kind::normal, .value = 0.5};
}

Network build(const NetworkSpec& spec, const Shape& input, uint64_t seed = 3) {
  return Network(spec, input, "test", Stream(seed), {}, at::kCPU);
}

const Pass kTraining{.training = true, .noise = Stream(9, "noise"), .step = 4};

TEST(Network, MaxoutTakesTheGreatestOfContiguousPieces) {
  Network net = build({Maxout{.units = 2, .pieces = 3}}, {1});
  const at::NoGradGuard no_grad;
  net.visit_state("", [](const std::string& name, Tensor& t) {
    t.copy_(name == "maxout1.weight" ? at::tensor({1.f, 2.f, 3.f, -1.f, -2.f, -3.f}).view({6, 1})
                                     : at::zeros({6}));
  });
  EXPECT_TRUE(at::equal(net(at::tensor({2.f, -2.f}).view({2, 1})),
                        at::tensor({6.f, -2.f, -2.f, 6.f}).view({2, 2})));
}

TEST(Network, DropoutKeepsTheAskedShareScaledAndDropsNothingLater) {
  const Network net = build({Dropout{.keep = 0.8, .scale = 1.25}}, {1000});
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
    Network net = build({Dense{.units = 300, .init = init}}, {200});
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
  Network net({Dense{.units = 3, .bias = {.marginals = true}}}, {2}, "generator", Stream(1), mean,
              at::kCPU);
  const Tensor bias = net.parameters()[1];
  EXPECT_NEAR(bias[0].item<double>(), 0, 1e-6);
  EXPECT_NEAR(bias[1].item<double>(), std::log(9.0), 1e-5);
  EXPECT_NEAR(bias[2].item<double>(), std::log(1e-7), 1e-2);
  EXPECT_THROW(Network({Dense{.units = 4, .bias = {.marginals = true}}}, {2}, "generator",
                       Stream(1), mean, at::kCPU),
               UsageError);
}

TEST(Network, ConstrainLimitsEachUnitsIncomingWeights) {
  Network net = build({Maxout{.units = 10, .pieces = 3, .init = small(), .max_norm = 2.2}}, {20});
  const Tensor before = net.parameters()[0].detach().clone();
  net.constrain();
  const Tensor norm = net.parameters()[0].detach().norm(2, {1}), old = before.norm(2, {1});
  EXPECT_TRUE(old.lt(2.2).any().item<bool>() && old.gt(2.2).any().item<bool>());
  EXPECT_TRUE(at::allclose(norm, old.clamp_max(2.2), 1e-5, 1e-6));
  net.constrain();
  EXPECT_TRUE(at::allclose(net.parameters()[0].detach().norm(2, {1}), norm, 1e-5));
}

TEST(Network, BatchNormNormalisesABatchAndRemembersMoments) {
  Network net = build({BatchNorm{.momentum = 0.25}}, {2});
  const Tensor x = at::tensor({1.f, 10.f, 3.f, 30.f}).view({2, 2});
  const Tensor y = net(x, kTraining).detach();
  EXPECT_TRUE(at::allclose(y, at::tensor({-1.f, -1.f, 1.f, 1.f}).view({2, 2}), 1e-4, 1e-4));
  std::map<std::string, Tensor> state;
  net.visit_state("",
                  [&](const std::string& name, Tensor& t) { state[name] = t.detach().clone(); });
  EXPECT_TRUE(
      at::allclose(state["batch-norm1.mean"], at::tensor({0.5f, 5.f})));  // a quarter of (2, 20)
  EXPECT_TRUE(at::allclose(state["batch-norm1.variance"],
                           at::tensor({1.25f, 50.75f})));  // 3/4 of 1, 1/4 of the unbiased variance
}

TEST(Network, AverageMovesTowardsTheOther) {
  Network a = build({Dense{.units = 2, .init = small()}}, {2}),
          b = build({Dense{.units = 2, .init = small()}}, {2}, 5);
  const Tensor before = a.parameters()[0].detach().clone(), other = b.parameters()[0].detach();
  a.average(b, 0.9);
  EXPECT_TRUE(at::allclose(a.parameters()[0].detach(), before * 0.9 + other * 0.1, 1e-6, 1e-7));
}

}  // namespace
}  // namespace gan
