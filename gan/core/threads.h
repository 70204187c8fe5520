#pragma once

#include <cstdint>

namespace gan {

/// Cores that this process may use: those of its affinity, hyperthreads of one core once, no more
/// than a container's share.
int core_count();

/// Processors that this process may use, those of one core counted each: more threads than that
/// only wait for each other.
int processor_count();

/// From now on, this process, number `rank` of `size` on this machine, uses its part of the cores
/// alone: where there are enough, and the launcher has not divided them already.
void take_share_of_cores(int64_t rank, int64_t size);

/// Denormal numbers make an element-wise pass 15 times slower, and momentum decays into them:
/// flushes them to zero in this thread and in every worker of its OpenMP pool. Call after the
/// pool's size is set.
void flush_denormals();

}  // namespace gan
