#pragma once
/// Student's t distribution: exact statements about the mean of few normal numbers.

namespace gan {

/// P(T >= t) with `freedom` > 0 degrees of freedom.
double student_tail(double t, double freedom);

/// t with P(|T| <= t) = confidence, confidence in (0, 1).
double student_quantile(double confidence, double freedom);

}  // namespace gan
