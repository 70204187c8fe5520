#pragma once
/// Processes that train one model together. Each has all of the model and its own rows of every
/// minibatch; gradients are summed over all of them, so that every one makes the same update.
/// A program that was not started as one of several is alone, which costs nothing.

#include <ATen/core/Tensor.h>

#include <cstdint>
#include <memory>
#include <span>
#include <string>
#include <vector>

namespace gan {

using at::Tensor;

struct Share {  ///< rows
  int64_t first = 0, count = 0;
};

class Workers {
 public:
  virtual ~Workers() = default;
  Workers(const Workers&) = delete;
  Workers& operator=(const Workers&) = delete;

  int64_t rank() const { return rank_; }  ///< from 0
  int64_t size() const { return size_; }
  bool alone() const { return size_ == 1; }
  bool is_leader() const { return rank_ == 0; }  ///< owns the run's folder, and decides

  /// This worker's rows of n; may be none. Blocks of so many consecutive rows are never split.
  Share share(int64_t n, int64_t block = 1) const { return share_of(n, block, rank_, size_); }
  static Share share_of(int64_t n, int64_t block, int64_t rank, int64_t size);

  // All workers call the following in the same order, with tensors of the same sizes. They are
  // contiguous, float32, float64, int64 or uint8.
  // @throws WorkerError, naming the rank, where another one cannot go on

  class Sum {
   public:
    virtual ~Sum() = default;
    virtual void wait() = 0;
  };
  /// x becomes the sum over all workers, with the same bits everywhere, by the time that wait()
  /// returns; until then nobody may touch it.
  virtual std::unique_ptr<Sum> begin_sum(const Tensor& x) = 0;
  /// The same of gradients, float32, which may be sent in less precision.
  virtual std::unique_ptr<Sum> begin_gradient_sum(const Tensor& x) { return begin_sum(x); }
  void sum(const Tensor& x);
  void sum(std::span<double> x);
  /// x becomes what it is at the leader.
  virtual void broadcast(const Tensor& x) = 0;
  std::string broadcast(const std::string& text);
  std::vector<std::string> gather(const std::string& mine);  ///< of all workers, by rank

 protected:
  Workers(int64_t rank, int64_t size) : rank_(rank), size_(size) {}

 private:
  int64_t rank_, size_;
};

/// The only worker.
Workers& alone();

}  // namespace gan
