#pragma once
/// Times and numbers as people read and write them; the time that has passed.

#include <chrono>
#include <cstdint>
#include <optional>
#include <string>
#include <string_view>

namespace gan {

std::string duration(double seconds);  ///< "42 s", "3 min 10 s", "2 h 5 min"
std::string count(int64_t n);          ///< "1,234,567"

/// Seconds of "90s", "20min", "1h30min", "1.5h": numbers, each with a unit (d, h, min or m, s), the
/// larger unit first. Nothing where the text is no such time, or no time above 0.
std::optional<double> parse_duration(std::string_view text);

double seconds_since(std::chrono::steady_clock::time_point start);

}  // namespace gan
