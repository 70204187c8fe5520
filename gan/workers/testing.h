#pragma once
/// Workers that are threads of one process, for tests of what they compute.

#include <ATen/ATen.h>

#include <condition_variable>
#include <functional>
#include <mutex>
#include <thread>
#include <vector>

#include "gan/workers/workers.h"

namespace gan {

class ThreadWorkers : public Workers {
 public:
  /// What they share.
  struct Room {
    explicit Room(int64_t size) : size(size) {}
    int64_t size, here = 0, round = 0;
    std::mutex mutex;
    std::condition_variable all_here;
    std::vector<std::pair<int64_t, Tensor>> brought;
  };
  ThreadWorkers(Room& room, int64_t rank) : Workers(rank, room.size), room_(room) {}

  std::unique_ptr<Sum> begin_sum(const Tensor& x) override {
    return std::make_unique<Later>([this, x] {
      meet(x, [](const std::vector<Tensor>& of) {
        Tensor sum = of[0].to(at::kDouble);
        for (size_t i = 1; i < of.size(); ++i) sum = sum + of[i];
        for (const Tensor& t : of) t.copy_(sum);
      });
    });
  }
  void broadcast(const Tensor& x) override {
    meet(x, [](const std::vector<Tensor>& of) {
      for (size_t i = 1; i < of.size(); ++i) of[i].copy_(of[0]);
    });
  }

 private:
  struct Later : Sum {
    explicit Later(std::function<void()> f) : f(std::move(f)) {}
    void wait() override { f(); }
    std::function<void()> f;
  };

  void meet(const Tensor& x, const std::function<void(const std::vector<Tensor>& by_rank)>& f) {
    const at::NoGradGuard no_grad;
    std::unique_lock lock(room_.mutex);
    room_.brought.emplace_back(rank(), x);
    const int64_t round = room_.round;
    if (++room_.here < size()) {
      room_.all_here.wait(lock, [&] { return room_.round != round; });
      return;
    }
    std::vector<Tensor> by_rank(static_cast<size_t>(size()));
    for (const auto& [rank, t] : room_.brought) by_rank[static_cast<size_t>(rank)] = t.detach();
    f(by_rank);
    room_.brought.clear();
    room_.here = 0;
    ++room_.round;
    room_.all_here.notify_all();
  }

  Room& room_;
};

/// work(workers) by so many at once.
inline void among(int64_t size, const std::function<void(Workers&)>& work) {
  ThreadWorkers::Room room(size);
  std::vector<std::thread> threads;
  for (int64_t rank = 0; rank < size; ++rank)
    threads.emplace_back([&, rank] {
      ThreadWorkers workers(room, rank);
      work(workers);
    });
  for (std::thread& thread : threads) thread.join();
}

}  // namespace gan
