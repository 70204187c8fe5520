#include "cli/limits.h"

#include <pthread.h>
#include <sched.h>
#include <sys/resource.h>

#include <algorithm>
#include <cstdint>
#include <vector>

#include "gan/core/error.h"

namespace gan::cli {
namespace {

constexpr rlim_t kKilobyte = 1024;
constexpr rlim_t kMegabyte = 1024 * kKilobyte;

/// The libraries, and what each thread reserves of the address space for its stack and its buffers.
constexpr rlim_t kAddressSpace = 950 * kMegabyte;
constexpr rlim_t kAddressSpaceOfThread = 100 * kMegabyte;
constexpr rlim_t kStack = 1 * kMegabyte;

/// The tensor library and the matrix products have a pool each.
constexpr int kPools = 2;

/// With more than this there is no need to try.
constexpr rlim_t kManyThreads = 10000;

/// What this process may still use; RLIM_INFINITY where nothing limits it.
rlim_t limit_of(__rlimit_resource resource) {
  rlimit limit{};
  return ::getrlimit(resource, &limit) == 0 ? limit.rlim_cur : RLIM_INFINITY;
}

int processors() {
  cpu_set_t mine;
  CPU_ZERO(&mine);
  return ::sched_getaffinity(0, sizeof mine, &mine) == 0 ? std::max(1, CPU_COUNT(&mine)) : 1;
}

void check_memory(int threads) {
  const rlim_t limit = limit_of(RLIMIT_AS);
  const rlim_t needed = kAddressSpace + static_cast<rlim_t>(threads) * kAddressSpaceOfThread;
  if (limit < needed)
    throw UsageError(
        "the limit on memory (ulimit -v) is {} kB, and the tensor library needs {} kB to begin with; raise it",
        limit / kKilobyte, needed / kKilobyte);
}

void check_stack() {
  if (const rlim_t limit = limit_of(RLIMIT_STACK); limit < kStack)
    throw UsageError("the limit on the stack (ulimit -s) is {} kB, and {} kB are needed; raise it",
                     limit / kKilobyte, kStack / kKilobyte);
}

void* wait_for(void* gate) {
  ::pthread_mutex_lock(static_cast<pthread_mutex_t*>(gate));
  ::pthread_mutex_unlock(static_cast<pthread_mutex_t*>(gate));
  return nullptr;
}

/// How many of `wanted` threads the system starts, all of them at once. Who may start how many
/// depends on more than the limit.
int threads_that_start(int wanted) {
  pthread_mutex_t gate = PTHREAD_MUTEX_INITIALIZER;
  ::pthread_mutex_lock(&gate);
  std::vector<pthread_t> threads;
  pthread_attr_t attributes;
  ::pthread_attr_init(&attributes);
  ::pthread_attr_setstacksize(&attributes, 256 * kKilobyte);
  while (static_cast<int>(threads.size()) < wanted) {
    pthread_t thread{};
    if (::pthread_create(&thread, &attributes, wait_for, &gate) != 0) break;
    threads.push_back(thread);
  }
  ::pthread_attr_destroy(&attributes);
  ::pthread_mutex_unlock(&gate);
  for (const pthread_t thread : threads) ::pthread_join(thread, nullptr);
  return static_cast<int>(threads.size());
}

void check_threads(int threads) {
  const rlim_t limit = limit_of(RLIMIT_NPROC);
  if (limit >= kManyThreads) return;
  const int wanted = kPools * threads;
  if (const int started = threads_that_start(wanted); started < wanted)
    throw UsageError(
        "the limit on processes and threads (ulimit -u) is {}, and leaves {} where {} are needed; raise it",
        limit, started, wanted);
}

}  // namespace

void check_limits() {
  const int threads = processors();
  check_memory(threads);
  check_stack();
  check_threads(threads);
}

}  // namespace gan::cli
