#include "gan/figures/ticks.h"

#include <fmt/core.h>

#include <algorithm>
#include <cmath>
#include <utility>

namespace gan {
namespace {

/// Decimals with which every tick differs from its neighbours and is written in full.
int decimals_of(double step) {
  for (int decimals = 0; decimals < 15; ++decimals) {
    const double scaled = step * std::pow(10.0, decimals);
    if (scaled > 0.5 && std::abs(scaled - std::round(scaled)) < 1e-6 * scaled) return decimals;
  }
  return 15;
}

std::string with_minus(std::string text) {
  if (text.starts_with('-')) text.replace(0, 1, "\u2212");
  return text;
}

std::string scientific(double value, int digits) {
  const std::string text = fmt::format("{:.{}e}", value, digits);
  const size_t e = text.find('e');
  std::string mantissa = text.substr(0, e);
  if (mantissa.find('.') != std::string::npos) {
    mantissa.erase(mantissa.find_last_not_of('0') + 1);
    if (mantissa.ends_with('.')) mantissa.pop_back();
  }
  return fmt::format("{}e{}", mantissa, std::stoi(text.substr(e + 1)));
}

/// Thousands and millions are written shorter.
std::pair<double, const char*> unit_of(double largest) {
  if (largest >= 1e6) return {1e6, "M"};
  if (largest >= 1e4) return {1e3, "k"};
  return {1, ""};
}

}  // namespace

std::vector<double> round_ticks(double low, double high, int most) {
  if (!std::isfinite(low) || !std::isfinite(high) || low > high || most < 1) return {};
  const double least_step = high / most - low / most;
  if (least_step < 1e-290 || least_step < 1e-13 * std::max(std::abs(low), std::abs(high)))
    return {low};

  for (int power = static_cast<int>(std::floor(std::log10(least_step))) - 1;; ++power)
    for (int leading : {1, 2, 5}) {
      // Multiplied or divided by a whole power of ten, so that 3 * 0.1 is 0.3.
      const double ten = std::pow(10.0, std::abs(power));
      const auto multiple = [&](double k) {
        return power < 0 ? k * leading / ten : k * leading * ten;
      };
      const double step = multiple(1);
      if (!std::isfinite(step)) return {};
      const double first = std::ceil(low / step - 1e-9), last = std::floor(high / step + 1e-9);
      if (last - first + 1 > most) continue;
      std::vector<double> ticks;
      for (double k = first; k <= last; ++k) ticks.push_back(k == 0 ? 0.0 : multiple(k));
      return ticks;
    }
}

std::vector<std::string> tick_labels(const std::vector<double>& ticks) {
  double largest = 0;
  for (double tick : ticks) largest = std::max(largest, std::abs(tick));
  const double step = ticks.size() > 1 ? ticks[1] - ticks[0] : largest;
  const int whole = largest > 0 ? static_cast<int>(std::floor(std::log10(largest))) : 0;

  const auto [scale, suffix] = unit_of(largest);
  const int decimals = decimals_of(step / scale);
  const bool plain = largest < 1e9 && decimals <= (largest < 1 ? 4 : 9 - std::max(whole, 0));
  const int digits =
      std::clamp(step > 0 ? whole - static_cast<int>(std::floor(std::log10(step))) + 1 : 0, 0, 15);

  std::vector<std::string> labels;
  for (double tick : ticks) {
    std::string text = "0";
    if (tick != 0)
      text = plain ? fmt::format("{:.{}f}{}", tick / scale, decimals, suffix)
                   : scientific(tick, digits);
    labels.push_back(with_minus(text));
  }
  return labels;
}

}  // namespace gan
