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
  struct ThreadGroup {
    explicit ThreadGroup(int64_t size) : size(size) {}
    int64_t size, here = 0, round = 0;
    std::mutex mutex;
    std::condition_variable all_here;
    std::vector<std::pair<int64_t, Tensor>> brought;
  };
  ThreadWorkers(ThreadGroup& group, int64_t rank) : Workers(rank, group.size), group_(group) {}

  std::unique_ptr<Sum> begin_sum(const Tensor& x) override {
    return std::make_unique<Later>([this, x] {
      combine(x, [](const std::vector<Tensor>& of) {
        Tensor sum = of[0].to(at::kDouble);
        for (size_t i = 1; i < of.size(); ++i) sum = sum + of[i];
        for (const Tensor& t : of) t.copy_(sum);
      });
    });
  }
  void broadcast(const Tensor& x) override {
    combine(x, [](const std::vector<Tensor>& of) {
      for (size_t i = 1; i < of.size(); ++i) of[i].copy_(of[0]);
    });
  }

 private:
  struct Later : Sum {
    explicit Later(std::function<void()> f) : f(std::move(f)) {}
    void wait() override { f(); }
    std::function<void()> f;
  };

  /// Waits for the tensors of all ranks; the last to come applies f to them.
  void combine(const Tensor& x, const std::function<void(const std::vector<Tensor>& by_rank)>& f) {
    const at::NoGradGuard no_grad;
    std::unique_lock lock(group_.mutex);
    group_.brought.emplace_back(rank(), x);
    const int64_t round = group_.round;
    if (++group_.here < size()) {
      group_.all_here.wait(lock, [&] { return group_.round != round; });
      return;
    }
    std::vector<Tensor> by_rank(static_cast<size_t>(size()));
    for (const auto& [rank, t] : group_.brought) by_rank[static_cast<size_t>(rank)] = t.detach();
    f(by_rank);
    group_.brought.clear();
    group_.here = 0;
    ++group_.round;
    group_.all_here.notify_all();
  }

  ThreadGroup& group_;
};

/// work(workers) by so many at once.
inline void among(int64_t size, const std::function<void(Workers&)>& work) {
  ThreadWorkers::ThreadGroup group(size);
  std::vector<std::thread> threads;
  for (int64_t rank = 0; rank < size; ++rank)
    threads.emplace_back([&, rank] {
      ThreadWorkers workers(group, rank);
      work(workers);
    });
  for (std::thread& thread : threads) thread.join();
}

}  // namespace gan
