#include "gan/core/in_order.h"

#include <gtest/gtest.h>

#include <algorithm>
#include <atomic>
#include <chrono>
#include <stdexcept>
#include <string>

namespace gan {
namespace {

/// Later items are ready sooner.
std::string slow_text(int64_t i) {
  std::this_thread::sleep_for(std::chrono::microseconds(20 * (7 - i % 8)));
  return std::to_string(i);
}

TEST(InOrder, ItemsOfManyThreadsArriveInOrder) {
  std::string seen, expected;
  for (int i = 0; i < 500; ++i) expected += std::to_string(i);
  produce_in_order<std::string>(
      500, 6, 10, [] { return slow_text; }, [&](int64_t, std::string text) { seen += text; });
  EXPECT_EQ(seen, expected);
}

TEST(InOrder, NoMoreItemsThanTheWindowAreInMemory) {
  std::atomic<int64_t> made = 0, most = 0;
  int64_t consumed = 0;
  produce_in_order<int64_t>(
      200, 4, 5,
      [&] {
        return [&](int64_t i) {
          ++made;
          return i;
        };
      },
      [&](int64_t i, int64_t item) {
        EXPECT_EQ(item, i);
        std::this_thread::sleep_for(std::chrono::microseconds(50));
        most = std::max<int64_t>(most, made - consumed);
        ++consumed;
      });
  EXPECT_LE(most, 6);  // those of the window, and the one in hand
  EXPECT_EQ(made, 200);
}

TEST(InOrder, AnErrorComesInItsPlace) {
  int64_t last = -1;
  const auto run = [&] {
    produce_in_order<int64_t>(
        100, 3, 20,
        [] {
          return [](int64_t i) {
            if (i == 40 || i == 41) throw std::runtime_error(std::to_string(i));
            return i;
          };
        },
        [&](int64_t i, int64_t) { last = i; });
  };
  try {
    run();
    FAIL() << "nothing was thrown";
  } catch (const std::runtime_error& error) {
    EXPECT_STREQ(error.what(), "40");
  }
  EXPECT_EQ(last, 39);
}

TEST(InOrder, WhatTheConsumerThrowsEndsTheWorkers) {
  std::atomic<int64_t> made = 0;
  const auto run = [&] {
    produce_in_order<int64_t>(
        1'000'000, 3, 4,
        [&] {
          return [&](int64_t i) {
            ++made;
            return i;
          };
        },
        [](int64_t i, int64_t) {
          if (i == 10) throw std::logic_error("enough");
        });
  };
  EXPECT_THROW(run(), std::logic_error);
  EXPECT_LT(made, 100);
}

TEST(InOrder, WorksWithoutOtherThreads) {
  std::string seen;
  produce_in_order<std::string>(
      3, 0, 4, [] { return [](int64_t i) { return std::to_string(i); }; },
      [&](int64_t, std::string text) { seen += text; });
  EXPECT_EQ(seen, "012");
}

TEST(InOrder, NothingToDoIsDone) {
  produce_in_order<int>(
      0, 2, 4, [] { return [](int64_t) { return 0; }; }, [](int64_t, int) { FAIL(); });
}

}  // namespace
}  // namespace gan
