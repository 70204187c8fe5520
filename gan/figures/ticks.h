#pragma once
/// Round numbers for axes.

#include <string>
#include <vector>

namespace gan {

/// The multiples of 1, 2 or 5 x 10^k within [low, high], as many as `most` allows; none when that
/// makes no sense.
std::vector<double> round_ticks(double low, double high, int most);

/// Short labels in one style for all ticks of an axis: 0.25, 2000, 10k, 1.5M, 2e-6.
std::vector<std::string> tick_labels(const std::vector<double>& ticks);

}  // namespace gan
