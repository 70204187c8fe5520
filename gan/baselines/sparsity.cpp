#include "gan/baselines/sparsity.h"

#include <ATen/ATen.h>

#include <algorithm>

#include "gan/kernels/passes.h"

namespace gan {

namespace {

constexpr double kMemory = 0.9;  // decay of `activity_` a step

}  // namespace

Sparsity::Sparsity(int64_t units, double target, double cost) : target_(target), cost_(cost) {
  if (cost <= 0) return;
  activity_ = at::full({units}, target, at::kFloat);
  sums_ = at::zeros({units}, at::kFloat);
  shift_.resize(static_cast<size_t>(units));
}

void Sparsity::update(kernels::Team& team, int64_t rows, const float* factor, const float* h,
                      float* sums, Workers& workers) {
  const auto units = static_cast<int64_t>(shift_.size());
  const auto [begin, end] = team.share(units);
  const float* all_sums = sums;  // over all workers, from unit `begin` on
  if (begin < end)
    kernels::sum_rows(kernels::Format::fp32, {rows, end - begin, units}, factor, h + begin, sums);
  if (!workers.alone()) {
    std::copy_n(sums, end - begin, sums_.data_ptr<float>() + begin);
    team.barrier();
    if (team.index == 0) workers.sum(sums_);
    team.barrier();
    all_sums = sums_.data_ptr<float>() + begin;
  }
  float* q = activity_.data_ptr<float>();
  for (int64_t j = begin; j < end; ++j) {
    q[j] = static_cast<float>(kMemory * q[j] - (1 - kMemory) * all_sums[j - begin]);
    shift_[static_cast<size_t>(j)] = static_cast<float>(cost_ * (q[j] - target_));
  }
}

}  // namespace gan
