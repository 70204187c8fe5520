#include "gan/game/discriminator_pass.h"

#include <ATen/ATen.h>
#include <torch/csrc/autograd/autograd.h>

namespace gan {
namespace {

Tensor slope_in(const Tensor& loss, const Tensor& logits) {
  const Tensor slope = torch::autograd::grad({loss}, {logits}, {}, /*retain_graph=*/true, false,
                                             /*allow_unused=*/true)[0];
  return slope.defined() ? slope : at::zeros_like(logits);
}

Tensor part(const Tensor& of, int64_t first, int64_t n) {
  return of.defined() ? of.narrow(0, first, n) : of;
}

}  // namespace

DiscriminatorPass::DiscriminatorPass(std::vector<std::unique_ptr<Tape>> tapes, int64_t data,
                                     int64_t samples)
    : tapes_(std::move(tapes)), data_(data), samples_(samples) {
  const auto answers = [&](size_t tape, int64_t first, int64_t n) {
    return tapes_[tape]->output().flatten().narrow(0, first, n).detach().clone().requires_grad_();
  };
  if (data > 0) real = answers(0, 0, data);
  fake = tapes_.size() == 1 ? answers(0, data, samples) : answers(1, 0, samples);
}

void DiscriminatorPass::descend(const Tensor& loss, PenaltyWeights weights, Optimizer& optimizer,
                                UpdateTime when) {
  const Tensor slope =
      at::cat({slope_in(loss, real), slope_in(loss, fake)}).unsqueeze(1);  // [2B, 1]
  Tensor penalty = penalty_of_each(weights, data_, samples_);
  if (penalty.defined()) penalty = penalty.to(slope.device());
  if (tapes_.size() == 1) return tapes_[0]->descend(slope, penalty, optimizer, when);
  std::vector<Tensor> sum = tapes_[0]->parameters(part(slope, 0, data_), part(penalty, 0, data_));
  const std::vector<Tensor> more =
      tapes_[1]->parameters(part(slope, data_, samples_), part(penalty, data_, samples_));
  for (size_t i = 0; i < sum.size(); ++i) sum[i] = sum[i] + more[i];
  optimizer.step(sum, when);
}

Tensor DiscriminatorPass::for_samples(const Tensor& loss) {
  const Tensor slope = slope_in(loss, fake).unsqueeze(1);
  return tapes_.size() == 1 ? tapes_[0]->input(slope, data_) : tapes_[1]->input(slope);
}

}  // namespace gan
