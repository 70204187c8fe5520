#include "gan/baselines/gsn/gsn.h"

#include <ATen/ATen.h>

#include <cmath>

#include "gan/baselines/chain_samples.h"
#include "gan/core/error.h"
#include "gan/kernels/autoencoding.h"
#include "gan/nets/draw.h"

namespace gan {

using namespace kernels;

namespace {

std::vector<int64_t> sizes_of(const GsnSection& section, int64_t dim) {
  std::vector<int64_t> out = {dim};
  out.insert(out.end(), section.hidden.values.begin(), section.hidden.values.end());
  return out;
}

}  // namespace

Gsn::Gsn(const GsnSection& section, const Tensor& means, uint64_t seed, Format precision)
    : section_(section),
      data_means_(means.to(at::kFloat).clone()),
      layers_(sizes_of(section, means.numel()), precision, Stream(seed, "gsn.weights")),
      walk_(layers_, section, 1, false) {}

Tensor Gsn::sample(int64_t n, uint64_t seed, int64_t first) {
  return sample_chains(*this, {section_.burn_in, section_.chain_length}, n, seed, first);
}

void Gsn::visit_state(const StateVisitor& visit) {
  layers_.visit_state("model.", visit);
  visit("model.means", data_means_);
}

/// The state of hidden layers at 0.
Tensor Gsn::rest(const Tensor& shown, const Tensor& pixels) const {
  int64_t hidden = 0;
  for (size_t l = 2; l <= layers_.depth(); l += 2) hidden += layers_.size(l);
  return at::cat({shown, pixels, at::zeros({shown.size(0), hidden})}, 1);
}

Tensor Gsn::start(int64_t n, uint64_t seed, int64_t first) {
  const Tensor p = data_means_ * (1 - section_.corruption) +
                   section_.corruption / 2;  // of 1, once they are corrupted
  const Tensor bits =
      draw_uniform(Stream(seed, "gsn.start"), n, layers_.size(0), 0, first).lt(p).to(at::kFloat);
  return rest(bits, bits);
}

Tensor Gsn::start_at(const Tensor& x, uint64_t seed, int64_t first) {
  const Tensor clean = x.contiguous(),
               u = draw_uniform(Stream(seed, "gsn.start"), x.size(0), x.size(1), 0, first);
  Tensor pixels = at::empty_like(clean);
  corrupt(Format::fp32, clean.numel(), clean.data_ptr<float>(), u.data_ptr<float>(),
          static_cast<float>(section_.corruption), pixels.data_ptr<float>());
  return rest(clean, pixels);
}

void Gsn::advance(Tensor& state, uint64_t seed, int64_t t, int64_t first) {
  const int64_t dim = layers_.size(0);
  walk_.draw(state.size(0), Stream(seed, "gsn.chain"), static_cast<uint64_t>(t), first);
  std::vector<Tensor> even;
  int64_t at = dim;
  for (size_t l = 0; l <= layers_.depth(); at += layers_.size(l), l += 2)
    even.push_back(state.narrow(1, at, layers_.size(l)));
  state.narrow(1, 0, dim).copy_(walk_.advance(even));
}

Tensor Gsn::show(const Tensor& state) {
  return state.narrow(1, 0, layers_.size(0)).clone();
}

Tensor Gsn::first_layer_weights() {
  return layers_.weights(1).t();
}

GsnTrainer::GsnTrainer(const Setup& setup)
    : section_(setup.config.gsn),
      training_(setup.config.training),
      batches_per_epoch_(setup.batches_per_epoch),
      stream_(static_cast<uint64_t>(setup.config.run.seed), "gsn"),
      model_(section_, setup.means, static_cast<uint64_t>(setup.config.run.seed),
             setup.precision()),
      optimizer_(AveragedMomentum{training_.learning_rate, section_.momentum},
                 model_.layers().parameters(), *setup.workers),
      walk_(model_.layers(), section_, section_.walkback, true) {
  if (const auto depth = static_cast<int64_t>(model_.layers().depth()); section_.walkback < depth)
    throw UsageError(
        "gsn.walkback = {}: {} hidden layers need at least as many steps, or the highest would never reach a pixel",
        section_.walkback, depth);
}

std::unique_ptr<GenerativeModel> unread_gsn(const Setup& setup) {
  return std::make_unique<Gsn>(setup.config.gsn, setup.means,
                               static_cast<uint64_t>(setup.config.run.seed), setup.precision());
}

Scalars GsnTrainer::step(int64_t step, Batches& data) {
  const Batch batch = data.next();
  const Tensor x = batch.rows();
  walk_.draw(x.size(0), stream_, static_cast<uint64_t>(step), batch.first);
  const double epoch = static_cast<double>(step / batches_per_epoch_);
  const std::vector<double> losses = walk_.learn(
      x, optimizer_, {.step = step, .scale = std::pow(section_.rate_decay, epoch)}, batch.share);
  double sum = 0;
  for (const double loss : losses) sum += loss;
  return {{"cross_entropy", at::scalar_tensor(losses.back(), at::kDouble)},
          {"walkback", at::scalar_tensor(sum, at::kDouble)}};
}

void GsnTrainer::visit_state(const StateVisitor& visit) {
  model_.visit_state(visit);
  optimizer_.visit_state("learner.", visit);
}

}  // namespace gan
