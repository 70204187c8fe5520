#include "gan/baselines/nce/nce.h"

#include <ATen/ATen.h>
#include <torch/csrc/autograd/autograd.h>
#include <torch/optim/lbfgs.h>

#include <cmath>

#include "gan/baselines/binary.h"
#include "gan/core/error.h"

namespace gan {
namespace {

double log_ratio(const Tensor& data, const Tensor& noise) {
  return std::log(static_cast<double>(noise.numel()) / static_cast<double>(data.numel()));
}

}  // namespace

Noise::Noise(GenerativeModel& model)
    : model_(model), likelihood_(dynamic_cast<Likelihood*>(&model)) {
  if (!likelihood_ || likelihood_->kind() != Likelihood::Kind::exact)
    throw UsageError(
        "noise for noise-contrastive estimation: its log p must be exact, and this model's is not; take a bernoulli-mixture");
}

Tensor nce_loss(const Tensor& data, const Tensor& noise) {
  const double log_nu = log_ratio(data, noise);
  return (log_one_plus_exp(log_nu - data).sum() + log_one_plus_exp(noise - log_nu).sum()) /
         static_cast<double>(data.numel());
}

NceState nce_state(const Tensor& data, const Tensor& noise) {
  const at::NoGradGuard no_grad;
  const double log_nu = log_ratio(data, noise), nu = std::exp(log_nu);
  const auto above = [](const Tensor& u) {
    return ((u.sign() + 1) / 2).mean(at::kDouble).item<double>();
  };
  return {.accuracy = (above(data) + above(-noise)) / 2,
          .pull = std::max(at::sigmoid(log_nu - data).mean(at::kDouble).item<double>(),
                           nu * at::sigmoid(noise - log_nu).mean(at::kDouble).item<double>())};
}

NceFit fit_nce(const Unnormalised& model, Tensor& c, const Tensor& x, const Tensor& y,
               const Tensor& log_noise_x, const Tensor& log_noise_y) {
  constexpr int64_t kMost = 1000;  // of iterations
  std::vector<Tensor> parameters = model.parameters();
  parameters.push_back(c);
  torch::optim::LBFGS optimizer(parameters, torch::optim::LBFGSOptions(1)
                                                .max_iter(kMost)
                                                .max_eval(2 * kMost)
                                                .history_size(20)
                                                .tolerance_grad(1e-8)
                                                .tolerance_change(1e-13)
                                                .line_search_fn("strong_wolfe"));
  NceFit fit{};
  const auto evaluate = [&] {
    const Tensor loss =
        nce_loss(model.log_density(x) + c - log_noise_x, model.log_density(y) + c - log_noise_y);
    const std::vector<Tensor> gradients = torch::autograd::grad({loss}, parameters);
    fit.slope = 0;
    for (size_t i = 0; i < parameters.size(); ++i) {
      parameters[i].mutable_grad() = gradients[i].contiguous();
      fit.slope = std::max(fit.slope, gradients[i].abs().max().item<double>());
    }
    ++fit.evaluations;
    return loss.detach();
  };
  const at::AutoGradMode with_gradients(true);
  optimizer.step(evaluate);
  fit.loss = evaluate().item<double>();
  return fit;
}

}  // namespace gan
