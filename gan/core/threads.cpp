#include "gan/core/threads.h"

#include <sched.h>

#include <algorithm>
#include <cmath>
#include <fstream>
#include <set>
#include <string>
#include <thread>

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

}  // namespace

int core_count() {
  cpu_set_t mine;
  CPU_ZERO(&mine);
  if (::sched_getaffinity(0, sizeof mine, &mine) != 0) return all_processors();
  std::set<std::string> cores;
  for (int i = 0; i < CPU_SETSIZE; ++i) {
    if (!CPU_ISSET(i, &mine)) continue;
    std::string siblings = "cpu" + std::to_string(i);
    std::ifstream("/sys/devices/system/cpu/" + siblings + "/topology/thread_siblings_list") >>
        siblings;
    cores.insert(siblings);
  }
  return static_cast<int>(
      std::clamp(std::ceil(quota()), 1.0, std::max(1.0, static_cast<double>(cores.size()))));
}

int processor_count() {
  cpu_set_t mine;
  CPU_ZERO(&mine);
  if (::sched_getaffinity(0, sizeof mine, &mine) != 0) return all_processors();
  return std::max(1, CPU_COUNT(&mine));
}

}  // namespace gan
