#include "gan/judge/log_probability.h"

#include <ATen/ATen.h>
#include <gtest/gtest.h>

#include <cmath>
#include <limits>

namespace gan {
namespace {

/// log p(x) = x.
class Plain : public Likelihood {
 public:
  Kind kind() const override { return Kind::ais; }
  Tensor log_probability(const Tensor& x) override { return x.select(1, 0); }
};

TEST(LogProbability, MeansAndErrorOfTheTestExamples) {
  Plain plain;
  const LogProbability p =
      log_probability(plain, at::tensor({-1.0f, -3.0f, -5.0f, -7.0f}).view({4, 1}),
                      at::tensor({-2.0f, -4.0f}).view({2, 1}));
  EXPECT_DOUBLE_EQ(p.test, -4);
  EXPECT_NEAR(p.standard_error, std::sqrt(5.0 / 4), 1e-12);  // variance (9 + 1 + 1 + 9) / 4
  EXPECT_DOUBLE_EQ(p.train, -3);
  EXPECT_EQ(p.train_examples, 2);
  EXPECT_EQ(p.kind, Likelihood::Kind::ais);
  EXPECT_EQ(p.test_interval().low, -4);
  EXPECT_EQ(p.test_interval().high, -4);
}

TEST(LogProbability, IsLowWhereLogZIsHigh) {
  LogProbability p{.test = -80};
  p.log_z = LogZ{.value = 450, .low = 448, .high = 451};
  EXPECT_DOUBLE_EQ(p.test_interval().low, -81);
  EXPECT_DOUBLE_EQ(p.test_interval().high, -78);
  p.log_z->low = -std::numeric_limits<double>::infinity();
  EXPECT_EQ(p.test_interval().high, std::numeric_limits<double>::infinity());
}

}  // namespace
}  // namespace gan
