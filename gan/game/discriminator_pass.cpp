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

}  // namespace

DiscriminatorPass::DiscriminatorPass(std::unique_ptr<Tape> tape, int64_t data, int64_t samples)
    : tape_(std::move(tape)), data_(data), samples_(samples) {
  const Tensor y = tape_->output().flatten();
  const auto answers = [&](int64_t first, int64_t n) {
    return y.narrow(0, first, n).detach().clone().requires_grad_();
  };
  if (data > 0) real = answers(0, data);
  fake = answers(data, samples);
}

void DiscriminatorPass::descend(const Tensor& loss, PenaltyWeights weights, Optimizer& optimizer,
                                UpdateTime when) {
  const Tensor slope =
      at::cat({slope_in(loss, real), slope_in(loss, fake)}).unsqueeze(1);  // [2B, 1]
  Tensor penalty = penalty_of_each(weights, data_, samples_);
  if (penalty.defined()) penalty = penalty.to(slope.device());
  tape_->descend(slope, penalty, optimizer, when);
}

Tensor DiscriminatorPass::for_samples(const Tensor& loss) {
  return tape_->input(slope_in(loss, fake).unsqueeze(1), data_);
}

}  // namespace gan
