#include "gan/judge/moments.h"

#include <ATen/ATen.h>

#include <vector>

#include "gan/core/error.h"

namespace gan {
namespace {

constexpr int64_t kBlock = 2048;  // vectors in float64 at a time
constexpr int64_t kPanel = 512;   // columns whose products are computed together

}  // namespace

MomentSums::MomentSums(int64_t size)
    : sum_(at::zeros({size}, at::kDouble)), products_(at::zeros({size, size}, at::kDouble)) {}

void MomentSums::add(const Tensor& block) {
  if (block.size(0) == 0) return;
  const at::NoGradGuard no_grad;
  const Tensor x = block.to(at::kDouble);
  if (!origin_.defined()) origin_ = x.mean(0);
  const Tensor from = x - origin_;  // [B, F]
  sum_ += from.sum(0);
  // The products are symmetric: panels on and above the diagonal will do.
  const std::vector<Tensor> panels = from.split(kPanel, 1);
  for (size_t i = 0; i < panels.size(); ++i)
    for (size_t j = i; j < panels.size(); ++j)
      products_.narrow(0, static_cast<int64_t>(i) * kPanel, panels[i].size(1))
          .narrow(1, static_cast<int64_t>(j) * kPanel, panels[j].size(1))
          .addmm_(panels[i].t(), panels[j]);
  count_ += x.size(0);
}

Moments MomentSums::moments() const {
  if (count_ == 0) throw DataError("moments: there are no vectors");
  const auto n = static_cast<double>(count_);
  const Tensor shift = sum_ / n;  // [F]
  Tensor covariance = at::zeros_like(products_);
  const Tensor products = products_.triu() + products_.triu(1).t();
  if (count_ > 1) covariance = (products - n * at::outer(shift, shift)) / (n - 1);
  return {.mean = origin_ + shift, .covariance = covariance, .count = count_};
}

Moments moments_of(const Tensor& x) {
  MomentSums sums(x.size(1));
  for (const Tensor& block : x.split(kBlock)) sums.add(block);
  return sums.moments();
}

}  // namespace gan
