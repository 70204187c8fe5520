#include "gan/workers/gradient_sum.h"

#include <ATen/ATen.h>

#include <algorithm>
#include <stdexcept>

namespace gan {
namespace {

constexpr int64_t kBucket = 1 << 20;  // floats, at least; the last bucket may be smaller

}  // namespace

GradientSum::GradientSum(Workers& workers, const std::vector<Tensor>& parameters)
    : workers_(workers) {
  int64_t size = 0;
  for (size_t i = 0; i < parameters.size(); ++i) {
    if (buckets_.empty() || buckets_.back().size >= kBucket) buckets_.push_back({i, i, size, 0});
    buckets_.back().end = i + 1;
    buckets_.back().size += parameters[i].numel();
    bucket_of_.push_back(buckets_.size() - 1);
    size += parameters[i].numel();
  }
  floats_ = at::zeros({size}, parameters.front().options().requires_grad(false));
  int64_t first = 0;
  for (const Tensor& p : parameters) {
    views_.push_back(floats_.narrow(0, first, p.numel()).view(p.sizes()));
    first += p.numel();
  }
  missing_ = std::vector<std::atomic<int64_t>>(buckets_.size());
  for (size_t b = 0; b < buckets_.size(); ++b) missing_[b] = buckets_[b].size;
}

void GradientSum::add(size_t parameter, int64_t first, int64_t n, const float* gradient) {
  std::copy_n(gradient, n, views_[parameter].data_ptr<float>() + first);
  note(parameter, n);
}

void GradientSum::add(size_t parameter, const Tensor& gradient) {
  views_[parameter].copy_(gradient);
  note(parameter, gradient.numel());
}

/// All workers must send in the same order, whatever their threads do first.
void GradientSum::note(size_t parameter, int64_t n) {
  if (missing_[bucket_of_[parameter]].fetch_sub(n) != n) return;
  const std::lock_guard lock(sending_);
  while (sums_.size() < buckets_.size() && missing_[sums_.size()] == 0) {
    const Bucket& bucket = buckets_[sums_.size()];
    sums_.push_back(workers_.begin_gradient_sum(floats_.narrow(0, bucket.first, bucket.size)));
  }
}

void GradientSum::finish(const std::function<void(size_t, const Tensor&)>& use) {
  if (sums_.size() < buckets_.size())
    throw std::logic_error("an update without the gradients of all parameters");
  for (size_t b = 0; b < buckets_.size(); ++b) {
    sums_[b]->wait();
    for (size_t i = buckets_[b].begin; i < buckets_[b].end; ++i) use(i, views_[i]);
    missing_[b] = buckets_[b].size;
  }
  sums_.clear();
}

}  // namespace gan
