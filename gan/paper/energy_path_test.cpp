#include "gan/paper/energy_path.h"

#include <ATen/ATen.h>
#include <gtest/gtest.h>

#include <cmath>
#include <numbers>

#include "gan/judge/ais.h"

namespace gan::paper {
namespace {

TEST(EnergyPath, FindsTheLogZOfAPrecision) {
  GaussianPrecision model(9);  // Z = sqrt(2 pi / 9), a third as wide as the noise
  Gaussian noise(at::zeros({1}), at::eye(1));
  EnergyPath path(model, noise, 1);
  const LogZ found = estimate_log_z(path, {.runs = 2000, .temperatures = 100, .seed = 1});
  const double log_z = std::log(2 * std::numbers::pi / 9) / 2;
  EXPECT_LT(found.low, log_z);
  EXPECT_GT(found.high, log_z);
  EXPECT_NEAR(found.value, log_z, 0.05);
  EXPECT_GT(found.effective_runs, 500);
}

TEST(EnergyPath, MovesLeaveTheModelAsItIs) {
  GaussianPrecision model(4);  // deviation 1/2
  Gaussian noise(at::zeros({1}), at::eye(1) * 0.25);
  EnergyPath path(model, noise, 1);
  Tensor states = path.draw_base(20000, 3);
  Tensor log_weights = at::zeros({20000}, at::kDouble);
  const std::vector<double> betas(21, 1.0);
  path.anneal(states, log_weights, betas, 3, 0);
  EXPECT_EQ(log_weights.abs().max().item<double>(), 0);  // no change of beta, no weight
  EXPECT_NEAR(states.var().item<double>(), 0.25, 0.015);
  EXPECT_FALSE(at::equal(states, path.draw_base(20000, 3)));
}

}  // namespace
}  // namespace gan::paper
