#include "gan/judge/distances.h"

#include <ATen/ATen.h>

#include <algorithm>
#include <vector>

namespace gan {
namespace {

constexpr int64_t kDirect = 8;           // dimensions
constexpr int64_t kNumbers = 8'000'000;  // a block: 32 MB
constexpr int64_t kMost = 64'000'000;    // squared in one go

/// |r|^2 of each row, [N, D] -> [N]; of very many numbers without a second copy of them all.
Tensor squared_norms(const Tensor& rows) {
  if (rows.numel() <= kMost) return rows.square().sum(1);
  std::vector<Tensor> out;
  for (const Tensor& block : rows.split(std::max<int64_t>(1, kNumbers / rows.size(1))))
    out.push_back(block.square().sum(1));
  return at::cat(out);
}

}  // namespace

Distances::Distances(const Tensor& reference) : reference_(reference.to(at::kFloat)) {
  if (reference.size(1) <= kDirect) return;
  centre_ = reference_.mean(0, true);
  reference_ = reference_ - centre_;
  norms_ = squared_norms(reference_).unsqueeze(0);
}

Tensor Distances::squared(const Tensor& x) const {
  if (centre_.defined()) {
    const Tensor from = x - centre_;  // [B, D]
    Tensor out = at::addmm(norms_, from, reference_.t(), 1, -2);
    return out.add_(from.square().sum(1, true)).clamp_min_(0);
  }
  Tensor out = at::zeros({x.size(0), reference_.size(0)}, reference_.options());
  for (int64_t d = 0; d < reference_.size(1); ++d) {
    const Tensor difference = x.select(1, d).unsqueeze(1) - reference_.select(1, d);  // [B, N]
    out.addcmul_(difference, difference);
  }
  return out;
}

int64_t Distances::block() const {
  return std::clamp<int64_t>(kNumbers / reference_.size(0), 1, 1024);
}

}  // namespace gan
