#include "gan/game/adaptive.h"

#include <ATen/ATen.h>

#include <algorithm>
#include <array>

namespace gan {

AdaptiveProbability::AdaptiveProbability(int64_t images)
    : images_(static_cast<double>(images)),
      p_(at::zeros({1}, at::kDouble)),
      since_(at::zeros({4}, at::kDouble)) {}

double AdaptiveProbability::p() const {
  return p_[0].item<double>();
}

void AdaptiveProbability::saw(const Tensor& answers, int64_t examples, Workers& workers) {
  const at::NoGradGuard no_grad;
  double* since = since_.data_ptr<double>();
  double &signs = since[0], &count = since[1], &seen = since[2], &updates = since[3];
  std::array<double, 3> news{answers.sign().sum(at::kDouble).item<double>(),
                             static_cast<double>(answers.numel()), static_cast<double>(examples)};
  workers.sum(news);
  signs += news[0];
  count += news[1];
  seen += news[2];
  updates += 1;
  if (updates < static_cast<double>(kUpdates)) return;
  const double r = signs / count, by = seen / images_;
  double moved = p();
  if (r > kTarget) moved += by;
  if (r < kTarget) moved -= by;
  p_.fill_(std::clamp(moved, 0.0, kMost));
  since_.zero_();
}

void AdaptiveProbability::visit_state(const StateVisitor& visit) {
  visit("augmentation.p", p_);
  visit("augmentation.since", since_);
}

}  // namespace gan
