#pragma once
/// Finds out why workers must end: one was killed, stopped, cut off, or failed. Each worker writes
/// a heartbeat to the shared store; rank 0 reads these, and writes there why the run must end. The
/// others watch rank 0.

#include <torch/csrc/distributed/c10d/Store.hpp>

#include <atomic>
#include <chrono>
#include <condition_variable>
#include <functional>
#include <mutex>
#include <optional>
#include <string>
#include <thread>
#include <vector>

namespace gan {

class Watchdog {
 public:
  using Seconds = std::chrono::duration<double>;
  static constexpr Seconds kBeat{0.3};
  static constexpr Seconds kSilent{10};  ///< without a heartbeat: it was stopped, or is cut off
  static constexpr Seconds kGone{2};     ///< the same, after a connection broke: it was killed
  static constexpr Seconds kSlow{30};    ///< until a worker that all others wait for is named

  /// store: of this object alone. note(line): for people. kill(line): ends the process while its
  /// main thread is blocked waiting for a worker that is gone.
  Watchdog(c10::intrusive_ptr<c10d::Store> store, int64_t rank, int64_t size,
           std::function<void(const std::string& line)> note,
           std::function<void(const std::string& line)> kill);
  ~Watchdog();

  /// To be called each time that this worker begins to wait for the others.
  void count_wait() { ++waits_; }

  /// Why the workers must end, where that is known. To be called now and then by whoever waits: the
  /// store may not answer any more, and then this ends the process.
  std::optional<std::string> verdict() const;
  /// After a connection broke: waits until it is known.
  std::string wait_for_verdict();

  /// This worker ends, because of that.
  void report_failure(const std::string& why);
  /// All workers have finished, and nobody is watched any more. Rank 0 waits for the others, which
  /// need its store.
  void finish();

 private:
  using Clock = std::chrono::steady_clock;
  struct Heard {
    std::string beat;
    Clock::time_point when;
    int64_t waits = 0;
  };

  void run();
  void beat();
  void read_verdict();
  void watch_others();  ///< rank 0: all others; another one: rank 0
  bool is_missing(int64_t rank, Clock::time_point now);
  void find_slow(Clock::time_point now);
  void decide(const std::string& what);  ///< for all, where this is rank 0
  void set_verdict(const std::string& what);
  void wait_for_others(const char* key);
  std::optional<std::string> read(const std::string& key);
  void write(const std::string& key, const std::string& value);

  c10::intrusive_ptr<c10d::Store> store_;
  const int64_t rank_, size_;
  std::function<void(const std::string&)> note_, kill_;
  std::atomic<int64_t> waits_ = 0;
  std::atomic<Clock::time_point> answered_;  ///< by the store, last
  std::atomic<bool> broken_ = false;         ///< a connection, as this worker found

  // Of the thread:
  std::vector<Heard> heard_;  ///< of each rank
  int64_t beats_ = 0, fewest_waits_ = -1;
  Clock::time_point looked_, fewest_since_;
  std::optional<Clock::time_point> trouble_;
  bool told_ = false, said_slow_ = false;

  mutable std::mutex mutex_;  ///< of what follows
  std::condition_variable changed_;
  std::optional<std::string> verdict_;
  Clock::time_point decided_;  ///< where there is a verdict
  std::string own_end_;
  bool stopping_ = false;
  std::thread thread_;
};

}  // namespace gan
