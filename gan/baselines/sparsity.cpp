#include "gan/baselines/sparsity.h"

#include <ATen/ATen.h>

#include "gan/kernels/passes.h"

namespace gan {

namespace {

constexpr double kMemory = 0.9;  // decay of `activity_` a step

}  // namespace

Sparsity::Sparsity(int64_t units, double target, double cost) : target_(target), cost_(cost) {
  if (cost > 0)
    activity_ = at::full({units}, target, at::kFloat), shift_.resize(static_cast<size_t>(units));
}

void Sparsity::look(const kernels::Team& team, int64_t rows, const float* factor, const float* h,
                    float* room) {
  const auto units = static_cast<int64_t>(shift_.size());
  const auto [begin, end] = team.share(units);
  if (begin == end) return;
  float* q = activity_.data_ptr<float>();
  kernels::sum_rows(kernels::Format::fp32, {rows, end - begin, units}, factor, h + begin, room);
  for (int64_t j = begin; j < end; ++j) {
    q[j] = static_cast<float>(kMemory * q[j] - (1 - kMemory) * room[j - begin]);
    shift_[static_cast<size_t>(j)] = static_cast<float>(cost_ * (q[j] - target_));
  }
}

}  // namespace gan
