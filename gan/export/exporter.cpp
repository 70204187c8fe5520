#include "gan/export/exporter.h"

#include <algorithm>
#include <cmath>

namespace gan {

double largest_difference(std::span<const float> made, std::span<const float> expected) {
  double largest = 0, size = 0;
  if (made.size() != expected.size()) return std::nan("");
  for (size_t i = 0; i < made.size(); ++i) {
    const double difference = std::abs(static_cast<double>(made[i]) - expected[i]);
    if (!(difference <= largest)) largest = difference;  // a NaN stays
    if (std::isnan(difference)) return difference;
    size = std::max(size, static_cast<double>(std::abs(expected[i])));
  }
  return size > 0 ? largest / size : largest;
}

}  // namespace gan
