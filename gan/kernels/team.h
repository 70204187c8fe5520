#pragma once
/// All threads on one piece of work that has several parts: they are woken once, and meet where a
/// part needs what the others have made. Much cheaper than a parallel loop for each part, and what
/// a thread made stays in its own cache.

#include <cstdint>
#include <functional>

namespace gan::kernels {

class Team {
 public:
  int index = 0, size = 1;  ///< this member, of how many

  struct Range {
    int64_t begin, end;
  };
  /// This member's part of [0, n), in multiples of `grain`; may be empty.
  Range share(int64_t n, int64_t grain = 1) const;

  /// Returns when all members have called it.
  void barrier();

  class Meeting;

 private:
  friend void run_team(double operations, const std::function<void(Team&)>& work);
  Meeting* meeting_ = nullptr;
};

/// Runs `work` once in each thread: as many as OpenMP would use, or fewer where so few operations
/// (multiplications and additions) do not pay for more. The first exception of any of them is
/// thrown.
void run_team(double operations, const std::function<void(Team&)>& work);

/// work(begin, end) for blocks of up to `rows` of [0, n), shared among the threads.
void in_blocks(int64_t n, int64_t rows, double operations,
               const std::function<void(int64_t begin, int64_t end)>& work);

}  // namespace gan::kernels
