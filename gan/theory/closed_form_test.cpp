#include "gan/theory/closed_form.h"

#include <gtest/gtest.h>

#include <cmath>
#include <vector>

#include "gan/theory/divergence.h"
#include "gan/theory/pushforward.h"

namespace gan {
namespace {

constexpr double kInfinity = std::numeric_limits<double>::infinity();

TEST(ClosedForm, OfTwoPointsIsWhatPaperAndPencilGive) {
  const std::vector<double> data{0.75, 0.25}, model{0.25, 0.75};  // D* = 3/4 and 1/4
  const std::vector<double> logits{std::log(4), 0};               // D = 4/5 and 1/2
  const ClosedForm c = closed_form(data, model, logits);
  EXPECT_NEAR(c.discriminator_error, 0.5 * 0.05 + 0.5 * 0.25, 1e-15);
  EXPECT_NEAR(c.half_error, 0.25, 1e-15);
  EXPECT_NEAR(
      c.value,
      0.75 * std::log(0.8) + 0.25 * std::log(0.5) + 0.25 * std::log(0.2) + 0.75 * std::log(0.5),
      1e-15);
  EXPECT_NEAR(c.optimal_value, 1.5 * std::log(0.75) + 0.5 * std::log(0.25), 1e-15);
  EXPECT_NEAR(c.jensen_shannon, (c.optimal_value + std::log(4)) / 2, 1e-15);
  EXPECT_TRUE(c.exact_density);
}

TEST(ClosedForm, OfUnitNormalsAndTheirBestD) {
  const double mu = 1.5;
  const Cells cells = cells_between(-12, 12, 4800);
  std::vector<double> data, model, best, dead(4800, 0);
  for (int64_t i = 0; i < cells.count; ++i) {
    const double x = cells.middle(i);
    data.push_back(cells.width * std::exp(log_normal_density(x, 0, 1)));
    model.push_back(cells.width * std::exp(log_normal_density(x, mu, 1)));
    best.push_back(-mu * x + mu * mu / 2);  // the logit of D*, a line
  }
  const ClosedForm at_best = closed_form(data, model, best);
  EXPECT_NEAR(at_best.discriminator_error, 0, 1e-12);
  EXPECT_NEAR(at_best.value, at_best.optimal_value, 1e-12);
  // E |1/2 - D*| under the mean of both is half of their total variation, 2 Phi(mu / 2) - 1.
  EXPECT_NEAR(at_best.half_error, std::erf(mu / 2 / std::sqrt(2)) / 2, 1e-6);
  const ClosedForm of_dead = closed_form(data, model, dead);
  EXPECT_NEAR(of_dead.discriminator_error, of_dead.half_error, 1e-15);
  EXPECT_NEAR(of_dead.value, -std::log(4), 1e-12);
  EXPECT_LT(of_dead.value, of_dead.optimal_value - 0.1);
}

TEST(ClosedForm, BearsCellsWithoutMassAndADThatIsSure) {
  const std::vector<double> data{0.5, 0.5, 0, 0},
      model{0, 0, 1, 0};  // disjoint, and a cell of neither
  const ClosedForm right =
      closed_form(data, model, std::vector<double>{kInfinity, kInfinity, -kInfinity, 0});
  EXPECT_EQ(right.discriminator_error, 0);
  EXPECT_NEAR(right.half_error, 0.5, 1e-15);
  EXPECT_NEAR(right.optimal_value, 0, 1e-15);
  const ClosedForm finite = closed_form(data, model, std::vector<double>{40, 40, -40, 0});
  EXPECT_NEAR(finite.value, 0, 1e-12);
}

}  // namespace
}  // namespace gan
