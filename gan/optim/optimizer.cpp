#include "gan/optim/optimizer.h"

#include <ATen/ATen.h>
#include <fmt/core.h>

#include <algorithm>
#include <cmath>
#include <numbers>

#include "gan/kernels/updates.h"

namespace gan {

double learning_rate(const OptimizerSection& s, double initial, int64_t t) {
  switch (s.schedule) {
    case Schedule::constant:
      return initial;
    case Schedule::exponential:
      return std::max(s.min_rate, initial / std::pow(s.decay, static_cast<double>(t)));
    case Schedule::cosine:
    case Schedule::linear: {
      const double done =
          std::min(1.0, static_cast<double>(t) / static_cast<double>(s.schedule_steps));
      const double left =
          s.schedule == Schedule::linear ? 1 - done : (1 + std::cos(std::numbers::pi * done)) / 2;
      return s.min_rate + (initial - s.min_rate) * left;
    }
  }
  return initial;
}

double momentum(const OptimizerSection& s, int64_t epoch) {
  if (s.momentum_epochs <= 1) return s.final_momentum;
  const double done = std::clamp((epoch - 1.0) / (s.momentum_epochs - 1.0), 0.0, 1.0);
  return s.momentum + (s.final_momentum - s.momentum) * done;
}

Optimizer::Optimizer(const OptimizerSection& section, double initial_rate,
                     std::vector<Tensor> parameters)
    : section_(section), initial_rate_(initial_rate), parameters_(std::move(parameters)) {
  for (const Tensor& p : parameters_) {
    first_.push_back(at::zeros_like(p, p.options().requires_grad(false)));
    if (section_.method == Method::adam) second_.push_back(at::zeros_like(first_.back()));
  }
}

Optimizer::Optimizer(const AveragedMomentum& rule, std::vector<Tensor> parameters)
    : Optimizer(
          {.method = Method::momentum, .momentum = rule.momentum, .final_momentum = rule.momentum},
          rule.rate, std::move(parameters)) {
  averaged_ = true;
}

void Optimizer::step(const std::vector<Tensor>& gradients, UpdateTime when) {
  const at::NoGradGuard no_grad;
  const double eta = when.scale * learning_rate(section_, initial_rate_, when.step);
  for (size_t i = 0; i < parameters_.size(); ++i) {
    if (section_.method == Method::adam)
      kernels::adam_update(parameters_[i], gradients[i], first_[i], second_[i],
                           adam_rates(eta, when));
    else if (averaged_)
      kernels::averaged_update_reference(parameters_[i], gradients[i], first_[i], eta,
                                         section_.momentum);
    else
      kernels::momentum_update(parameters_[i], gradients[i], first_[i], eta,
                               momentum(section_, when.epoch));
  }
  gradients_ = gradients;
}

void Optimizer::step_part(size_t i, int64_t first, int64_t n, const float* gradient, void* shadow,
                          UpdateTime when) const {
  const double eta = when.scale * learning_rate(section_, initial_rate_, when.step);
  const bool adam = section_.method == Method::adam;
  const kernels::Part part{n, parameters_[i].data_ptr<float>() + first,
                           first_[i].data_ptr<float>() + first,
                           adam ? second_[i].data_ptr<float>() + first : nullptr, shadow};
  if (adam)
    kernels::adam_update(part, gradient, adam_rates(eta, when));
  else if (averaged_)
    kernels::averaged_update(part, gradient, eta, section_.momentum);
  else
    kernels::momentum_update(part, gradient, eta, momentum(section_, when.epoch));
}

kernels::AdamRates Optimizer::adam_rates(double eta, UpdateTime when) const {
  return {.eta = eta,
          .beta1 = section_.beta1,
          .beta2 = section_.beta2,
          .epsilon = section_.epsilon,
          .update = when.update};
}

std::optional<double> Optimizer::gradient_norm() const {
  if (gradients_.empty() && !squares_) return {};
  double sum = squares_.value_or(0);
  for (const Tensor& g : gradients_) sum += g.square().sum().item<double>();
  return std::sqrt(sum);
}

void Optimizer::visit_state(const std::string& prefix,
                            const std::function<void(const std::string&, Tensor&)>& visit) {
  for (size_t i = 0; i < first_.size(); ++i) visit(fmt::format("{}{}.first", prefix, i), first_[i]);
  for (size_t i = 0; i < second_.size(); ++i)
    visit(fmt::format("{}{}.second", prefix, i), second_[i]);
}

}  // namespace gan
