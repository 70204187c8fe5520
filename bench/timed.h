#pragma once
#include <algorithm>
#include <chrono>
#include <cstdint>
#include <utility>
#include <vector>

inline double median(std::vector<double> values) {
  const auto middle = values.begin() + values.size() / 2;
  std::nth_element(values.begin(), middle, values.end());
  return *middle;
}

/// Median seconds of one call, of so many.
template <class Act>
double timed_steps(Act act, int64_t calls) {
  using Clock = std::chrono::steady_clock;
  std::vector<double> times;
  for (int64_t i = 0; i < calls; ++i) {
    const auto begin = Clock::now();
    act();
    times.push_back(std::chrono::duration<double>(Clock::now() - begin).count());
  }
  return median(std::move(times));
}

/// Median seconds of one call, over `seconds`, after a warm-up.
template <class Act>
double timed(Act act, double seconds) {
  using Clock = std::chrono::steady_clock;
  for (int i = 0; i < 3; ++i) act();
  std::vector<double> times;
  const auto end = Clock::now() + std::chrono::duration<double>(seconds);
  while (Clock::now() < end || times.size() < 5) times.push_back(timed_steps(act, 1));
  return median(std::move(times));
}
