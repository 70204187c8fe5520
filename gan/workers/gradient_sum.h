#pragma once
/// The gradients of one update, summed over all workers in a few buckets. Each is sent as soon as
/// it is whole, which for dense networks is while the rest is still computed.

#include <atomic>
#include <functional>
#include <mutex>
#include <vector>

#include "gan/workers/workers.h"

namespace gan {

class GradientSum {
 public:
  /// parameters: float32, all on one device
  GradientSum(Workers& workers, const std::vector<Tensor>& parameters);

  /// Elements [first, first + n) of the gradient in a parameter on the CPU: each once, by any
  /// thread.
  void add(size_t parameter, int64_t first, int64_t n, const float* gradient);
  void add(size_t parameter, const Tensor& gradient);  ///< the whole of one

  /// use(parameter, its gradient over all workers), in their order. The gradients last until the
  /// next add().
  void finish(const std::function<void(size_t parameter, const Tensor& gradient)>& use);
  const std::vector<Tensor>& gradients() const { return views_; }

 private:
  struct Bucket {
    size_t begin, end;    ///< of parameters
    int64_t first, size;  ///< of floats
  };
  void note(size_t parameter, int64_t n);

  Workers& workers_;
  Tensor floats_;              // [all parameters]
  std::vector<Tensor> views_;  // of each parameter
  std::vector<Bucket> buckets_;
  std::vector<size_t> bucket_of_;                    ///< each parameter
  std::vector<std::atomic<int64_t>> missing_;        ///< floats of each bucket
  std::vector<std::unique_ptr<Workers::Sum>> sums_;  ///< of the buckets that were sent
  std::mutex sending_;
};

}  // namespace gan
