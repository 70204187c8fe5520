#include "gan/judge/student.h"

#include <gtest/gtest.h>

#include <cmath>

namespace gan {
namespace {

TEST(Student, OneDegreeIsCauchy) {
  for (const double t : {-3.0, -0.5, 0.0, 0.7, 10.0})
    EXPECT_NEAR(student_tail(t, 1), 0.5 - std::atan(t) / M_PI, 1e-12) << t;
}

TEST(Student, TwoDegreesHaveAClosedForm) {
  for (const double t : {-2.0, 0.0, 1.0, 4.0})
    EXPECT_NEAR(student_tail(t, 2), 0.5 - t / (2 * std::sqrt(2 + t * t)), 1e-12) << t;
}

TEST(Student, QuantilesOfThePrintedTables) {
  EXPECT_NEAR(student_quantile(0.95, 1), 12.7062, 1e-4);
  EXPECT_NEAR(student_quantile(0.95, 19), 2.09302, 1e-5);
  EXPECT_NEAR(student_quantile(0.95, 249), 1.96954, 1e-5);
  EXPECT_NEAR(student_quantile(0.99, 9), 3.24984, 1e-5);
}

}  // namespace
}  // namespace gan
