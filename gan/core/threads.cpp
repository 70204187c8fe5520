#include "gan/core/threads.h"

#include <sched.h>
#include <unistd.h>

#include <algorithm>
#include <cmath>
#include <fstream>
#include <map>
#include <string>
#include <thread>
#include <vector>

namespace gan {

namespace {

/// Processors' time that the control group grants, in processors; a large number where it sets no
/// limit.
double quota() {
  constexpr double kAll = 1e6;
  double most = 0, period = 0;
  if (std::ifstream("/sys/fs/cgroup/cpu.max") >> most >> period && period > 0)
    return most / period;  // version 2; "max" is no number
  if (std::ifstream("/sys/fs/cgroup/cpu/cpu.cfs_quota_us") >> most && most > 0 &&
      std::ifstream("/sys/fs/cgroup/cpu/cpu.cfs_period_us") >> period && period > 0)
    return most / period;
  return kAll;
}

int all_processors() {
  return std::max(1, static_cast<int>(std::thread::hardware_concurrency()));
}

/// The processors of each core.
std::vector<std::vector<int>> cores_of(const cpu_set_t& processors) {
  std::vector<std::vector<int>> out;
  std::map<std::string, size_t> numbers;  // in `out`, by the core's name
  for (int i = 0; i < CPU_SETSIZE; ++i) {
    if (!CPU_ISSET(i, &processors)) continue;
    std::string siblings = "cpu" + std::to_string(i);
    std::ifstream("/sys/devices/system/cpu/" + siblings + "/topology/thread_siblings_list") >>
        siblings;
    const auto [core, is_new] = numbers.try_emplace(siblings, out.size());
    if (is_new) out.emplace_back();
    out[core->second].push_back(i);
  }
  return out;
}

int64_t sharing_processes = 1;  // of this machine's control group

}  // namespace

int core_count() {
  cpu_set_t mine;
  CPU_ZERO(&mine);
  if (::sched_getaffinity(0, sizeof mine, &mine) != 0) return all_processors();
  const auto cores = cores_of(mine);
  return static_cast<int>(std::clamp(std::ceil(quota() / static_cast<double>(sharing_processes)),
                                     1.0, std::max(1.0, static_cast<double>(cores.size()))));
}

int processor_count() {
  cpu_set_t mine;
  CPU_ZERO(&mine);
  if (::sched_getaffinity(0, sizeof mine, &mine) != 0) return all_processors();
  return std::max(1, CPU_COUNT(&mine));
}

void take_share_of_cores(int64_t rank, int64_t size) {
  sharing_processes = size;
  cpu_set_t mine, of_launcher;
  CPU_ZERO(&mine);
  CPU_ZERO(&of_launcher);
  if (::sched_getaffinity(0, sizeof mine, &mine) != 0) return;
  const bool has_own = ::sched_getaffinity(::getppid(), sizeof of_launcher, &of_launcher) == 0 &&
                       !CPU_EQUAL(&mine, &of_launcher);
  const auto cores = cores_of(mine);
  const auto n = static_cast<int64_t>(cores.size());
  if (has_own || n < size) return;
  cpu_set_t share;
  CPU_ZERO(&share);
  for (int64_t core = n * rank / size; core < n * (rank + 1) / size; ++core)
    for (const int processor : cores[static_cast<size_t>(core)]) CPU_SET(processor, &share);
  ::sched_setaffinity(0, sizeof share, &share);
}

}  // namespace gan
