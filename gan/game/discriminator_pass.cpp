#include "gan/game/discriminator_pass.h"

#include <ATen/ATen.h>
#include <torch/csrc/autograd/autograd.h>

namespace gan {
namespace {

/// [B, outputs]
Tensor slope_in(const Tensor& loss, const Tensor& answers) {
  const Tensor slope = torch::autograd::grad({loss}, {answers}, {}, /*retain_graph=*/true, false,
                                             /*allow_unused=*/true)[0];
  return slope.defined() ? slope : at::zeros_like(answers);
}

Tensor classes_in(const Tensor& answers) {
  const int64_t classes = answers.size(1) - 1;
  return classes > 0 ? answers.narrow(1, 1, classes) : Tensor();
}

}  // namespace

DiscriminatorPass::DiscriminatorPass(std::unique_ptr<Tape> tape, DiscriminatorRows rows)
    : tape_(std::move(tape)), rows_(rows) {
  const Tensor y = tape_->output().flatten(1);  // [B, outputs]
  const auto answers = [&](int64_t first, int64_t n) {
    return y.narrow(0, first, n).detach().clone().requires_grad_();
  };
  on_samples_ = answers(rows.data, rows.samples);
  fake = on_samples_.select(1, 0);
  fake_classes = classes_in(on_samples_);
  if (rows.data == 0) return;
  on_data_ = answers(0, rows.data);
  real = on_data_.select(1, 0);
  real_classes = classes_in(on_data_);
}

Tensor DiscriminatorPass::coefficients_of(const std::vector<WeightedPenalty>& penalties) {
  const int64_t known = rows_.data + rows_.samples;
  int64_t point = known;  // the first of the next penalty's
  Tensor out;
  for (const WeightedPenalty& penalty : penalties) {
    if (penalty.row->at == Penalty::At::parameters) continue;
    if (!out.defined())
      out = at::zeros({known + rows_.further}, fake.options().requires_grad(false));
    if (penalty.row->at == Penalty::At::further_points) {
      Tensor of_logit = at::zeros({rows_.data, on_data_.size(1)}, out.options());
      of_logit.select(1, 0).fill_(1);
      out.narrow(0, point, rows_.data)
          .copy_(coefficients(penalty, tape_->input(of_logit, point).detach(), rows_.share));
      point += rows_.data;
    } else {
      const bool data = penalty.row->at == Penalty::At::data;
      const Tensor& answers = data ? on_data_ : on_samples_;
      out.narrow(0, data ? 0 : rows_.data, answers.size(0))
          .add_(coefficients(penalty, answers, rows_.share));
    }
  }
  return out;
}

void DiscriminatorPass::descend(const Tensor& loss, const std::vector<WeightedPenalty>& penalties,
                                Descent& descent) {
  std::vector<Tensor> slopes{slope_in(loss, on_data_), slope_in(loss, on_samples_)};
  if (rows_.further > 0)
    slopes.push_back(at::zeros({rows_.further, slopes[0].size(1)}, slopes[0].options()));
  const Tensor coefficient = coefficients_of(penalties);
  descent.add(*tape_, at::cat(slopes), coefficient);
}

Tensor DiscriminatorPass::for_samples(const Tensor& loss) {
  return tape_->input(slope_in(loss, on_samples_), rows_.data);
}

}  // namespace gan
