#include "gan/core/duration.h"

#include <fmt/core.h>

namespace gan {

std::string duration(double seconds) {
  const auto s = static_cast<long long>(seconds + 0.5);
  if (s < 60) return fmt::format("{} s", s);
  if (s < 3600) return fmt::format("{} min {} s", s / 60, s % 60);
  return fmt::format("{} h {} min", s / 3600, s % 3600 / 60);
}

std::string count(int64_t n) {
  std::string digits = fmt::format("{}", n);
  const int64_t sign = n < 0 ? 1 : 0;
  for (auto i = static_cast<int64_t>(digits.size()) - 3; i > sign; i -= 3)
    digits.insert(static_cast<size_t>(i), 1, ',');
  return digits;
}

}  // namespace gan
