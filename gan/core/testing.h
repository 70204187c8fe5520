#pragma once
/// For tests: a folder that is gone afterwards, and many threads at once.

#include <gtest/gtest.h>

#include <latch>
#include <thread>
#include <vector>

#include "gan/core/scratch_testing.h"

namespace gan {

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
