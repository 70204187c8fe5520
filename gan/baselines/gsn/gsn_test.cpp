#include "gan/baselines/gsn/gsn.h"

#include <ATen/ATen.h>
#include <gtest/gtest.h>
#include <torch/csrc/autograd/autograd.h>

#include <cmath>
#include <map>

#include "gan/baselines/testing.h"
#include "gan/core/error.h"
#include "gan/kernels/testing.h"
#include "gan/nets/draw.h"

namespace gan {
namespace {

using kernels::Format;

const Tensor kHalf = at::full({8}, 0.5);

/// The parameters of both directions, in float64.
struct Parameters {
  std::vector<Tensor> w, b;  // w[l - 1]: of layer l
  explicit Parameters(const TiedLayers& layers) {
    for (size_t l = 0; l <= layers.depth(); ++l) {
      b.push_back(layers.biases(l).to(at::kDouble).clone());
      if (l > 0) w.push_back(layers.weights(l).to(at::kDouble).clone());
    }
  }
};

void fill_biases(TiedLayers& layers) {
  layers.visit_state("", [](const std::string& name, Tensor& t) {
    if (name.ends_with("biases"))
      t.copy_(draw_normal(Stream(9, name), 1, t.numel(), 0).squeeze(0) * 0.3);
  });
}

/// The published order, written down plainly: the sum over steps of the mean cross-entropy. In
/// float64, differentiable.
Tensor walkback_loss(const Parameters& p, const GsnSection& s, const Tensor& x_,
                     const GsnNoise& noise) {
  const size_t depth = p.w.size();
  const Tensor x = x_.to(at::kDouble), u = noise.corruption.to(at::kDouble);
  std::vector<Tensor> h = {at::where(u < s.corruption / 2, at::ones_like(x),
                                     at::where(u < s.corruption, at::zeros_like(x), x))};
  for (size_t l = 1; l <= depth; ++l)
    h.push_back(at::zeros({x.size(0), p.b[l].numel()}, at::kDouble));
  Tensor loss = at::zeros({}, at::kDouble);
  for (int64_t k = 0; k < s.walkback; ++k)
    for (const size_t parity : {1, 0})
      for (size_t l = parity; l <= depth; l += 2) {
        Tensor a = p.b[l];
        if (l > 0) a = a + h[l - 1].mm(p.w[l - 1].t());
        if (l < depth) a = a + h[l + 1].mm(p.w[l]);
        if (l == 0) {
          loss = loss + at::binary_cross_entropy_with_logits(a, x);
          h[0] = noise.pixels[k]
                     .lt((1 - s.corruption) * at::sigmoid(a.detach()) + s.corruption / 2)
                     .to(at::kDouble);
          continue;
        }
        const bool noisy = l > 1 && s.noise > 0;
        if (noisy) a = a + s.noise * noise.before[l][k];
        h[l] = s.activation == HiddenActivation::tanh ? at::tanh(a) : at::sigmoid(a);
        if (noisy) h[l] = h[l] + s.noise * noise.after[l][k];
      }
  return loss;
}

struct Case {
  std::vector<int64_t> hidden;
  int64_t walkback;
  HiddenActivation activation;
};

class GsnGradients : public testing::TestWithParam<Case> {
 protected:
  static constexpr int64_t kRows = 6, kDim = 11;
  GsnSection section() const {
    GsnSection s = small_gsn(GetParam().hidden, GetParam().walkback);
    s.activation = GetParam().activation;
    return s;
  }
  static TiedLayers layers(const GsnSection& s, Format precision = Format::fp32) {
    std::vector<int64_t> sizes = s.hidden.values;
    sizes.insert(sizes.begin(), kDim);
    TiedLayers out(sizes, precision, Stream(1));
    fill_biases(out);
    return out;
  }
  Tensor x_ = draw_uniform(Stream(2), kRows, kDim, 0);
};
INSTANTIATE_TEST_SUITE_P(Shapes, GsnGradients,
                         testing::Values(Case{{9}, 1, HiddenActivation::sigmoid},
                                         Case{{9}, 3, HiddenActivation::tanh},
                                         Case{{9, 13}, 2, HiddenActivation::tanh},
                                         Case{{9, 13}, 4, HiddenActivation::tanh},
                                         Case{{9, 13}, 3, HiddenActivation::sigmoid},
                                         Case{{9, 13, 10}, 4, HiddenActivation::tanh},
                                         Case{{9, 13, 10, 12}, 5, HiddenActivation::tanh}));

TEST_P(GsnGradients, GradientsThroughAllStepsAreThoseOfThePlainWalk) {
  const GsnSection s = section();
  TiedLayers net = layers(s);
  Parameters p(net);
  GsnWalk walk(net, s, s.walkback, true);
  walk.draw(kRows, Stream(3), 5, 0);
  const GsnNoise& noise = walk.noise(kRows);

  for (auto* all : {&p.w, &p.b})
    for (Tensor& t : *all) t.requires_grad_();
  const Tensor loss = walkback_loss(p, s, x_, noise);
  std::vector<Tensor> wanted = p.w;
  wanted.insert(wanted.end(), p.b.begin(), p.b.end());
  const auto expected =
      torch::autograd::grad({loss}, wanted, {}, false, false, /*allow_unused=*/true);

  Optimizer optimizer(AveragedMomentum{0, 0}, net.parameters());
  const std::vector<double> losses = walk.learn(x_, optimizer, {});
  double sum = 0;
  for (const double one : losses) sum += one;
  EXPECT_NEAR(sum, loss.item<double>(), 1e-6);
  size_t i = 0;
  optimizer.visit_state("", [&](const std::string& name, Tensor& gradient) {
    const Tensor& e = expected[i++];
    EXPECT_GT(e.abs().max().item<double>(), 0) << name;  // every parameter counts
    EXPECT_TRUE(at::allclose(gradient.to(at::kDouble), e, 1e-4, 1e-7))
        << name << " off by " << (gradient - e).abs().max().item<double>();
  });
}

TEST_P(GsnGradients, ThePlainWalksGradientsAreFiniteDifferences) {
  const GsnSection s = section();
  TiedLayers net = layers(s);
  Parameters p(net);
  GsnWalk walk(net, s, s.walkback, true);
  walk.draw(kRows, Stream(3), 5, 0);
  const GsnNoise& noise = walk.noise(kRows);
  for (auto* all : {&p.w, &p.b})
    for (Tensor& t : *all) {
      t.requires_grad_();
      const Tensor g = torch::autograd::grad({walkback_loss(p, s, x_, noise)}, {t})[0].flatten();
      t = t.detach();
      for (int64_t j = 0; j < t.numel(); j += 7) {
        constexpr double kStep = 1e-6;
        Tensor one = t.view(-1)[j];
        one.add_(kStep);
        const double up = walkback_loss(p, s, x_, noise).item<double>();
        one.sub_(2 * kStep);
        const double down = walkback_loss(p, s, x_, noise).item<double>();
        one.add_(kStep);
        EXPECT_NEAR(g[j].item<double>(), (up - down) / (2 * kStep), 1e-8);
      }
    }
}

TEST_P(GsnGradients, InBfloat16GradientsPointTheSameWay) {
  if (!kernels::has_bf16()) GTEST_SKIP() << kernels::kNoBfloat16;
  const GsnSection s = section();
  std::map<std::string, Tensor> gradients[2];
  for (const Format f : {Format::fp32, Format::bf16}) {
    TiedLayers net = layers(s, f);
    GsnWalk walk(net, s, s.walkback, true);
    walk.draw(kRows, Stream(3), 5, 0);
    Optimizer optimizer(AveragedMomentum{0, 0}, net.parameters());
    walk.learn(x_, optimizer, {});
    optimizer.visit_state("", [&](const std::string& name, Tensor& t) {
      gradients[f == Format::bf16][name] = t.flatten();
    });
  }
  for (const auto& [name, g] : gradients[0]) {
    const Tensor& other = gradients[1].at(name);
    EXPECT_GT((g.dot(other) / (g.norm() * other.norm())).item<double>(), 0.99) << name;
  }
}

/// 1 visible unit, layers of 1 and 1, all numbers by hand: h1 = tanh(w1 h0 + w2 h2 + b1), h2 =
/// tanh(w2 h1 + b2 + n) + m.
TEST(Gsn, TwoLayersByHand) {
  TiedLayers net({1, 1, 1}, Format::fp32, Stream(1));
  const std::map<std::string, float> values = {{"1.weights", 0.8f},
                                               {"2.weights", -1.5f},
                                               {"0.biases", 0.1f},
                                               {"1.biases", 0.2f},
                                               {"2.biases", -0.3f}};
  net.visit_state("", [&](const std::string& name, Tensor& t) { t.fill_(values.at(name)); });
  GsnSection s = small_gsn({1, 1}, 2);
  s.corruption = 0.4;
  s.noise = 2;
  GsnWalk walk(net, s, 2, true);
  GsnNoise& noise = walk.noise(1);
  noise.corruption.fill_(0.9);
  noise.pixels.fill_(0.5);
  noise.before[2].fill_(0.25);
  noise.after[2].fill_(-0.1);
  Optimizer optimizer(AveragedMomentum{0, 0}, net.parameters());
  const std::vector<double> losses = walk.learn(at::full({1, 1}, 0.7), optimizer, {});

  const auto sigmoid = [](double a) { return 1 / (1 + std::exp(-a)); };
  const double h1 =
      std::tanh(0.8 * 0.7 + 0.2);             // h2 = 0 at first, and the first layer has no noise
  const double p1 = sigmoid(0.8 * h1 + 0.1);  // .6 p + .2 > .5: a 1 is drawn
  const double h2 =
      std::tanh(-1.5 * h1 - 0.3 + 2 * 0.25) - 2 * 0.1;  // from the new h1, in the same step
  const double p2 = sigmoid(0.8 * std::tanh(0.8 * 1 - 1.5 * h2 + 0.2) + 0.1);
  ASSERT_GT(0.6 * p1 + 0.2, 0.5);
  const auto cost = [](double p) { return -0.7 * std::log(p) - 0.3 * std::log(1 - p); };
  EXPECT_NEAR(losses[0], cost(p1), 1e-6);
  EXPECT_NEAR(losses[1], cost(p2), 1e-6);
}

Gsn chain_model(GsnSection s) {
  Gsn model(s, at::full({8}, 0.5), 1, Format::fp32);
  model.visit_state([](const std::string& name, Tensor& t) {
    if (name != "model.means")
      t.copy_(draw_normal(Stream(9, name), 1, t.numel(), 0).view(t.sizes()) * 0.5);
  });
  return model;
}

TEST(Gsn, AStepWithoutNoiseIsAPlainPassAndAlwaysTheSame) {
  GsnSection s = small_gsn({6, 5}, 2);
  s.corruption = 0;
  s.noise = 0;
  Gsn model = chain_model(s);
  const Tensor x = draw_uniform(Stream(4), 3, 8, 0);
  Tensor one = model.start_at(x, 1), two = model.start_at(x, 2);
  EXPECT_TRUE(at::equal(model.show(one), x));
  EXPECT_TRUE(at::equal(one, two));
  model.advance(one, 1, 0);
  model.advance(two, 2, 0);
  EXPECT_TRUE(at::equal(model.show(one), model.show(two)));
  const Parameters p(model.layers());
  const Tensor h1 = at::tanh(x.to(at::kDouble).mm(p.w[0].t()) + p.b[1]),
               h2 = at::tanh(h1.mm(p.w[1].t()) + p.b[2]);
  EXPECT_TRUE(at::allclose(model.show(one).to(at::kDouble), at::sigmoid(h1.mm(p.w[0]) + p.b[0]),
                           1e-5, 1e-6));
  EXPECT_TRUE(at::allclose(one.narrow(1, 16, 5).to(at::kDouble), h2, 1e-5, 1e-6));
  const Tensor pixels = one.narrow(1, 8, 8).to(at::kDouble);  // drawn
  EXPECT_TRUE((pixels.eq(0) | pixels.eq(1)).all().item<bool>());
  model.advance(one, 1, 1);
  const Tensor next = at::tanh(pixels.mm(p.w[0].t()) + h2.mm(p.w[1]) + p.b[1]);
  EXPECT_TRUE(at::allclose(model.show(one).to(at::kDouble), at::sigmoid(next.mm(p.w[0]) + p.b[0]),
                           1e-5, 1e-6));
}

TEST(Gsn, AChainIsAFunctionOfItsNumber) {
  Gsn model = chain_model(small_gsn({6, 5, 7}, 3));
  Tensor all = model.start(6, 3, 10), some = model.start(2, 3, 12);
  EXPECT_TRUE(at::equal(all.narrow(0, 2, 2), some));
  EXPECT_TRUE(at::equal(model.show(all), all.narrow(1, 8, 8)));
  for (int64_t t = 0; t < 5; ++t) {
    model.advance(all, 3, t, 10);
    model.advance(some, 3, t, 12);
    EXPECT_TRUE(at::allclose(all.narrow(0, 2, 2), some, 1e-4, 1e-5)) << t;
  }
  EXPECT_FALSE(at::allclose(model.show(all)[0], model.show(all)[1], 1e-2, 1e-2));
  Tensor again = model.start(6, 3, 10);
  model.advance(again, 3, 0, 10);
  Tensor other = model.start(6, 3, 10);
  model.advance(other, 3, 1, 10);  // another step draws other numbers
  EXPECT_FALSE(at::equal(again, other));
}

TEST(Gsn, AChainStartsAtCorruptedDrawsOfTheDatasMeans) {
  GsnSection s = small_gsn({6, 5}, 2);
  s.corruption = 0.4;
  const Tensor means = at::arange(8, at::kFloat) / 7;
  Gsn model(s, means, 1, Format::fp32);
  const Tensor state = model.start(40'000, 1), pixels = state.narrow(1, 8, 8);
  EXPECT_TRUE((pixels.eq(0) | pixels.eq(1)).all().item<bool>());
  EXPECT_LT((pixels.mean(0) - (means * 0.6 + 0.2)).abs().max().item<float>(),
            0.0125f);  // 5 deviations
  EXPECT_EQ(state.narrow(1, 16, 5).abs().max().item<float>(), 0);
}

TEST(Gsn, DrawnPixelsFollowTheirMeans) {
  GsnSection s = small_gsn({6}, 1);
  s.corruption = 0.4;
  Gsn model = chain_model(s);
  constexpr int64_t kN = 40'000;
  Tensor state = model.start_at(at::full({1, 8}, 0.5).expand({kN, 8}), 1);
  const Tensor first = state.narrow(1, 8, 8);
  for (const auto& [value, share] : {std::pair{1.0, 0.2}, std::pair{0.0, 0.2}, std::pair{0.5, 0.6}})
    EXPECT_NEAR(first.eq(value).to(at::kDouble).mean().item<double>(), share, 0.005);
  model.advance(state, 1, 0);
  const Tensor p = model.show(state).to(at::kDouble),
               pixels = state.narrow(1, 8, 8).to(at::kDouble);
  EXPECT_LT((pixels.mean(0) - (0.6 * p.mean(0) + 0.2)).abs().max().item<double>(),
            0.013);  // 5 deviations
}

TEST(Gsn, SamplesAreConsecutiveMeansOfChains) {
  Gsn model = chain_model(small_gsn({6, 5}, 2));  // burn-in 2, chains of 3
  const Tensor x = model.sample(50, 4);
  EXPECT_EQ(x.sizes(), (std::vector<int64_t>{50, 8}));
  Tensor state = model.start(10, 4, 10);  // chains 10 to 19
  for (int64_t t = 0; t < 5; ++t) {
    model.advance(state, 4, t, 10);
    if (t < 2) continue;
    EXPECT_TRUE(at::equal(model.show(state)[3], x[13 * 3 + t - 2])) << t;
  }
  for (const auto& [first, n] :
       {std::pair{0, 1}, std::pair{7, 4}, std::pair{29, 3}, std::pair{31, 19}})
    EXPECT_TRUE(at::equal(model.sample(n, 4, first), x.narrow(0, first, n))) << first;
  EXPECT_FALSE(at::equal(model.sample(5, 5), x.narrow(0, 0, 5)));
}

}  // namespace
}  // namespace gan
