#include "gan/kernels/team.h"

#include <omp.h>

#include <algorithm>
#include <atomic>
#include <exception>

#if defined(__SSE__)
#include <immintrin.h>
#endif

namespace gan::kernels {
namespace {

/// Long enough for the others' last tile, short enough not to keep a processor from another
/// program: tens of microseconds.
constexpr int kSpins = 2000;

/// A hundred microseconds of products or two: less is not worth waking a thread and meeting it.
constexpr double kWorthAThread = 2e7;

void pause() {
#if defined(__SSE__)
  _mm_pause();
#endif
}

struct Left {};  // another member has failed

}  // namespace

class Team::Meeting {
 public:
  void wait(int size) {
    const uint32_t round = round_.load(std::memory_order_acquire);
    if (failed_.load()) throw Left{};
    if (here_.fetch_add(1, std::memory_order_acq_rel) + 1 == size) {
      here_.store(0, std::memory_order_relaxed);
      next_round();
      return;
    }
    for (int i = 0; i < kSpins && round_.load(std::memory_order_acquire) == round; ++i) pause();
    round_.wait(round, std::memory_order_acquire);
    if (failed_.load()) throw Left{};
  }

  void fail(std::exception_ptr what) {
    if (!failed_.exchange(true)) error_ = std::move(what);
    next_round();
  }
  void rethrow() const {
    if (error_) std::rethrow_exception(error_);
  }

 private:
  void next_round() {
    round_.fetch_add(1, std::memory_order_release);
    round_.notify_all();
  }
  std::atomic<int> here_{0};
  std::atomic<uint32_t> round_{0};
  std::atomic<bool> failed_{false};
  std::exception_ptr error_;
};

Team::Range Team::share(int64_t n, int64_t grain) const {
  const int64_t grains = (n + grain - 1) / grain;
  return {std::min(n, grains * index / size * grain),
          std::min(n, grains * (index + 1) / size * grain)};
}

void Team::barrier() {
  if (meeting_) meeting_->wait(size);
}

void run_team(double operations, const std::function<void(Team&)>& work) {
  Team alone;
  const int worth = static_cast<int>(
      std::clamp(operations / kWorthAThread, 1.0, static_cast<double>(omp_get_max_threads())));
  if (worth == 1 || omp_in_parallel()) return work(alone);
  Team::Meeting meeting;
#pragma omp parallel  // of all: GCC's runtime would end threads that a smaller team does not need,
                      // and start them anew
  {
    Team team;
    team.index = omp_get_thread_num();
    team.size = std::min(worth, omp_get_num_threads());
    team.meeting_ = &meeting;
    try {
      if (team.index < team.size) work(team);
    } catch (const Left&) {
    } catch (...) {
      meeting.fail(std::current_exception());
    }
  }
  meeting.rethrow();
}

void in_blocks(int64_t n, int64_t rows, double operations,
               const std::function<void(int64_t begin, int64_t end)>& work) {
  run_team(operations, [&](Team& team) {
    const auto [begin, end] = team.share(n, rows);
    for (int64_t row = begin; row < end; row += rows) work(row, std::min(end, row + rows));
  });
}

}  // namespace gan::kernels
