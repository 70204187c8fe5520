#pragma once

namespace gan {

int core_count();  ///< cores that this process may use

/// Denormal numbers make an element-wise pass 15 times slower, and momentum decays into them: flushes
/// them to zero in this thread and in every worker of its OpenMP pool. Call after the pool's size is set.
void flush_denormals();

}  // namespace gan
