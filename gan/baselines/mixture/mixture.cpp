#include "gan/baselines/mixture/mixture.h"

#include <ATen/ATen.h>

#include <cmath>
#include <vector>

#include "gan/baselines/binary.h"
#include "gan/core/error.h"
#include "gan/core/random.h"
#include "gan/nets/draw.h"

namespace gan {
namespace {

constexpr double kEdge = 1e-6;  // means stay this far from 0 and 1, when no prior keeps them away

// How far a component starts from the average towards its example, and from an equal one.
constexpr double kTowards = 0.5, kApart = 0.02;

BernoulliMixture start_model(const MixtureSection& section, const Tensor& start, uint64_t seed) {
  if (start.dim() != 2 || start.size(0) != section.components || start.size(1) == 0)
    throw UsageError(
        "mixture: start must hold one example for each of {} components, {} came; lower mixture.components?",
        section.components, start.dim() == 2 ? start.size(0) : 0);
  expect_binary(start, "mixture");
  const Tensor x = start.to(at::kDouble);
  const Stream stream(seed, "mixture start");
  const Tensor noise = draw_uniform(stream, x.size(0), x.size(1), 0).to(x.device(), at::kDouble);
  const Tensor average = x.mean(0, true) * 0.98 + 0.01;  // [1, D]
  const Tensor means = average.lerp(x, kTowards).lerp_(noise, kApart);
  return {means, at::full({x.size(0)}, -std::log(static_cast<double>(x.size(0))), x.options())};
}

}  // namespace

BernoulliMixture::BernoulliMixture(const Tensor& means, const Tensor& log_weights) {
  set(means, log_weights);
}

void BernoulliMixture::set(const Tensor& means, const Tensor& log_weights) {
  means_ = means.to(at::kDouble).clone();
  log_weights_ = log_weights.to(at::kDouble).clone();
  prepare();
}

void BernoulliMixture::prepare() {
  const Tensor m = means_.clamp(kEdge, 1 - kEdge);
  logits_ = m.logit().t().contiguous();
  offsets_ = log_weights_ + at::log1p(-m).sum(1);
  fast_logits_ = logits_.to(at::kFloat);
  fast_offsets_ = offsets_.to(at::kFloat);
}

void BernoulliMixture::visit_state(const StateVisitor& visit) {
  visit("model.means", means_);
  visit("model.log_weights", log_weights_);
  prepare();
}

Tensor BernoulliMixture::sample(int64_t n, uint64_t seed, int64_t first) {
  const Stream stream(seed, "mixture");
  const Tensor pick = draw_uniform(stream.child("component"), n, 1, 0, first).squeeze(1);  // [n]
  const Tensor edges = log_weights_.exp().cumsum(0);                                       // [K]
  const Tensor heights = pick.to(edges.device(), at::kDouble) * edges[-1];
  const Tensor component =
      at::searchsorted(edges, heights, false, true).clamp_max_(edges.numel() - 1);
  const Tensor u = draw_uniform(stream.child("pixels"), n, means_.size(1), 0, first)
                       .to(means_.device());  // [n, D]
  return u.lt(means_.to(at::kFloat).index_select(0, component)).to(at::kFloat);
}

Tensor BernoulliMixture::log_joint(const Tensor& x) const {
  return at::addmm(fast_offsets_, x, fast_logits_);
}

Tensor BernoulliMixture::log_probability(const Tensor& x) {
  expect_binary(x, "log probability");
  std::vector<Tensor> out;
  for (const Tensor& block : x.split(4096))
    out.push_back(at::addmm(offsets_, block.to(at::kDouble), logits_).logsumexp({1}));
  return at::cat(out);
}

MixtureTrainer::MixtureTrainer(const MixtureSection& section, int64_t steps,
                               int64_t batches_per_epoch, const Tensor& start, uint64_t seed,
                               Workers& workers)
    : section_(section),
      workers_(workers),
      steps_(steps),
      batches_per_epoch_(batches_per_epoch),
      model_(start_model(section, start, seed)),
      counts_(at::zeros_like(model_.log_weights())),
      sums_(at::zeros_like(model_.means())) {
  if (batches_per_epoch < 1)
    throw UsageError("mixture: an epoch needs at least one batch, {} came", batches_per_epoch);
}

MixtureTrainer::MixtureTrainer(const Setup& setup)
    : MixtureTrainer(setup.config.mixture, setup.config.training.steps, setup.batches_per_epoch,
                     mixture_start(setup), static_cast<uint64_t>(setup.config.run.seed),
                     *setup.workers) {}

Tensor mixture_start(const Setup& setup) {
  const std::vector<int64_t> order =
      Stream(static_cast<uint64_t>(setup.config.run.seed), "mixture.start")
          .permutation(setup.data.size, 0);
  const auto components = static_cast<size_t>(setup.config.mixture.components);
  return setup.examples(std::span(order).first(components));
}

std::unique_ptr<GenerativeModel> unread_mixture(const Setup& setup) {
  const int64_t k = setup.config.mixture.components;
  return std::make_unique<BernoulliMixture>(
      at::full({k, setup.data.dim()}, 0.5, at::kDouble),
      at::full({k}, -std::log(static_cast<double>(k)), at::kDouble));
}

Scalars MixtureTrainer::step(int64_t step, Batches& data) {
  const at::NoGradGuard no_grad;
  const Tensor x = data.next().rows();  // [B, D]
  expect_binary(x, "mixture");
  const Tensor joint = model_.log_joint(x);         // [B, K]
  const Tensor log_p = joint.logsumexp({1}, true);  // [B, 1]
  const Tensor r = at::exp(joint - log_p);          // responsibilities (Bishop 9.56)
  counts_ += r.sum(0, false, at::kDouble);
  sums_ += r.t().mm(x);
  if ((step + 1) % batches_per_epoch_ == 0) maximise();
  return {{"log_likelihood", log_p.mean()}};
}

/// Bishop 9.59 and 9.60, each with its prior's counts.
void MixtureTrainer::maximise() {
  join_state();
  const double a = section_.pseudo_count, total = counts_.sum().item<double>();
  const Tensor means = (sums_ + a) / (counts_ + 2 * a).clamp_min(1e-12).unsqueeze(1);
  const Tensor weights = (counts_ + 1) / (total + static_cast<double>(counts_.numel()));
  model_.set(means, weights.log());
  counts_.zero_();
  sums_.zero_();
}

void MixtureTrainer::join_state() {
  workers_.sum(counts_);
  workers_.sum(sums_);
}

void MixtureTrainer::divide_state() {
  if (workers_.is_leader()) return;
  counts_.zero_();
  sums_.zero_();
}

void MixtureTrainer::visit_state(const StateVisitor& visit) {
  model_.visit_state(visit);
  visit("learner.counts", counts_);
  visit("learner.sums", sums_);
}

}  // namespace gan
