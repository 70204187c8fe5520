#include "gan/theory/pushforward.h"

#include <algorithm>
#include <cassert>
#include <cmath>
#include <numbers>

namespace gan {
namespace {

constexpr double kReach = 8;  // deviations of N(0, 1)

/// The probability of N(0, 1) below z, without loss of digits in the lower tail.
double normal_below(double z) {
  return std::erfc(-z / std::numbers::sqrt2) / 2;
}

std::vector<double> points_between(double low, double high, int64_t points) {
  assert(points > 1);
  std::vector<double> out;
  for (int64_t i = 0; i < points; ++i) {
    out.push_back(low + (high - low) * static_cast<double>(i) / static_cast<double>(points - 1));
  }
  return out;
}

}  // namespace

NoiseGrid normal_noise(int64_t points) {
  NoiseGrid out{points_between(-kReach, kReach, points), {}};
  for (size_t i = 0; i + 1 < out.z.size(); ++i) {
    const double a = out.z[i];
    const double b = out.z[i + 1];
    // Above 0, both tails are taken from the other side: 1 - 1 would leave nothing.
    out.mass.push_back(a > 0 ? normal_below(-a) - normal_below(-b)
                             : normal_below(b) - normal_below(a));
  }
  out.mass.front() += normal_below(-kReach);
  out.mass.back() += normal_below(-kReach);
  return out;
}

NoiseGrid uniform_noise(int64_t points) {
  const double end = std::sqrt(3.0);
  NoiseGrid out{points_between(-end, end, points), {}};
  out.mass.assign(out.z.size() - 1, 1 / static_cast<double>(points - 1));
  return out;
}

Cells cells_between(double low, double high, int64_t count) {
  assert(low < high && count > 0);
  return {low, (high - low) / static_cast<double>(count), count};
}

Cells cells_around(double first, double last, int64_t count) {
  assert(first < last && count > 1);
  const double width = (last - first) / static_cast<double>(count - 1);
  return {first - width / 2, width, count};
}

std::vector<double> push_forward(const NoiseGrid& noise, std::span<const double> x,
                                 const Cells& cells) {
  assert(x.size() == noise.z.size());
  std::vector<double> out(static_cast<size_t>(cells.count));
  const auto last = static_cast<double>(cells.count - 1);
  for (size_t i = 0; i < noise.mass.size(); ++i) {
    if (!std::isfinite(x[i]) || !std::isfinite(x[i + 1])) continue;
    // In units of cells: cell c is from c to c + 1.
    const double from = (std::min(x[i], x[i + 1]) - cells.low) / cells.width;
    const double to = (std::max(x[i], x[i + 1]) - cells.low) / cells.width;
    if (to < 0 || from >= last + 1) continue;
    if (from == to) {
      out[static_cast<size_t>(from)] += noise.mass[i];
      continue;
    }
    const auto first_cell = static_cast<size_t>(std::max(0.0, std::floor(from)));
    const auto last_cell = static_cast<size_t>(std::min(last, std::floor(to)));
    for (size_t cell = first_cell; cell <= last_cell; ++cell) {
      const auto begin = static_cast<double>(cell);
      const double shared = std::min(to, begin + 1) - std::max(from, begin);
      out[cell] += noise.mass[i] * shared / (to - from);
    }
  }
  return out;
}

}  // namespace gan
