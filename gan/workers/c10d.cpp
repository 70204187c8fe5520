#include "gan/workers/c10d.h"

#ifdef GAN_HAS_C10D

#include <ATen/ATen.h>
#include <fmt/core.h>
#include <fmt/ranges.h>
#include <unistd.h>

#include <chrono>
#include <cstdlib>
#include <iostream>

#include <torch/csrc/distributed/c10d/PrefixStore.hpp>
#include <torch/csrc/distributed/c10d/ProcessGroupGloo.hpp>
#ifdef USE_C10D_NCCL
#include <torch/csrc/distributed/c10d/ProcessGroupNCCL.hpp>
#endif
#include <torch/version.h>
#include <torch/csrc/distributed/c10d/TCPStore.hpp>

#include "gan/core/version.h"
#include "gan/workers/loopback.h"
#include "gan/workers/watchdog.h"

namespace gan {
namespace {

using StorePointer = c10::intrusive_ptr<c10d::Store>;
using std::chrono::milliseconds;

/// How long the others may take to start.
constexpr milliseconds kRendezvousTime = std::chrono::seconds(300);
constexpr milliseconds kForever = std::chrono::hours(24 * 365);  // the watchdog decides

StorePointer open_store(const Launch& launch, bool serves) {
  c10d::TCPStoreOptions options;
  options.port = launch.port;
  options.isServer = serves;
  options.waitWorkers = false;
  options.timeout = kRendezvousTime;
  const LoopbackOnly here(serves && launch.one_machine());
  try {
    const auto store = c10::make_intrusive<c10d::TCPStore>(launch.address, options);
    return c10::make_intrusive<c10d::PrefixStore>("gan/" + launch.attempt, store);
  } catch (const std::exception& error) {
    throw WorkerError("rank {}: the shared store {} at {}:{}: {}", launch.rank,
                      serves ? "cannot be opened" : "does not answer", launch.address, launch.port,
                      std::string(error.what()).substr(0, std::string(error.what()).find('\n')));
  }
}

std::vector<uint8_t> bytes(const std::string& text) {
  return {text.begin(), text.end()};
}

std::string text(const std::vector<uint8_t>& value) {
  return {value.begin(), value.end()};
}

/// Whether the store has the key before `timeout` ends.
bool appears(c10d::Store& store, const std::string& key, milliseconds timeout) {
  try {
    store.wait({key}, timeout);
    return true;
  } catch (const std::exception&) {
    return false;
  }
}

/// Waits until all workers have started; checks their versions.
void rendezvous(c10d::Store& store, const Launch& launch) {
  const std::string mine = fmt::format("gan {}, libtorch {}", version(), TORCH_VERSION);
  const auto key = [](int64_t rank) { return fmt::format("here/{}", rank); };
  store.set(key(launch.rank), bytes(mine));
  std::vector<int64_t> missing;
  for (int64_t r = 0; r < launch.size; ++r)
    if (!appears(store, key(r), missing.empty() ? kRendezvousTime : milliseconds(1)))
      missing.push_back(r);
  if (!missing.empty())
    throw WorkerError("rank {}: of {} workers, these did not come within {} seconds: {}",
                      launch.rank, launch.size, kRendezvousTime.count() / 1000,
                      fmt::join(missing, ", "));
  for (int64_t r = 0; r < launch.size; ++r)
    if (const std::string theirs = text(store.get(key(r))); theirs != mine)
      throw WorkerError("rank {} is {}, rank {} is {}: they must be the same", launch.rank, mine, r,
                        theirs);
}

std::shared_ptr<::gloo::transport::Device> device_of(const Launch& launch) {
  using c10d::ProcessGroupGloo;
  if (launch.one_machine()) return ProcessGroupGloo::createDeviceForHostname("127.0.0.1");
  if (const char* name = std::getenv("GLOO_SOCKET_IFNAME"); name && *name)
    return ProcessGroupGloo::createDeviceForInterface(name);
  return ProcessGroupGloo::createDefaultDevice();
}

/// At once, whatever else its threads do.
[[noreturn]] void end_process(const std::string& line) {
  std::cerr << "gan: " << line << std::endl;
  _exit(static_cast<int>(Exit::data));
}

class C10dWorkers : public ConnectedWorkers {
 public:
  C10dWorkers(const Launch& launch, Wire wire, const std::function<void(const std::string&)>& note)
      : ConnectedWorkers(launch.rank, launch.size),
        wire_(wire),
        store_(open_store(launch, launch.rank == 0 && !launch.store_is_there)) {
    rendezvous(*store_, launch);
    watchdog_ =
        std::make_unique<Watchdog>(open_store(launch, false), rank(), size(), note, end_process);
    try {
      connect_groups(launch);
    } catch (const std::exception&) {
      throw WorkerError("{}", watchdog_->wait_for_verdict());
    }
  }

  ~C10dWorkers() override {
    // A group waits for its last work, which never ends where another worker is gone.
    if (!finished_) (void)gloo_.release();
  }

  std::unique_ptr<Sum> begin_sum(const Tensor& x) override {
    std::vector<Tensor> tensors{x};
#ifdef USE_C10D_NCCL
    if (x.is_cuda()) return on_gpu(nccl_->allreduce(tensors));
#endif
    return pending([&] { return gloo_->allreduce(tensors); });
  }

  /// In bfloat16, which Gloo cannot add: each worker gets its part of all others' x, adds in
  /// float32, and sends the sum to all.
  std::unique_ptr<Sum> begin_gradient_sum(const Tensor& x) override {
    if (wire_ == Wire::fp32 || x.is_cuda()) return begin_sum(x);
    const int64_t part = (x.numel() + size() - 1) / size();
    Tensor sent = at::zeros({size() * part}, at::kBFloat16), parts = at::empty_like(sent);
    sent.narrow(0, 0, x.numel()).copy_(x);
    Tensor out = parts.view(at::kByte), in = sent.view(at::kByte);
    std::vector<int64_t> bytes(static_cast<size_t>(size()), 2 * part);
    return std::make_unique<Rounded>(
        pending([&] { return gloo_->alltoall_base(out, in, bytes, bytes); }), *this, x, parts,
        part);
  }

  void broadcast(const Tensor& x) override {
    std::vector<Tensor> tensors{x};
#ifdef USE_C10D_NCCL
    if (x.is_cuda()) return on_gpu(nccl_->broadcast(tensors))->wait();
#endif
    pending([&] { return gloo_->broadcast(tensors); })->wait();
  }

  void report_failure(const std::string& why) override {
    watchdog_->report_failure(why);
  }

  void finish() override {
    const Tensor end = at::zeros({1}, at::kLong);
    sum(end);
    finished_ = true;
    watchdog_->finish();
  }

 private:
  void connect_groups(const Launch& launch) {
    const auto options = c10d::ProcessGroupGloo::Options::create();
    options->devices.push_back(device_of(launch));
    options->timeout = kForever;
    gloo_ = c10::make_intrusive<c10d::ProcessGroupGloo>(
        c10::make_intrusive<c10d::PrefixStore>("gloo", store_), static_cast<int>(launch.rank),
        static_cast<int>(launch.size), options);
#ifdef USE_C10D_NCCL
    if (at::hasCUDA())
      nccl_ = c10::make_intrusive<c10d::ProcessGroupNCCL>(
          c10::make_intrusive<c10d::PrefixStore>("nccl", store_), static_cast<int>(launch.rank),
          static_cast<int>(launch.size));
#endif
  }

  class Rounded : public Sum {
   public:
    Rounded(std::unique_ptr<Sum> parts_are_here, C10dWorkers& workers, Tensor x, Tensor parts,
            int64_t part)
        : parts_are_here_(std::move(parts_are_here)),
          workers_(workers),
          x_(std::move(x)),
          parts_(std::move(parts)),
          part_(part) {}
    void wait() override {
      parts_are_here_->wait();
      const int64_t size = workers_.size();
      std::vector<Tensor> mine{
          parts_.view({size, part_}).to(at::kFloat).sum(0).to(at::kBFloat16).view(at::kByte)};
      std::vector<std::vector<Tensor>> all(1);
      for (int64_t r = 0; r < size; ++r) all[0].push_back(at::empty_like(mine[0]));
      workers_.pending([&] { return workers_.gloo_->allgather(all, mine); })->wait();
      x_.copy_(at::cat(all[0]).view(at::kBFloat16).narrow(0, 0, x_.numel()));
    }

   private:
    std::unique_ptr<Sum> parts_are_here_;
    C10dWorkers& workers_;
    Tensor x_, parts_;
    int64_t part_;
  };

  template <class Work>
  class Pending : public Sum {
   public:
    Pending(Work work, Watchdog& watchdog) : work_(std::move(work)), watchdog_(watchdog) {}
    void wait() override {
      constexpr milliseconds kLook{500};
      watchdog_.count_wait();
      while (true) {
        try {
          work_->wait(kLook);
          return;
        } catch (const std::exception&) {  // the time is over, or it failed
        }
        if (const auto verdict = watchdog_.verdict()) throw WorkerError("{}", *verdict);
        if (!work_->isCompleted()) continue;
        try {
          work_->wait();
          return;
        } catch (const std::exception&) {
          throw WorkerError("{}", watchdog_.wait_for_verdict());
        }
      }
    }

   private:
    Work work_;
    Watchdog& watchdog_;
  };

#ifdef USE_C10D_NCCL
  /// The GPU's stream waits, and the processor goes on: the watchdog ends a process that hangs.
  template <class Work>
  static std::unique_ptr<Sum> on_gpu(Work work) {
    struct OnStream : Sum {
      explicit OnStream(Work w) : work(std::move(w)) {}
      void wait() override { work->wait(); }
      Work work;
    };
    return std::make_unique<OnStream>(std::move(work));
  }
#endif

  template <class Begin>
  std::unique_ptr<Sum> pending(Begin begin) {
    try {
      auto work = begin();
      return std::make_unique<Pending<decltype(work)>>(std::move(work), *watchdog_);
    } catch (const std::exception&) {
      throw WorkerError("{}", watchdog_->wait_for_verdict());
    }
  }

  Wire wire_;
  StorePointer store_;
  c10::intrusive_ptr<c10d::ProcessGroupGloo> gloo_;
#ifdef USE_C10D_NCCL
  c10::intrusive_ptr<c10d::ProcessGroupNCCL> nccl_;
#endif
  std::unique_ptr<Watchdog> watchdog_;
  bool finished_ = false;
};

}  // namespace

std::unique_ptr<ConnectedWorkers> connect(const Launch& launch, Wire wire,
                                          const std::function<void(const std::string&)>& note) {
  return std::make_unique<C10dWorkers>(launch, wire, note);
}

}  // namespace gan

#else

namespace gan {

std::unique_ptr<ConnectedWorkers> connect(const Launch& launch, Wire,
                                          const std::function<void(const std::string&)>&) {
  throw UsageError(
      "{} workers were started, but this program was built with a libtorch without c10d and Gloo; "
      "start it once",
      launch.size);
}

}  // namespace gan

#endif
