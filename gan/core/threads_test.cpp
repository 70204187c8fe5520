#include "gan/core/threads.h"

#include <gtest/gtest.h>
#include <sched.h>

namespace gan {
namespace {

TEST(Threads, CoresAreThoseOfTheAffinity) {
  cpu_set_t before, one;
  ASSERT_EQ(::sched_getaffinity(0, sizeof before, &before), 0);
  EXPECT_GE(core_count(), 1);
  EXPECT_LE(core_count(), CPU_COUNT(&before));
  EXPECT_EQ(processor_count(), CPU_COUNT(&before));
  int first = 0;
  while (!CPU_ISSET(first, &before)) ++first;
  CPU_ZERO(&one);
  CPU_SET(first, &one);
  ASSERT_EQ(::sched_setaffinity(0, sizeof one, &one), 0);
  EXPECT_EQ(core_count(), 1);
  EXPECT_EQ(processor_count(), 1);
  ASSERT_EQ(::sched_setaffinity(0, sizeof before, &before), 0);
}

}  // namespace
}  // namespace gan
