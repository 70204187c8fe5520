#include "gan/baselines/nce/nce_trainer.h"

#include <ATen/ATen.h>
#include <torch/csrc/autograd/autograd.h>

#include <algorithm>
#include <numbers>

#include "gan/baselines/binary.h"
#include "gan/nets/draw.h"

namespace gan {
namespace {

constexpr double kInitialDeviation =
    0.01;  // of the weights, as where an RBM is trained by its own chains

Rbm model_of(const Setup& setup) {
  return Rbm(setup.config.nce.hidden, false, setup.config.nce.burn_in, setup.means);
}

Tensor differentiable(const Tensor& value) {
  return value.detach().requires_grad_(true);
}

/// As the machine is before it has learnt anything.
std::unique_ptr<BernoulliMixture> product_of_marginals(Rbm& model) {
  return std::make_unique<BernoulliMixture>(
      model.visible_bias().to(at::kDouble).sigmoid().unsqueeze(0), at::zeros({1}, at::kDouble));
}

}  // namespace

RbmDensity::RbmDensity(Rbm& model)
    : w_(differentiable(model.weights())),
      b_(differentiable(model.visible_bias())),
      c_(differentiable(model.hidden_bias())) {}

Tensor RbmDensity::log_density(const Tensor& v) const {
  return v.mv(b_) + at::softplus(at::addmm(c_, v, w_)).sum(1);
}

NceTrainer::NceTrainer(const Setup& setup)
    : NceTrainer(setup,
                 setup.config.nce.noise == NceNoise::mixture ? mixture_start(setup) : Tensor()) {}

NceTrainer::NceTrainer(const Setup& setup, const Tensor& start)
    : section_(setup.config.nce),
      steps_(setup.config.training.steps),
      batches_per_epoch_(setup.batches_per_epoch),
      batch_size_(setup.config.training.batch_size),
      workers_(*setup.workers),
      noise_seed_(Stream(static_cast<uint64_t>(setup.config.run.seed), "nce.noise").bits(0)),
      model_(model_of(setup)),
      density_(model_),
      c_(at::softplus(model_.visible_bias())
             .sum()
             .add_(static_cast<double>(section_.hidden) * std::numbers::ln2)
             .neg_()
             .requires_grad_(true)),  // normalised, but for W
      mixture_(section_.noise == NceNoise::mixture
                   ? std::make_unique<MixtureTrainer>(
                         setup.config.mixture, noise_steps(), batches_per_epoch_, start,
                         static_cast<uint64_t>(setup.config.run.seed), workers_)
                   : nullptr),
      marginals_(mixture_ ? nullptr : product_of_marginals(model_)),
      noise_(mixture_ ? mixture_->model() : *marginals_),
      optimizer_(setup.config.optimizer, setup.config.training.learning_rate, parameters(),
                 workers_) {
  const Stream stream(static_cast<uint64_t>(setup.config.run.seed), "rbm.weights");
  model_.weights().copy_(draw_normal(stream, model_.weights().size(0), section_.hidden, 0) *
                         kInitialDeviation);
}

std::vector<Tensor> NceTrainer::parameters() const {
  std::vector<Tensor> all = density_.parameters();
  all.push_back(c_);
  return all;
}

int64_t nce_steps(const Config& c, int64_t batches_per_epoch) {
  const int64_t asked = steps_asked_for(c, static_cast<double>(batches_per_epoch));
  return c.training.epochs > 0 ? asked + noise_steps(c.nce, batches_per_epoch) : asked;
}

std::unique_ptr<GenerativeModel> unread_nce(const Setup& setup) {
  return std::make_unique<Rbm>(model_of(setup));
}

int64_t noise_steps(const NceSection& section, int64_t batches_per_epoch) {
  return section.noise == NceNoise::mixture ? section.noise_epochs * batches_per_epoch : 0;
}

std::vector<Stage> NceTrainer::stages() const {
  if (!mixture_) return {{.name = "", .steps = steps_}};
  const int64_t noise = std::min(noise_steps(), steps_);
  return {{.name = "noise", .steps = noise}, {.name = "model", .steps = steps_ - noise}};
}

Tensor NceTrainer::draw_noise(const Batch& data, int64_t t) const {
  const int64_t first = t * batch_size_ + data.first;  // the number of the data's first example
  return noise_.sample(section_.nu * data.size(), noise_seed_, section_.nu * first);
}

Tensor NceTrainer::log_ratio(const Tensor& x) const {
  return density_.log_density(x).to(at::kDouble) + c_ - noise_.log_density(x);
}

Scalars NceTrainer::step(int64_t step, Batches& data) {
  if (step < noise_steps()) return mixture_->step(step, data);
  const int64_t t = step - noise_steps();
  const Batch batch = data.next();
  const Tensor x = batch.rows().to(at::kCPU), y = draw_noise(batch, t);
  expect_binary(x, "nce");
  const at::AutoGradMode with_gradients(true);
  const Tensor loss = nce_loss(log_ratio(x), log_ratio(y));
  optimizer_.step(torch::autograd::grad({loss * batch.share}, parameters()),
                  {.step = t, .update = t, .epoch = t / batches_per_epoch_ + 1});
  return {{"nce_loss", loss.detach()}};
}

Scalars NceTrainer::watch(const Batch& real) {
  const at::NoGradGuard no_grad;
  const Tensor x = real.rows().to(at::kCPU),
               y = noise_.sample(section_.nu * x.size(0), noise_seed_ + 1);
  const NceState state = nce_state(log_ratio(x), log_ratio(y));
  Scalars out = {{"noise_accuracy", at::scalar_tensor(state.accuracy, at::kDouble)},
                 {"pull", at::scalar_tensor(state.pull, at::kDouble)}};
  if (const auto norm = optimizer_.gradient_norm())
    out.emplace_back("gradient", at::scalar_tensor(*norm, at::kDouble));
  return out;
}

void NceTrainer::visit_state(const StateVisitor& visit) {
  const at::NoGradGuard no_grad;
  model_.visit_state(visit);
  visit("learner.log_normaliser", c_);
  const StateVisitor noise = [&](const std::string& name, Tensor& value) {
    visit("learner.noise." + name, value);
  };
  if (mixture_)
    mixture_->visit_state(noise);
  else
    marginals_->visit_state(noise);
  optimizer_.visit_state("learner.optimizer.", visit);
}

}  // namespace gan
