/// Layers that look across examples or positions, against their formulas written out.

#include <ATen/ATen.h>
#include <gtest/gtest.h>
#include <torch/csrc/autograd/autograd.h>

#include <cmath>

#include "gan/core/testing.h"
#include "gan/nets/draw.h"
#include "gan/nets/network.h"

namespace gan {
namespace {

Network build(const NetworkSpec& spec, const Shape& input, int64_t classes = 0) {
  return Network(spec, input, "test", Stream(3), {}, at::kCPU, classes);
}

std::string refused(const NetworkSpec& spec, const Shape& input, int64_t classes = 0) {
  return complaint<UsageError>([&] { shapes(spec, input, "discriminator", classes); });
}

Pass of_part(int64_t part) {
  return {.training = true, .part = part, .whole = part};
}

// --- Minibatch deviation ---

TEST(MinibatchDeviation, JoinsTheMeanDeviationOfAGroup) {
  const Network net = build({MinibatchDeviation{.group = 2}}, {2});
  const Tensor x = at::tensor({1.f, 10.f, 3.f, 20.f, 5.f, 5.f}).view({3, 2});
  // deviations of (1, 3) and (10, 20): 1 and 5; the last example is a group alone
  const Tensor y = net(x);
  ASSERT_EQ(y.sizes(), (Shape{3, 3}));
  EXPECT_TRUE(at::equal(y.narrow(1, 0, 2), x));
  EXPECT_TRUE(at::allclose(y.select(1, 2), at::tensor({3.f, 3.f, 1e-4f}), 1e-5, 1e-7));
}

TEST(MinibatchDeviation, IsOneMoreChannelOfAnImage) {
  const Network net = build({MinibatchDeviation{.group = 4}}, {2, 3, 2});
  const Tensor x = draw_normal(Stream(1), 8, 12, 0).view({8, 2, 3, 2});
  const Tensor y = net(x);
  ASSERT_EQ(y.sizes(), (Shape{8, 3, 3, 2}));
  EXPECT_TRUE(at::equal(y.narrow(1, 0, 2), x));
  for (const int64_t group : {0, 1}) {
    const Tensor expected = x.narrow(0, 4 * group, 4).std(0, /*unbiased=*/false).mean();
    EXPECT_TRUE(at::allclose(y.select(1, 2).narrow(0, 4 * group, 4), expected.expand({4, 3, 2}),
                             1e-4, 1e-5));
  }
}

TEST(MinibatchDeviation, OfDataDoesNotSeeSamples) {
  const Network net = build({MinibatchDeviation{.group = 4}}, {2});
  const Tensor data = draw_normal(Stream(1), 6, 2, 0), samples = at::full({6, 2}, 9.f);
  const Tensor both = net(at::cat({data, samples}), of_part(6));
  EXPECT_TRUE(at::allclose(both, at::cat({net(data), net(samples)})));
  EXPECT_FALSE(at::allclose(both, net(at::cat({data, samples}))));
}

TEST(MinibatchDeviation, ComparesTwoExamplesOrMore) {
  EXPECT_TRUE(
      holds(refused({MinibatchDeviation{.group = 1}}, {2}), "group = 1, expected at least 2"));
  EXPECT_FALSE(treats_examples_alone({MinibatchDeviation{}}));
}

// --- Self-attention ---

void fill(Network& net, const std::string& name, double value) {
  const at::NoGradGuard no_grad;
  net.visit_state("", [&](const std::string& which, Tensor& t) {
    if (which == name) t.fill_(value);
  });
}

TEST(SelfAttention, StartsAsTheIdentity) {
  const Network net = build({SelfAttention{}}, {16, 3, 2});
  const Tensor x = draw_normal(Stream(1), 4, 16 * 6, 0).view({4, 16, 3, 2});
  EXPECT_TRUE(at::equal(net(x), x));
}

/// Equations 1 to 3, position by position.
TEST(SelfAttention, IsTheFormula) {
  Network net = build({SelfAttention{}}, {16, 2, 2});
  fill(net, "self-attention1.gain", 0.7);
  const Tensor x = draw_normal(Stream(1), 2, 16 * 4, 0).view({2, 16, 2, 2});
  const Tensor y = net(x).detach();
  std::map<std::string, Tensor> w;
  net.visit_state("", [&](const std::string& name, Tensor& t) {
    w[name.substr(name.find('.') + 1)] = t.detach();
  });
  ASSERT_EQ(w.at("query").sizes(), (Shape{2, 16}));
  for (int64_t b = 0; b < 2; ++b) {
    const auto at_position = [&](int64_t i) { return x[b].flatten(1).select(1, i); };  // [C]
    for (int64_t j = 0; j < 4; ++j) {
      std::vector<double> likeness;
      double sum = 0;
      for (int64_t i = 0; i < 4; ++i) {
        const Tensor key = at::mv(w.at("key"), at_position(i)),
                     query = at::mv(w.at("query"), at_position(j));
        likeness.push_back(std::exp(at::dot(key, query).item<double>()));
        sum += likeness.back();
      }
      Tensor taken = at::zeros({2});
      for (int64_t i = 0; i < 4; ++i)
        taken += at::mv(w.at("value"), at_position(i)) * (likeness[static_cast<size_t>(i)] / sum);
      const Tensor expected = at_position(j) + 0.7 * at::mv(w.at("out"), taken);
      EXPECT_TRUE(at::allclose(y[b].flatten(1).select(1, j), expected, 1e-4, 1e-5)) << b << j;
    }
  }
}

/// With a gain, all maps have derivatives; in network_test.cpp the gain is still 0.
TEST(SelfAttention, GradientsAgreeWithFiniteDifferences) {
  Network net = build({SelfAttention{}}, {3, 2, 2});
  fill(net, "self-attention1.gain", 0.6);
  net.visit_state(
      "", [](const std::string&, Tensor& t) { t = t.detach().to(at::kDouble).requires_grad_(); });
  Tensor x = draw_normal(Stream(1), 2, 12, 0).to(at::kDouble).view({2, 3, 2, 2}).requires_grad_();
  const Tensor weights = at::arange(24, at::kDouble).cos().view({2, 3, 2, 2});
  const auto loss = [&] { return (net(x).tanh() * weights).sum(); };
  std::vector<Tensor> wanted = net.parameters();
  wanted.push_back(x);
  const auto gradients = torch::autograd::grad({loss()}, wanted);
  const at::NoGradGuard no_grad;
  for (size_t p = 0; p < wanted.size(); ++p) {
    EXPECT_GT(gradients[p].abs().max().item<double>(), 1e-4) << p;
    Tensor flat = wanted[p].view(-1);
    for (int64_t i = 0; i < flat.numel(); ++i) {
      const double old = flat[i].item<double>(), h = 1e-6;
      flat[i].fill_(old + h);
      const double up = loss().item<double>();
      flat[i].fill_(old - h);
      const double down = loss().item<double>();
      flat[i].fill_(old);
      EXPECT_NEAR(gradients[p].reshape(-1)[i].item<double>(), (up - down) / (2 * h), 1e-7) << p;
    }
  }
}

TEST(SelfAttention, TakesImages) {
  EXPECT_TRUE(holds(refused({SelfAttention{}}, {12}), "takes images, but 12 numbers in a row"));
}

// --- Conditional batch normalisation ---

TEST(ConditionalBatchNorm, HasTheGainAndBiasOfTheLabel) {
  Network net = build({ConditionalBatchNorm{.momentum = 0.25}}, {1}, 2);
  const Tensor x = at::tensor({1.f, 3.f, 1.f, 3.f}).view({4, 1});
  Pass pass = of_part(0);
  pass.label = at::tensor({0, 0, 1, 1}, at::kLong);
  EXPECT_TRUE(at::allclose(net(x, pass), at::tensor({-1.f, 1.f, -1.f, 1.f}).view({4, 1}), 1e-4));
  {
    const at::NoGradGuard no_grad;
    net.parameters()[0].copy_(at::tensor({2.f, 10.f}).view({2, 1}));
    net.parameters()[1].copy_(at::tensor({0.f, 5.f}).view({2, 1}));
  }
  EXPECT_TRUE(at::allclose(net(x, pass), at::tensor({-2.f, 2.f, -5.f, 15.f}).view({4, 1}), 1e-4));
  std::map<std::string, Tensor> state;
  net.visit_state("",
                  [&](const std::string& name, Tensor& t) { state[name] = t.detach().clone(); });
  // two passes: 0, then 2 / 4, then (3 * 0.5 + 2) / 4
  EXPECT_NEAR(state.at("conditional-batch-norm1.mean").item<double>(), 0.875, 1e-6);
  pass.training = false;  // by the running moments
  const Tensor later = net(x, pass).detach();
  const double mean = 0.875,
               deviation =
                   std::sqrt(state.at("conditional-batch-norm1.variance").item<double>() + 1e-5);
  EXPECT_NEAR(later[3].item<double>(), 5 + 10 * (3 - mean) / deviation, 1e-4);
}

TEST(ConditionalBatchNorm, NormalisesEachPartForItself) {
  const Network net = build({ConditionalBatchNorm{}}, {2, 2, 2}, 3);
  const Tensor x = draw_normal(Stream(1), 8, 8, 0).view({8, 2, 2, 2});
  Pass both = of_part(4), one = of_part(0);
  both.label = at::arange(8, at::kLong).remainder(3);
  const Tensor y = net(x, both);
  one.label = both.label.narrow(0, 4, 4);
  EXPECT_TRUE(at::allclose(y.narrow(0, 4, 4), net(x.narrow(0, 4, 4), one), 1e-5, 1e-6));
}

TEST(ConditionalBatchNorm, NeedsLabels) {
  EXPECT_TRUE(sees_labels({Dense{.units = 2}, ConditionalBatchNorm{}}));
  EXPECT_TRUE(holds(refused({ConditionalBatchNorm{}}, {2}), "needs a label of each example"));
  EXPECT_EQ(refused({ConditionalBatchNorm{}}, {2}, 3), "");
}

}  // namespace
}  // namespace gan
