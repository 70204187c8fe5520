#include "gan/core/memory.h"

#include <gtest/gtest.h>
#include <sys/resource.h>
#include <sys/wait.h>
#include <unistd.h>

namespace gan {
namespace {

TEST(Memory, ReadsAsPeopleSayIt) {
  EXPECT_EQ(bytes_text(1500), "1.5 kB");
  EXPECT_EQ(bytes_text(640e6), "640 MB");
  EXPECT_EQ(bytes_text(999.4e6), "999 MB");
  EXPECT_EQ(bytes_text(999.6e6), "1.0 GB");
  EXPECT_EQ(bytes_text(29.84e9), "29.8 GB");
  EXPECT_EQ(bytes_text(16e12), "16.0 TB");
  EXPECT_EQ(bytes_text(1e24), "1000000 EB");
}

TEST(Memory, SomeIsFreeAndItIsFinite) {
  EXPECT_GT(available_memory(), 1e6);
  EXPECT_LT(available_memory(), 1e15);
}

TEST(Memory, HeedsALimitOnTheAddressSpace) {
#if defined(__SANITIZE_ADDRESS__) || defined(__SANITIZE_THREAD__)
  GTEST_SKIP() << "sanitizers need terabytes of address space";
#endif
  const double before = available_memory();
  const pid_t child = ::fork();
  if (child == 0) {
    const rlimit small{rlim_t{3} << 30, rlim_t{3} << 30};
    ::setrlimit(RLIMIT_AS, &small);
    const double left = available_memory();
    ::_exit(left <= 3221225472.0 && left <= before ? 0 : 1);
  }
  int status = 1;
  ASSERT_EQ(::waitpid(child, &status, 0), child);
  EXPECT_EQ(status, 0);
}

}  // namespace
}  // namespace gan
