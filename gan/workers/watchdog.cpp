#include "gan/workers/watchdog.h"

#include <fmt/core.h>

#include <algorithm>
#include <cstdlib>
#include <utility>

#include "gan/core/printable.h"

namespace gan {
namespace {

constexpr char kVerdict[] = "verdict", kTrouble[] = "trouble";
constexpr char kNoStore[] =
    "the shared store is gone: rank 0 or the launcher, whichever keeps it, was stopped or killed, "
    "or its machine or the network is down";

std::string key(const char* what, int64_t rank) {
  return fmt::format("{}/{}", what, rank);
}

}  // namespace

Watchdog::Watchdog(c10::intrusive_ptr<c10d::Store> store, int64_t rank, int64_t size,
                   std::function<void(const std::string&)> note,
                   std::function<void(const std::string&)> kill)
    : store_(std::move(store)),
      rank_(rank),
      size_(size),
      note_(std::move(note)),
      kill_(std::move(kill)),
      answered_(Clock::now()),
      heard_(static_cast<size_t>(size)),
      looked_(Clock::now()),
      fewest_since_(Clock::now()) {
  for (Heard& heard : heard_) heard.when = Clock::now();
  thread_ = std::thread([this] { run(); });
}

Watchdog::~Watchdog() {
  {
    const std::lock_guard lock(mutex_);
    stopping_ = true;
  }
  changed_.notify_all();
  if (thread_.joinable()) thread_.join();
  if (verdict_) wait_for_others("told");
}

std::optional<std::string> Watchdog::read(const std::string& name) {
  if (!store_->check({name})) return {};
  const std::vector<uint8_t> value = store_->get(name);
  return std::string(value.begin(), value.end());
}

void Watchdog::write(const std::string& name, const std::string& value) {
  store_->set(name, std::vector<uint8_t>(value.begin(), value.end()));
}

void Watchdog::run() {
  std::unique_lock lock(mutex_);
  while (!stopping_) {
    const std::string end = std::exchange(own_end_, "");
    lock.unlock();
    try {
      if (!end.empty()) write(key("end", rank_), end);
      if (broken_.exchange(false)) write(kTrouble, "1");
      beat();
      read_verdict();
      watch_others();
      answered_ = Clock::now();
    } catch (const std::exception&) {  // of the store
      if (Clock::now() - answered_.load() > kGone) set_verdict(kNoStore);
    }
    lock.lock();
    // The main thread ends by the verdict, unless it is blocked.
    if (verdict_ && Clock::now() - decided_ > kGone) {
      const std::string line = *verdict_;
      lock.unlock();
      kill_(line);
      lock.lock();
    }
    changed_.wait_for(lock, kBeat, [this] { return stopping_ || !own_end_.empty(); });
  }
}

void Watchdog::beat() {
  write(key("beat", rank_), fmt::format("{} {}", ++beats_, waits_.load()));
}

void Watchdog::read_verdict() {
  const auto verdict = read(kVerdict);
  if (!verdict) return;
  if (!told_) write(key("told", rank_), "1");
  told_ = true;
  set_verdict(*verdict);
}

void Watchdog::set_verdict(const std::string& what) {
  const std::lock_guard lock(mutex_);
  if (verdict_) return;
  verdict_ = what;
  decided_ = Clock::now();
  changed_.notify_all();
}

void Watchdog::decide(const std::string& what) {
  if (verdict()) return;
  if (rank_ == 0) write(kVerdict, what);
  set_verdict(what);
}

void Watchdog::watch_others() {
  const Clock::time_point now = Clock::now();
  if (now - looked_ > kGone) {  // this process itself was stopped: the others' silence says nothing
    for (Heard& heard : heard_) heard.when = now;
    if (trouble_) trouble_ = now;
  }
  looked_ = now;
  if (!trouble_ && read(kTrouble)) trouble_ = now;
  if (rank_ != 0) {
    is_missing(0, now);
    return;
  }
  for (int64_t rank = 0; rank < size_; ++rank) {
    if (const auto end = read(key("end", rank)))
      return decide(fmt::format("rank {}: {}", rank, *end));
    if (rank != 0 && is_missing(rank, now)) return;
  }
  if (trouble_ && now - *trouble_ > 2 * kGone)
    return decide("connections between workers broke, though all are still running");
  find_slow(now);
}

/// Decides so.
bool Watchdog::is_missing(int64_t rank, Clock::time_point now) {
  Heard& heard = heard_[static_cast<size_t>(rank)];
  if (const auto newest = read(key("beat", rank)); newest && *newest != heard.beat) {
    heard.beat = *newest;
    heard.when = now;
    heard.waits = std::strtoll(newest->c_str() + newest->find(' '), nullptr, 10);
  }
  if (trouble_ && now - *trouble_ > kGone && now - heard.when > kGone) {
    decide(fmt::format("rank {} is gone: it was killed, or its machine is down", rank));
    return true;
  }
  if (now - heard.when <= kSilent) return false;
  decide(
      fmt::format("rank {} has not answered for {:.0f} seconds: it was stopped, or its machine or "
                  "the network is down",
                  rank, kSilent.count()));
  return true;
}

/// A worker that has begun fewer waits than others, and no new one for a while.
void Watchdog::find_slow(Clock::time_point now) {
  heard_[0].waits = waits_;
  const auto fewer = [](const Heard& a, const Heard& b) { return a.waits < b.waits; };
  const auto [slowest, fastest] = std::minmax_element(heard_.begin(), heard_.end(), fewer);
  if (slowest->waits != fewest_waits_ || slowest->waits == fastest->waits) {
    fewest_waits_ = slowest->waits;
    fewest_since_ = now;
  }
  if (said_slow_ || now - fewest_since_ < kSlow || slowest == heard_.begin()) return;
  said_slow_ = true;
  note_(fmt::format("rank {} is slow: the others have waited {:.0f} seconds for it",
                    slowest - heard_.begin(), kSlow.count()));
}

std::optional<std::string> Watchdog::verdict() const {
  // The thread may be waiting for the store to answer, and would not end.
  if (Clock::now() - answered_.load() > kSilent + kGone) kill_(kNoStore);
  const std::lock_guard lock(mutex_);
  return verdict_;
}

std::string Watchdog::wait_for_verdict() {
  broken_ = true;
  std::unique_lock lock(mutex_);
  changed_.wait_for(lock, 4 * kGone, [this] { return verdict_.has_value(); });
  return verdict_.value_or("the connection between workers broke");
}

void Watchdog::report_failure(const std::string& why) {
  {
    const std::lock_guard lock(mutex_);
    if (verdict_ || stopping_) return;  // it ends because of another one, or nobody listens
    own_end_ = printable(why.substr(0, why.find('\n')));
  }
  changed_.notify_all();
  wait_for_verdict();
}

void Watchdog::finish() {
  {
    const std::lock_guard lock(mutex_);
    stopping_ = true;
  }
  changed_.notify_all();
  thread_.join();
  try {
    write(key("done", rank_), "1");
  } catch (const std::exception&) {  // nobody reads it any more
  }
  wait_for_others("done");
}

/// Rank 0 may keep the store: until the others have written that, or a moment has passed.
void Watchdog::wait_for_others(const char* what) try {
  const Clock::time_point begun = Clock::now();
  for (int64_t r = 1; r < size_ && rank_ == 0; ++r)
    while (!read(key(what, r)) && Clock::now() - begun < kGone)
      std::this_thread::sleep_for(std::chrono::milliseconds(5));
} catch (const std::exception&) {  // the launcher's store is gone already
}

}  // namespace gan
