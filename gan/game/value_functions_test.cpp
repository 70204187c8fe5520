#include "gan/game/value_functions.h"

#include <ATen/ATen.h>
#include <gtest/gtest.h>
#include <torch/csrc/autograd/autograd.h>

#include <cmath>

#include "gan/core/error.h"
#include "gan/theory/pull.h"

namespace gan {
namespace {

Tensor logits(std::initializer_list<double> values) {
  return at::tensor(std::vector<double>(values), at::kDouble).requires_grad_();
}
Tensor slope(const Tensor& loss, const Tensor& of) {
  const auto g = torch::autograd::grad({loss}, {of}, {}, false, false, /*allow_unused=*/true)[0];
  return g.defined() ? g : at::zeros_like(of);
}

/// Every row of the table goes through these: a new loss is tested by being there.
class EveryGame : public testing::TestWithParam<const ValueFunction*> {};
std::vector<const ValueFunction*> rows() {
  std::vector<const ValueFunction*> out;
  for (const auto& row : value_functions()) out.push_back(&row);
  return out;
}
INSTANTIATE_TEST_SUITE_P(Game, EveryGame, testing::ValuesIn(rows()), [](const auto& info) {
  std::string name(info.param->name);
  std::erase(name, '-');
  return name;
});

TEST_P(EveryGame, DHasNothingToGainAtTheEvenLogitOnceSamplesAreLikeData) {
  const ValueFunction& game = *GetParam();
  const Tensor a = logits({game.even_logit, game.even_logit});
  EXPECT_NEAR(slope(game.d_loss(a, a), a).abs().max().item<double>(), 0,
              1e-12);  // the same D answers both
}

TEST_P(EveryGame, DGainsFromAHigherLogitOnDataAndALowerOneOnSamples) {
  const ValueFunction& game = *GetParam();
  const Tensor real = logits({game.even_logit, game.even_logit}),
               fake = logits({game.even_logit, game.even_logit});
  EXPECT_LT(slope(game.d_loss(real, fake), real).max().item<double>(), 0);
  EXPECT_GT(slope(game.d_loss(real, fake), fake).min().item<double>(), 0);
}

TEST_P(EveryGame, GGainsFromAHigherLogitAtOrBelowTheEvenOne) {
  const ValueFunction& game = *GetParam();
  for (const double below : {0.0, 0.5, 3.0, 12.0}) {
    const Tensor fake = logits({game.even_logit - below});
    EXPECT_LT(slope(game.g_loss(logits({game.even_logit}), fake), fake).item<double>(), 0) << below;
  }
}

TEST_P(EveryGame, ThePullOnASampleIsMinusTheSlopeOfGsLoss) {
  const ValueFunction& game = *GetParam();
  for (const double a : {-3.0, 0.2, 0.5, 4.0}) {
    const Tensor fake = logits({a});
    const double slope_there = slope(game.g_loss(logits({0.7}), fake), fake).item<double>();
    EXPECT_NEAR(pull_of(game.name, a, 0.7), -slope_there, 1e-12) << a;
  }
  EXPECT_EQ(even_logit(game.name), game.even_logit);
}

TEST_P(EveryGame, StaysFiniteAtExtremeLogits) {
  const ValueFunction& game = *GetParam();
  for (const double a : {-1e4, 1e4})
    for (const double b : {-1e4, 1e4}) {
      const Tensor real = at::full({2}, a, at::kFloat).requires_grad_(),
                   fake = at::full({2}, b, at::kFloat).requires_grad_();
      for (const Tensor& loss : {game.d_loss(real, fake), game.g_loss(real, fake)}) {
        EXPECT_TRUE(std::isfinite(loss.item<double>()));
        EXPECT_TRUE(at::isfinite(slope(loss, fake)).all().item<bool>());
      }
    }
}

TEST_P(EveryGame, GradientsAgreeWithFiniteDifferences) {
  const ValueFunction& game = *GetParam();
  for (const auto loss : {game.d_loss, game.g_loss}) {
    const Tensor real = logits({0.3, -1.2, 2.1}), fake = logits({-0.4, 0.9, 0.2});
    for (const Tensor& x : {real, fake}) {
      const Tensor g = slope(loss(real, fake), x);
      const at::NoGradGuard no_grad;
      for (int64_t i = 0; i < 3; ++i) {
        const double old = x[i].item<double>(), h = 1e-6;
        x[i].fill_(old + h);
        const double up = loss(real, fake).item<double>();
        x[i].fill_(old - h);
        const double down = loss(real, fake).item<double>();
        x[i].fill_(old);
        EXPECT_NEAR(g[i].item<double>(), (up - down) / (2 * h), 1e-8);
      }
    }
  }
}

TEST(Game, MinimaxAndWassersteinAreZeroSumInTheSamples) {
  for (const char* name : {"minimax", "wasserstein"}) {
    const ValueFunction& game = value_function(name);
    const Tensor fake = logits({-2, 0.1, 3}), real = logits({1, 2, 3});
    EXPECT_NEAR((slope(game.d_loss(real, fake), fake) + slope(game.g_loss(real, fake), fake))
                    .abs()
                    .max()
                    .item<double>(),
                0, 1e-12)
        << name;
  }
}

TEST(Game, MinimaxIsEquation1) {  // V = E log D + E log (1 - D), here with D = 0.7 on data and 0.2
                                  // on samples
  const auto logit = [](double p) { return std::log(p / (1 - p)); };
  const double v = std::log(0.7) + std::log(0.8);
  EXPECT_NEAR(
      value_function("minimax").d_loss(logits({logit(0.7)}), logits({logit(0.2)})).item<double>(),
      -v, 1e-7);
  EXPECT_NEAR(value_function("minimax").g_loss({}, logits({logit(0.2)})).item<double>(),
              std::log(0.8), 1e-7);
  EXPECT_NEAR(value_function("minimax").d_loss(logits({0}), logits({0})).item<double>(),
              std::log(4), 1e-12);
}

TEST(Game, SaturationIsWhyTheSecondRowExists) {  // slopes in the logit: -D against -(1 - D)
  const double a = -5, d = 1 / (1 + std::exp(5.0));
  const Tensor fake = logits({a});
  EXPECT_NEAR(slope(value_function("minimax").g_loss({}, fake), fake).item<double>(), -d, 1e-12);
  EXPECT_NEAR(slope(value_function("non-saturating").g_loss({}, fake), fake).item<double>(),
              -(1 - d), 1e-12);
}

TEST(Game, AWrongNameIsAnsweredWithTheNearest) {
  try {
    value_function("non-saturated");
    FAIL();
  } catch (const UsageError& error) {
    EXPECT_NE(std::string(error.what()).find("did you mean 'non-saturating'?"), std::string::npos)
        << error.what();
  }
}

}  // namespace
}  // namespace gan
