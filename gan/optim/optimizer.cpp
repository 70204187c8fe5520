#include "gan/optim/optimizer.h"

#include <ATen/ATen.h>
#include <fmt/core.h>

#include <cmath>

#include "gan/kernels/updates.h"
#include "gan/optim/schedules.h"

namespace gan {
namespace {

double sum_of_squares(const std::vector<Tensor>& tensors) {
  double sum = 0;
  for (const Tensor& t : tensors) sum += t.square().sum().item<double>();
  return sum;
}

}  // namespace

Optimizer::Optimizer(const OptimizerSection& section, double initial_rate,
                     std::vector<Tensor> parameters, Workers& workers)
    : section_(section), initial_rate_(initial_rate), parameters_(std::move(parameters)) {
  if (!workers.alone() && !parameters_.empty())
    sum_ = std::make_unique<GradientSum>(workers, parameters_);
  for (const Tensor& p : parameters_) {
    first_.push_back(at::zeros_like(p, p.options().requires_grad(false)));
    if (section_.method == Method::adam) second_.push_back(at::zeros_like(first_.back()));
  }
}

Optimizer::Optimizer(const AveragedMomentum& rule, std::vector<Tensor> parameters, Workers& workers)
    : Optimizer(
          {.method = Method::momentum, .momentum = rule.momentum, .final_momentum = rule.momentum},
          rule.rate, std::move(parameters), workers) {
  averaged_ = true;
}

void Optimizer::step(const std::vector<Tensor>& gradients, UpdateTime when) {
  const at::NoGradGuard no_grad;
  for (size_t i = 0; i < parameters_.size(); ++i)
    if (sum_)
      sum_->add(i, gradients[i]);
    else
      update(i, gradients[i], when);
  if (!finish(when, 0)) gradients_ = gradients;
}

bool Optimizer::finish(UpdateTime when, double squares) {
  squares_ = squares;
  newest_ = when;
  if (!sum_) return false;
  const at::NoGradGuard no_grad;
  sum_->finish([&](size_t i, const Tensor& gradient) { update(i, gradient, when); });
  gradients_ = sum_->gradients();
  return true;
}

void Optimizer::update(size_t i, const Tensor& gradient, UpdateTime when) {
  if (section_.method == Method::adam)
    kernels::adam_update(parameters_[i], gradient, first_[i], second_[i], adam_rates(when));
  else if (averaged_)
    kernels::averaged_update_reference(parameters_[i], gradient, first_[i], rate(when),
                                       section_.momentum);
  else
    kernels::momentum_update(parameters_[i], gradient, first_[i], rate(when),
                             momentum(section_, when.epoch));
}

void Optimizer::step_part(size_t i, int64_t first, int64_t n, const float* gradient, void* shadow,
                          UpdateTime when) const {
  if (sum_) return sum_->add(i, first, n, gradient);
  const bool adam = section_.method == Method::adam;
  const kernels::ParameterSlice part{n, parameters_[i].data_ptr<float>() + first,
                                     first_[i].data_ptr<float>() + first,
                                     adam ? second_[i].data_ptr<float>() + first : nullptr, shadow};
  if (adam)
    kernels::adam_update(part, gradient, adam_rates(when));
  else if (averaged_)
    kernels::averaged_update(part, gradient, rate(when), section_.momentum);
  else
    kernels::momentum_update(part, gradient, rate(when), momentum(section_, when.epoch));
}

double Optimizer::rate(UpdateTime when) const {
  return when.scale * learning_rate(section_, initial_rate_, when.step);
}

kernels::AdamRates Optimizer::adam_rates(UpdateTime when) const {
  return {.eta = rate(when),
          .beta1 = section_.beta1,
          .beta2 = scheduled(section_, section_.beta2, section_.final_beta2, when.step),
          .epsilon = section_.epsilon,
          .update = when.update};
}

std::optional<double> Optimizer::gradient_norm() const {
  if (gradients_.empty() && !squares_) return {};
  return std::sqrt(gradients_.empty() ? *squares_ : sum_of_squares(gradients_));
}

/// From the moments, which hold all that the update depended on.
std::optional<double> Optimizer::step_norm() const {
  if (!newest_) return {};
  if (section_.method != Method::adam)  // momentum's first moment is the movement itself
    return std::sqrt(sum_of_squares(first_)) * (averaged_ ? rate(*newest_) : 1);
  const kernels::AdamRates r = adam_rates(*newest_);
  const double t = static_cast<double>(r.update + 1);
  const double root = std::sqrt(1 - std::pow(r.beta2, t));
  double sum = 0;
  for (size_t i = 0; i < first_.size(); ++i)
    sum += (first_[i] / (second_[i].sqrt() / root + r.epsilon)).square().sum().item<double>();
  return std::sqrt(sum) * r.eta / (1 - std::pow(r.beta1, t));
}

double Optimizer::parameter_norm() const {
  const at::NoGradGuard no_grad;
  return std::sqrt(sum_of_squares(parameters_));
}

void Optimizer::visit_state(const std::string& prefix,
                            const std::function<void(const std::string&, Tensor&)>& visit) {
  for (size_t i = 0; i < first_.size(); ++i) visit(fmt::format("{}{}.first", prefix, i), first_[i]);
  for (size_t i = 0; i < second_.size(); ++i)
    visit(fmt::format("{}{}.second", prefix, i), second_[i]);
}

}  // namespace gan
