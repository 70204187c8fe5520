#pragma once
/// For tests: a folder that is gone afterwards, what errors say, and many threads at once.

#include <gtest/gtest.h>

#include <latch>
#include <string>
#include <thread>
#include <vector>

#include "gan/core/error.h"
#include "gan/core/scratch_testing.h"

namespace gan {

/// The message of the Kind of error that `act` throws; "" where it throws none.
template <class Kind = DataError, class Act>
std::string complaint(Act act) {
  try {
    act();
  } catch (const Kind& error) {
    return error.what();
  }
  return "";
}

inline bool holds(const std::string& text, const std::string& part) {
  return text.find(part) != text.npos;
}

/// Several threads that begin `work` at the same moment all get what one alone gets.
template <class Work>
void expect_same_at_once(Work work) {
  constexpr int kThreads = 6;
  const auto alone = work();
  std::vector<std::decay_t<decltype(alone)>> results(kThreads);
  std::latch start(kThreads);
  std::vector<std::jthread> threads;
  for (auto& result : results) {
    threads.emplace_back([&] {
      start.arrive_and_wait();
      result = work();
    });
  }
  threads.clear();  // joins
  for (const auto& result : results) EXPECT_EQ(result, alone);
}

}  // namespace gan
