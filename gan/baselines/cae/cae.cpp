#include "gan/baselines/cae/cae.h"

#include <ATen/ATen.h>
#include <ATen/Parallel.h>
#include <fmt/core.h>

#include <cmath>

#include "gan/baselines/chain_samples.h"
#include "gan/kernels/autoencoding.h"
#include "gan/kernels/updates.h"
#include "gan/nets/draw.h"

namespace gan {

using namespace kernels;

namespace {

Tensor up(const TiedLayers& layer, const Tensor& x) {
  return at::sigmoid(at::addmm(layer.biases(1), x, layer.weights(1).t()));
}
Tensor down(const TiedLayers& layer, const Tensor& h) {
  return at::sigmoid(at::addmm(layer.biases(0), h, layer.weights(1)));
}

}  // namespace

StackedCae::StackedCae(const CaeSection& section, const Tensor& means, uint64_t seed,
                       Format precision)
    : section_(section),
      data_means_(means.to(at::kFloat).clone()),
      begun_(at::ones({}, at::kLong)) {
  const Stream stream(seed, "cae.weights");
  int64_t below = means.numel();
  for (const int64_t units : section.hidden.values) {
    layers_.push_back(TiedLayers({below, units}, precision, stream.child(layers_.size())));
    below = units;
  }
}

Tensor StackedCae::first_layer_weights() {
  return layers_[0].weights(1).t();
}

int64_t StackedCae::begun() const {
  return begun_.item<int64_t>();
}
void StackedCae::begin(int64_t layers) {
  begun_.fill_(layers);
}

Tensor StackedCae::encode(const Tensor& x, int64_t layers) const {
  Tensor h = x;
  for (int64_t l = 0; l < layers; ++l) h = up(layers_[static_cast<size_t>(l)], h);
  return h;
}

Tensor StackedCae::decode(Tensor h) const {
  for (int64_t l = begun() - 1; l >= 0; --l) h = down(layers_[static_cast<size_t>(l)], h);
  return h;
}

Tensor StackedCae::jacobian_step(const Tensor& x, const Tensor& e) const {
  const auto depth = static_cast<size_t>(begun());
  std::vector<Tensor> slopes;  // h (1 - h) of each layer
  Tensor h = x;
  for (size_t l = 0; l < depth; ++l) {
    h = up(layers_[l], h);
    slopes.push_back(h * (1 - h));
  }
  Tensor v = e;
  for (size_t l = depth; l-- > 0;) v = (v * slopes[l]).mm(layers_[l].weights(1));  // J' e, [n, D]
  for (size_t l = 0; l < depth; ++l)
    v = v.mm(layers_[l].weights(1).t()) * slopes[l];  // J J' e, [n, H]
  return h + v;
}

Tensor StackedCae::sample(int64_t n, uint64_t seed, int64_t first) {
  return sample_chains(*this, {section_.burn_in, section_.chain_length}, n, seed, first);
}

void StackedCae::visit_state(const StateVisitor& visit) {
  for (size_t l = 0; l < layers_.size(); ++l)
    layers_[l].visit_state(fmt::format("model.{}.", l + 1), visit);
  visit("model.means", data_means_);
  visit("model.begun", begun_);
}

Tensor StackedCae::start(int64_t n, uint64_t seed, int64_t first) {
  const Tensor u = draw_uniform(Stream(seed, "cae.start"), n, data_means_.numel(), 0, first);
  return start_at(u.lt(data_means_).to(at::kFloat), seed, first);
}

Tensor StackedCae::start_at(const Tensor& x, uint64_t, int64_t) {
  return encode(x, begun());
}

void StackedCae::advance(Tensor& state, uint64_t seed, int64_t t, int64_t first) {
  const Tensor e = draw_normal(Stream(seed, "cae.chain"), state.size(0), state.size(1),
                               static_cast<uint64_t>(t), first) *
                   section_.sigma;
  state.copy_(jacobian_step(decode(state), e));
}

void ContractiveStep::ensure_size(const TiedLayers& layer, int64_t rows) {
  const int64_t bytes = 2 * rows * bytes_of(layer.precision());
  sized(upper_, bytes * layer.size(1));
  sized(lower_, bytes * layer.size(0));
  sized(squares_, layer.size(1));
  sized(slopes_, layer.size(1));
  losses_.assign(static_cast<size_t>(at::get_num_threads()), {});
}

ContractiveStep::Losses ContractiveStep::learn(TiedLayers& layer, const Tensor& x_,
                                               double contraction, Optimizer& optimizer,
                                               const UpdateTime& when, double share) {
  const Tensor x = x_.contiguous();
  const int64_t rows = x.size(0), visible = layer.size(0), hidden = layer.size(1);
  const Format precision = layer.precision();
  layer.prepare();
  ensure_size(layer, rows);
  void *delta = upper_.data(), *h = layer.element(upper_.data(), rows * hidden);
  void *input = lower_.data(), *error = layer.element(lower_.data(), rows * visible);
  const auto mean = 1 / static_cast<float>(rows), mean_of_all = static_cast<float>(share) * mean,
             weight = static_cast<float>(contraction) * mean_of_all;
  const float* weights = layer.weights(1).data_ptr<float>();

  run_team(3 * static_cast<double>(rows) * layer.operations(), [&](Team& team) {
    Losses& losses = losses_[static_cast<size_t>(team.index)];
    layer.refresh(team);
    const auto [first, last] = team.share(rows);
    convert(precision, {last - first, visible, visible}, x.data_ptr<float>() + first * visible,
            nullptr, {}, false, layer.element(input, first * visible));
    const auto [begin, end] = team.share(hidden, kGrain);
    for (int64_t j = begin; j < end; ++j)
      squares_[static_cast<size_t>(j)] =
          static_cast<float>(sum_of_squares(visible, weights + j * visible));
    team.barrier();

    each_tile(team, rows, hidden, 1, [&](int64_t row, int64_t n, int64_t unit, int64_t units) {
      const float* a =
          layer.incoming(team, 1, layer.element(input, row * visible), nullptr, n, unit, units);
      activate(precision, {n, units, hidden}, a, layer.bias(1) + unit,
               {.kind = Unit::Kind::sigmoid}, {}, layer.element(h, row * hidden + unit));
    });
    team.barrier();

    sum_slopes(precision, {rows, end - begin, hidden}, layer.element(h, begin),
               slopes_.data() + begin);
    for (int64_t j = begin; j < end; ++j)
      losses.jacobian += mean * slopes_[static_cast<size_t>(j)] * squares_[static_cast<size_t>(j)];
    each_tile(team, rows, visible, 1, [&](int64_t row, int64_t n, int64_t unit, int64_t units) {
      const float* a =
          layer.incoming(team, 0, nullptr, layer.element(h, row * hidden), n, unit, units);
      const int64_t at = row * visible + unit;
      losses.cross_entropy +=
          mean * cross_entropy(precision, {n, units, visible}, a, layer.bias(0) + unit,
                               x.data_ptr<float>() + at, mean_of_all, layer.element(error, at));
    });
    team.barrier();

    each_tile(team, rows, hidden, 1, [&](int64_t row, int64_t n, int64_t unit, int64_t units) {
      const float* d =
          layer.incoming(team, 1, layer.element(error, row * visible), nullptr, n, unit, units);
      const int64_t at = row * hidden + unit;
      contract(precision, {n, units, hidden}, d, layer.element(h, at), weight,
               squares_.data() + unit, layer.element(delta, at));
    });
    team.barrier();

    layer.weight_gradient(team, 1, delta, input, 2 * rows,
                          [&](int64_t unit, int64_t units, float* g) {  // delta' x + h' error
                            for (int64_t j = 0; j < units; ++j)  // the penalty's own: of |W_j|^2
                              add({1, visible, visible},
                                  2 * weight * slopes_[static_cast<size_t>(unit + j)],
                                  weights + (unit + j) * visible, g + j * visible);
                            layer.update_weights(optimizer, 1, unit, units, g, when);
                          });
    layer.bias_gradient(team, 1, delta, rows, [&](int64_t unit, int64_t units, const float* g) {
      layer.update_biases(optimizer, 1, unit, units, g, when);
    });
    layer.bias_gradient(team, 0, error, rows, [&](int64_t unit, int64_t units, const float* g) {
      layer.update_biases(optimizer, 0, unit, units, g, when);
    });
  });
  layer.finish(optimizer, when);
  Losses out{};
  for (const Losses& l : losses_) {
    out.cross_entropy += l.cross_entropy;
    out.jacobian += l.jacobian;
  }
  return out;
}

CaeTrainer::CaeTrainer(const Setup& setup)
    : section_(setup.config.cae),
      training_(setup.config.training),
      batches_per_epoch_(setup.batches_per_epoch),
      model_(section_, setup.means, static_cast<uint64_t>(setup.config.run.seed),
             setup.precision()) {
  for (size_t l = 0; l < section_.hidden.size(); ++l)
    optimizers_.emplace_back(AveragedMomentum{training_.learning_rate, section_.momentum},
                             model_.layer(static_cast<int64_t>(l)).parameters(), *setup.workers);
}

std::unique_ptr<GenerativeModel> unread_cae(const Setup& setup) {
  return std::make_unique<StackedCae>(setup.config.cae, setup.means,
                                      static_cast<uint64_t>(setup.config.run.seed),
                                      setup.precision());
}

std::vector<Stage> CaeTrainer::stages() const {
  std::vector<Stage> out;
  int64_t left = training_.steps;
  const int64_t each = std::max<int64_t>(
      1, std::llround(section_.layer_epochs * static_cast<double>(batches_per_epoch_)));
  for (size_t l = 1; l <= optimizers_.size(); ++l) {
    const int64_t steps = l < optimizers_.size() ? std::min(left, each) : left;
    out.push_back({.name = fmt::format("layer {}", l), .steps = steps});
    left -= steps;
  }
  return out;
}

Scalars CaeTrainer::step(int64_t step, Batches& data) {
  const at::NoGradGuard no_grad;
  const StagePosition now = position_of(stages(), step);
  const auto l = static_cast<int64_t>(now.stage);
  model_.begin(l + 1);
  const double epoch = static_cast<double>(now.step / batches_per_epoch_);
  const Batch batch = data.next();
  const auto losses = contractive_.learn(
      model_.layer(l), model_.encode(batch.rows(), l), section_.contraction, optimizers_[now.stage],
      {.step = now.step, .scale = std::pow(section_.rate_decay, epoch)}, batch.share);
  return {{"cross_entropy", at::scalar_tensor(losses.cross_entropy, at::kDouble)},
          {"jacobian", at::scalar_tensor(losses.jacobian, at::kDouble)}};
}

void CaeTrainer::visit_state(const StateVisitor& visit) {
  model_.visit_state(visit);
  for (size_t l = 0; l < optimizers_.size(); ++l)
    optimizers_[l].visit_state(fmt::format("learner.{}.", l + 1), visit);
}

}  // namespace gan
