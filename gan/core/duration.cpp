#include "gan/core/duration.h"

#include <fmt/core.h>

#include <charconv>

namespace gan {
namespace {

constexpr double kMinute = 60, kHour = 60 * kMinute, kDay = 24 * kHour;
constexpr double kLongest = 1000 * kDay;

struct TimeUnit {
  std::string_view name;
  double seconds;
};
constexpr TimeUnit kUnits[] = {
    {"d", kDay}, {"h", kHour}, {"min", kMinute}, {"m", kMinute}, {"s", 1}};

/// The unit that `text` begins with: the one with the longest name, so that "min" is not "m".
const TimeUnit* unit_at(std::string_view text) {
  const TimeUnit* found = nullptr;
  for (const TimeUnit& unit : kUnits)
    if (text.starts_with(unit.name) && (!found || unit.name.size() > found->name.size()))
      found = &unit;
  return found;
}

}  // namespace

std::string duration(double seconds) {
  const auto s = static_cast<long long>(seconds + 0.5);
  if (s < 60) return fmt::format("{} s", s);
  if (s < 3600) return fmt::format("{} min {} s", s / 60, s % 60);
  return fmt::format("{} h {} min", s / 3600, s % 3600 / 60);
}

std::optional<double> parse_duration(std::string_view text) {
  double seconds = 0;
  double last = 2 * kDay;  // the unit before, which must be larger
  if (text.empty()) return {};
  while (!text.empty()) {
    double number = 0;
    const auto [end, error] =
        std::from_chars(text.data(), text.data() + text.size(), number, std::chars_format::fixed);
    if (error != std::errc() || !(number >= 0)) return {};
    text.remove_prefix(static_cast<size_t>(end - text.data()));
    const TimeUnit* unit = unit_at(text);
    if (!unit || unit->seconds >= last) return {};
    text.remove_prefix(unit->name.size());
    seconds += number * unit->seconds;
    last = unit->seconds;
  }
  if (seconds > 0 && seconds <= kLongest) return seconds;
  return {};
}

double seconds_since(std::chrono::steady_clock::time_point start) {
  return std::chrono::duration<double>(std::chrono::steady_clock::now() - start).count();
}

std::string count(int64_t n) {
  std::string digits = fmt::format("{}", n);
  const int64_t sign = n < 0 ? 1 : 0;
  for (auto i = static_cast<int64_t>(digits.size()) - 3; i > sign; i -= 3)
    digits.insert(static_cast<size_t>(i), 1, ',');
  return digits;
}

}  // namespace gan
