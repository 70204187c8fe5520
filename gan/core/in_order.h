#pragma once
/// Many threads produce, one consumes, in order.

#include <condition_variable>
#include <cstdint>
#include <exception>
#include <functional>
#include <mutex>
#include <optional>
#include <system_error>
#include <thread>
#include <utility>
#include <vector>

namespace gan {

/// Items 0 to count - 1 of `produce`, made by several threads and consumed in order by the calling
/// one. No more than `window` items are in memory at a time.
///
/// Where no thread can be started, the calling one does everything.
///
/// make_worker: called in each thread; what it returns is called with the numbers of items, and
/// destroyed in the same thread.
///
/// What a worker throws for item i is thrown from here after items 0 to i - 1 were consumed, and
/// what `consume` throws goes through; then the others stop after the items that they are at.
template <class Item, class MakeWorker, class Consume>
class InOrder {
 public:
  InOrder(int64_t count, int64_t window, MakeWorker make_worker, Consume consume)
      : count_(count),
        slots_(static_cast<size_t>(window)),
        make_worker_(std::move(make_worker)),
        consume_(std::move(consume)) {}

  void run(int threads) {
    std::vector<std::jthread> workers;
    const StopAtEnd stop{*this};  // destroyed before the threads are joined
    try {
      for (int t = 0; t < threads; ++t) workers.emplace_back([this] { work(); });
    } catch (const std::system_error&) {
      // No more threads are to be had.
    }
    if (workers.empty()) return run_alone();
    for (int64_t i = 0; i < count_; ++i) consume_(i, take(i));
  }

 private:
  void run_alone() {
    auto worker = make_worker_();
    for (int64_t i = 0; i < count_; ++i) consume_(i, worker(i));
  }

  struct Slot {
    std::optional<Item> item;
    std::exception_ptr error;
    bool filled = false;
  };
  struct StopAtEnd {
    InOrder& self;
    ~StopAtEnd() {
      const std::lock_guard lock(self.mutex_);
      self.stopped_ = true;
      self.changed_.notify_all();
    }
  };

  Slot& slot(int64_t i) { return slots_[static_cast<size_t>(i) % slots_.size()]; }

  /// The next item to produce, once there is room for it; nothing where there is none.
  std::optional<int64_t> claim() {
    std::unique_lock lock(mutex_);
    if (next_ >= count_ || stopped_) return {};
    const int64_t i = next_++;
    changed_.wait(lock, [&] { return stopped_ || i < consumed_ + std::ssize(slots_); });
    if (stopped_) return {};
    return i;
  }

  void put(int64_t i, std::optional<Item> item, std::exception_ptr error) {
    const std::lock_guard lock(mutex_);
    slot(i) = {std::move(item), std::move(error), true};
    changed_.notify_all();
  }

  Item take(int64_t i) {
    std::unique_lock lock(mutex_);
    changed_.wait(lock, [&] { return slot(i).filled; });
    Slot taken = std::exchange(slot(i), {});
    consumed_ = i + 1;
    changed_.notify_all();
    lock.unlock();
    if (taken.error) std::rethrow_exception(taken.error);
    return std::move(*taken.item);
  }

  void work() {
    std::optional<int64_t> i = claim();
    if (!i) return;
    try {
      auto worker = make_worker_();
      for (; i; i = claim()) put(*i, worker(*i), nullptr);
    } catch (...) {
      put(*i, {}, std::current_exception());
    }
  }

  const int64_t count_;
  std::vector<Slot> slots_;
  MakeWorker make_worker_;
  Consume consume_;
  std::mutex mutex_;
  std::condition_variable changed_;
  int64_t next_ = 0, consumed_ = 0;
  bool stopped_ = false;
};

template <class Item, class MakeWorker, class Consume>
void produce_in_order(int64_t count, int threads, int64_t window, MakeWorker make_worker,
                      Consume consume) {
  InOrder<Item, MakeWorker, Consume>(count, window, std::move(make_worker), std::move(consume))
      .run(threads);
}

}  // namespace gan
