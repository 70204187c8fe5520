#include "gan/judge/accuracy.h"

#include <ATen/ATen.h>
#include <gtest/gtest.h>

#include <cmath>

#include "gan/core/error.h"
#include "gan/judge/binomial.h"
#include "gan/judge/student.h"

namespace gan {
namespace {

/// n answers, the first `right` of which are right.
Tensor answers(int64_t n, int64_t right) {
  Tensor out = at::zeros({n}, at::kBool);
  out.slice(0, 0, right).fill_(true);
  return out;
}

TEST(Accuracy, IndependentExamplesHaveTheExactInterval) {
  const Accuracy a = accuracy_of(answers(50, 30), answers(50, 35), 1);
  EXPECT_DOUBLE_EQ(a.value, 0.65);
  EXPECT_DOUBLE_EQ(a.low, clopper_pearson(65, 100, 0.95).low);
  EXPECT_DOUBLE_EQ(a.high, clopper_pearson(65, 100, 0.95).high);
  EXPECT_DOUBLE_EQ(a.p_value, binomial_tail(65, 100, 0.5));
}

TEST(Accuracy, ChainsAreTheUnits) {
  // 30 chains of 20 states: 21 of them right in every state, 9 in none, and 400 of the 600 real
  // ones: (.7 + 2/3) / 2.
  const Accuracy a = accuracy_of(answers(600, 400), answers(600, 420), 20);
  const double of_chains = 0.7 * 0.3 * 30 / 29 / 30, of_real = 2.0 / 9 / 599;
  const double error = std::sqrt(of_chains + of_real) / 2;
  EXPECT_NEAR(a.value, 0.68333333, 1e-8);
  EXPECT_NEAR(a.high - a.value, student_quantile(0.95, 29) * error, 1e-9);
  EXPECT_NEAR(a.value - a.low, student_quantile(0.95, 29) * error, 1e-9);
  EXPECT_NEAR(a.p_value, student_tail((a.value - 0.5) / error, 29), 1e-12);
  EXPECT_GT(a.p_value, 1e-5);
  EXPECT_LT(accuracy_of(answers(600, 400), answers(600, 420), 1).p_value,
            1e-30);  // what shuffled states would claim
}

TEST(Accuracy, NeverSurerThanIndependentStates) {  // every chain is right in half of its states: no
                                                   // spread at all
  const Tensor fake = at::tensor({0, 1}, at::kInt).repeat({300});
  const Accuracy a = accuracy_of(answers(600, 300), fake, 20),
                 independent = accuracy_of(answers(600, 300), fake, 1);
  EXPECT_LE(a.low, independent.low);
  EXPECT_GE(a.high, independent.high);
  const Accuracy all = accuracy_of(answers(600, 600), answers(600, 600), 20);
  EXPECT_EQ(all.high, 1);
  EXPECT_LT(all.low, 1);
}

TEST(Accuracy, OfSeveralFitsTheIntervalHoldsEach) {
  const Accuracy a =
      joined({{0.60, 0.58, 0.62, 0.01}, {0.64, 0.62, 0.66, 0.001}, {0.56, 0.54, 0.58, 0.2}});
  EXPECT_NEAR(a.value, 0.60, 1e-12);
  EXPECT_EQ(a.low, 0.54);
  EXPECT_EQ(a.high, 0.66);
  EXPECT_NEAR(a.p_value, 0.01 * 3 / 2, 1e-12);  // the middle one, times 3 / 2
  const Accuracy one = joined({{0.60, 0.58, 0.62, 0.01}});
  EXPECT_EQ(one.p_value, 0.01);
  EXPECT_EQ(joined({{0.5, 0.4, 0.6, 0.9}, {0.5, 0.4, 0.6, 0.9}}).p_value, 1);
}

TEST(Accuracy, ComplainsOfWhatCannotBe) {
  EXPECT_THROW(accuracy_of(answers(20, 3), answers(20, 3), 20), UsageError);
  EXPECT_THROW(accuracy_of(answers(50, 3), answers(50, 3), 20), UsageError);
  EXPECT_THROW(joined({}), UsageError);
}

}  // namespace
}  // namespace gan
