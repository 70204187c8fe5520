#include "gan/judge/parzen.h"

#include <ATen/ATen.h>
#include <gtest/gtest.h>

#include <cmath>
#include <limits>
#include <numbers>

#include "gan/core/error.h"
#include "gan/nets/draw.h"

namespace gan {
namespace {

/// The formula as it is written, in float64.
double by_definition(const Tensor& samples, const Tensor& x, double sigma) {
  const Tensor s = samples.to(at::kDouble);
  const Tensor squared = (s - x.to(at::kDouble)).square().sum(1);  // [N]
  const double normaliser =
      static_cast<double>(s.size(1)) * std::log(sigma * std::sqrt(2 * std::numbers::pi));
  return (squared * (-0.5 / (sigma * sigma))).logsumexp({0}).item<double>() - std::log(s.size(0)) -
         normaliser;
}

TEST(SigmaGrid, IsTheProtocols) {
  const auto grid = sigma_grid(1);
  ASSERT_EQ(grid.size(), 10u);
  EXPECT_NEAR(grid[0], 0.1, 1e-12);
  EXPECT_NEAR(grid[2], 0.16681, 1e-5);
  EXPECT_NEAR(grid[9], 1, 1e-12);
  EXPECT_NEAR(sigma_grid(255)[9], 255, 1e-9);
}

TEST(Parzen, AgreesWithTheDefinition) {
  for (const int64_t dim : {2, 100}) {
    const Tensor samples = draw_normal(Stream(1), 300, dim, 0),
                 x = draw_normal(Stream(2), 20, dim, 0);
    const std::vector<double> sigmas = {0.1, 0.5, 2};
    const Tensor ll = parzen_log_density(samples, x, sigmas);
    for (int64_t i = 0; i < 3; ++i)
      for (int64_t j = 0; j < 20; ++j) {
        const double expected = by_definition(samples, x[j], sigmas[i]);
        EXPECT_NEAR(ll[i][j].item<double>(), expected, 1e-6 * std::abs(expected) + 1e-5)
            << dim << " " << sigmas[i];
      }
  }
}

TEST(Parzen, IsADensity) {
  const Tensor samples = draw_normal(Stream(1), 50, 1, 0);
  const Tensor x = at::linspace(-10, 10, 20'001, at::kFloat)
                       .unsqueeze(1);  // so many that blocks follow each other
  const double mass = parzen_log_density(samples, x, {0.3})[0].exp().sum().item<double>() * 1e-3;
  EXPECT_NEAR(mass, 1, 1e-5);
}

TEST(Parzen, MeanDeviationAndChoice) {
  const Tensor samples = draw_normal(Stream(1), 500, 3, 0),
               test = draw_normal(Stream(2), 200, 3, 0);
  Tensor valid = draw_normal(Stream(3), 1'500, 3, 0);
  valid.slice(0, 1'000).fill_(1e3);  // not looked at
  const std::vector<double> grid = sigma_grid(1);
  const ParzenScore score = parzen(samples, valid, test, grid, false);
  const Tensor choosing = parzen_log_density(samples, valid.slice(0, 0, 1'000), grid).mean(1);
  EXPECT_EQ(score.sigma, grid[choosing.argmax().item<int64_t>()]);
  const ParzenChoice choice = parzen_choice(samples, valid, grid, false);
  EXPECT_EQ(choice.sigma, score.sigma);
  EXPECT_DOUBLE_EQ(choice.log_likelihood, choosing.max().item<double>());
  const Tensor ll = parzen_log_density(samples, test, {score.sigma})[0];
  EXPECT_DOUBLE_EQ(score.log_likelihood, ll.mean().item<double>());
  const double variance = (ll - ll.mean()).square().mean().item<double>();
  EXPECT_NEAR(score.standard_error, std::sqrt(variance / 200), 1e-12);
  EXPECT_EQ(score.samples, 500);
  EXPECT_EQ(score.test_images, 200);
}

TEST(Parzen,
     SigmaIsChosenWithoutTheTestExamples) {  // of one window, the best sigma is the distance to it
  const Tensor window = at::zeros({1, 1}), near = at::full({5, 1}, 0.1f), far = at::ones({5, 1});
  EXPECT_EQ(parzen(window, near, far, {0.1, 0.3, 1}, false).sigma, 0.1);
  EXPECT_EQ(parzen(window, far, near, {0.1, 0.3, 1}, false).sigma, 1);
}

TEST(Parzen, ExtendsTheGridOnlyWhenAsked) {
  const auto draw = [](uint64_t seed, int64_t n) {
    return draw_normal(Stream(seed), n, 2, 0) * 0.01;
  };
  const Tensor samples = draw(1, 2'000), valid = draw(2, 1'000), test = draw(3, 1'000);
  EXPECT_NEAR(parzen(samples, valid, test, sigma_grid(1), false).sigma, 0.1, 1e-12);
  const ParzenScore score = parzen(samples, valid, test, sigma_grid(1), true);
  EXPECT_LT(score.sigma, 0.01);
  const double steps = std::log(score.sigma / 0.1) / std::log(10) * 9;  // the same ratio
  EXPECT_NEAR(steps, std::round(steps), 1e-6);
  const double entropy =
      1 + std::log(2 * std::numbers::pi * 1e-4);  // of N(0, .01^2 I), negated: the best possible
  EXPECT_NEAR(score.log_likelihood, -entropy, 0.1);
}

TEST(Parzen, ExtendingEndsOnCopies) {
  const Tensor x = draw_normal(Stream(1), 100, 2, 0);
  const ParzenScore score = parzen(x, x, x, sigma_grid(1), true);
  EXPECT_GE(score.sigma, 1e-5);
  EXPECT_TRUE(std::isfinite(score.log_likelihood));
}

TEST(Parzen, ComplainsOfWhatCannotBe) {
  const Tensor x = draw_normal(Stream(1), 10, 4, 0);
  EXPECT_THROW(parzen(x, x, draw_normal(Stream(1), 10, 5, 0), sigma_grid(1), false), UsageError);
  EXPECT_THROW(parzen(x, x.slice(0, 0, 0), x, sigma_grid(1), false), DataError);
  EXPECT_THROW(parzen(x, x, x, {}, false), UsageError);
  EXPECT_THROW(parzen(x, x, x, {1}, true), UsageError);
  EXPECT_THROW(parzen(x, x, x, {0, 1}, false), UsageError);
  EXPECT_THROW(parzen(x / 0 * 0, x, x, sigma_grid(1), false), DataError);
}

}  // namespace
}  // namespace gan
