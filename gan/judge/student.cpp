#include "gan/judge/student.h"

#include <cmath>

#include "gan/judge/binomial.h"

namespace gan {

double student_tail(double t, double freedom) {
  const double beyond =
      incomplete_beta(freedom / 2, 0.5, freedom / (freedom + t * t)) / 2;  // P(T >= |t|)
  return t >= 0 ? beyond : 1 - beyond;
}

double student_quantile(double confidence, double freedom) {
  const double outside = (1 - confidence) / 2;
  double low = 0, high = 1;
  while (student_tail(high, freedom) > outside) high *= 2;
  for (double t = high / 2; t > low && t < high; t = low + (high - low) / 2) {
    if (student_tail(t, freedom) > outside)
      low = t;
    else
      high = t;
  }
  return high;
}

}  // namespace gan
