#include "gan/baselines/dbm/dbm_trainer.h"

#include <ATen/ATen.h>
#include <ATen/Parallel.h>
#include <fmt/core.h>

#include <algorithm>
#include <numeric>

#include "gan/baselines/binary.h"
#include "gan/baselines/descent.h"
#include "gan/kernels/gibbs.h"
#include "gan/kernels/passes.h"

namespace gan {

using kernels::Team;

namespace {

Dbm model_of(const Setup& setup) {
  const DbmSection& s = setup.config.dbm;
  return Dbm(s.hidden.values, {s.mean_field, s.tolerance}, s.burn_in, setup.means);
}

/// Each RBM's parameters are the model's own, where those are there.
std::vector<Rbm> layers_of(Dbm& model, const std::vector<int64_t>& hidden) {
  std::vector<Rbm> out;
  for (size_t l = 0; l < hidden.size(); ++l) {
    Rbm& layer = out.emplace_back(hidden[l], false, 0, at::full({model.biases()[l].size(0)}, 0.5));
    layer.weights() = model.weights()[l];
    layer.hidden_bias() = model.biases()[l + 1];
    if (l == 0) layer.visible_bias() = model.biases()[0];
  }
  return out;
}

/// The first layer's hidden units will hear from above too, the last one's visible ones from below.
std::vector<Counts> counts_of_layers(size_t layers) {
  std::vector<Counts> out(layers);
  out.front().hidden = 2;
  out.back().visible = 2;
  return out;
}

std::vector<Tensor> parameters_of(Dbm& model) {
  std::vector<Tensor> out = model.weights();
  out.insert(out.end(), model.biases().begin(), model.biases().end());
  return out;
}

}  // namespace

DbmTrainer::DbmTrainer(const Setup& setup)
    : dbm_(setup.config.dbm),
      whole_(deep_stages(dbm_, "all layers", setup.batches_per_epoch)),
      stages_(cut_off(whole_, setup.config.training.steps)),
      batches_per_epoch_(setup.batches_per_epoch),
      seed_(static_cast<uint64_t>(setup.config.run.seed)),
      model_(model_of(setup)),
      layers_(layers_of(model_, dbm_.hidden.values)),
      stack_(setup, dbm_, layers_, {.counts = counts_of_layers(layers_.size())}),
      optimizer_(setup.config.optimizer, setup.config.training.learning_rate,
                 parameters_of(model_)),
      chains_(at::zeros({dbm_.chains, model_.odd_units()})) {
  for (size_t l = 0; dbm_.sparsity_cost > 0 && l < layers_.size(); ++l)
    sparsity_.emplace_back(dbm_.hidden.at(l), dbm_.sparsity.at(l), dbm_.sparsity_cost);
}

int64_t dbm_steps(const Config& c, int64_t batches_per_epoch) {
  return deep_steps(c, c.dbm, batches_per_epoch);
}

std::unique_ptr<GenerativeModel> unread_dbm(const Setup& setup) {
  return std::make_unique<Dbm>(model_of(setup));
}

void DbmTrainer::visit_state(const StateVisitor& visit) {
  model_.visit_state(visit);
  stack_.visit_learning(visit);
  for (size_t l = 1; l < layers_.size(); ++l)
    part_of(visit, l)("learner.visible_bias", layers_[l].visible_bias());
  optimizer_.visit_state("learner.all.", visit);
  visit("learner.chains", chains_);
  for (size_t l = 0; l < sparsity_.size(); ++l)
    part_of(visit, l)("learner.activity", sparsity_[l].activity());
}

void DbmTrainer::compose() {
  const size_t last = layers_.size() - 1;
  for (size_t l = 0; l <= last; ++l) {
    const double share = l == 0 || l == last ? 1 : 0.5;
    model_.weights()[l].mul_(share);
    model_.biases()[l + 1].mul_(share);
    if (l > 0) model_.biases()[l].add_(layers_[l].visible_bias(), share);
  }
  model_.set_composed();
  chains_.copy_(model_.start(dbm_.chains, seed_));
}

Scalars DbmTrainer::step(int64_t step, Batches& data) {
  const at::NoGradGuard no_grad;
  now_ = position_of(whole_, step);
  if (now_.stage < layers_.size()) return stack_.step(now_.stage, now_.step, data);
  if (now_.step == 0) compose();
  return all_layers(now_.step, data.next().rows());
}

Scalars DbmTrainer::watch(const Batch& real) {
  const at::NoGradGuard no_grad;
  if (now_.stage < layers_.size()) return stack_.watch(now_.stage, real);
  const Tensor x = real.rows().to(at::kCPU);
  const std::vector<Tensor> mu = model_.posterior(x);
  return {{"reconstruction_error", (x - model_.show(mu[0])).square().sum(1).mean()},
          {"hidden_on", at::cat(mu, 1).mean()}};
}

void DbmTrainer::ensure_size(int64_t batch) {
  const int64_t threads = at::get_num_threads();
  if (batch == batch_ && static_cast<size_t>(threads) == members_.size()) return;
  const DbmParameters p = model_.parameters();
  batch_ = batch;
  rows_ = shared_rows(std::min(batch, dbm_.chains));
  first_end_ = up_to_multiple(batch, rows_);
  all_ = first_end_ + up_to_multiple(dbm_.chains, rows_);
  x_.clear();
  learned_.clear();
  members_.clear();
  weights_ = model_.laid_out();
  int64_t widest = 0;
  for (const int64_t n : p.units) {
    x_.emplace_back(static_cast<size_t>(all_ * n));
    learned_.emplace_back(all_, n);
    widest = std::max(widest, n);
  }
  energy_.assign(static_cast<size_t>(all_), 0);
  iterations_.assign(static_cast<size_t>(all_), 0);
  factor_.assign(static_cast<size_t>(all_), 0);
  std::fill_n(factor_.begin(), batch, static_cast<float>(-1.0 / static_cast<double>(batch)));
  std::fill_n(factor_.begin() + first_end_, dbm_.chains,
              static_cast<float>(1.0 / static_cast<double>(dbm_.chains)));
  for (int64_t i = 0; i < threads; ++i)
    members_.push_back({DbmBlock(p, weights_, rows_, Stream(seed_, "dbm.chains"), false),
                        std::vector<float>(tile_size(widest))});
}

/// theta <- theta - the optimiser's step along the slope of E(data, mu) less that of the chains,
/// and decay W.
void DbmTrainer::learn(const Team& team, int64_t t) {
  const UpdateTime when{.step = t, .update = t, .epoch = t / batches_per_epoch_ + 1};
  const DbmParameters p = model_.parameters();
  float* tile = members_[static_cast<size_t>(team.index)].tile.data();
  const size_t layers = p.w.size();
  for (size_t l = 0; l < layers; ++l)
    update_weights(team, optimizer_, l,
                   {.left = x_[l].data(),
                    .n = p.units[l],
                    .right = learned_[l + 1].data(),
                    .m = p.units[l + 1],
                    .rows = all_,
                    .sparse = l == 0,
                    .stride_right = learned_[l + 1].stride()},
                   dbm_.joint_weight_decay, p.w[l], when, tile);
  update_biases(team, optimizer_, layers, all_, p.units[0], factor_.data(), x_[0].data(), when,
                tile);
  for (size_t l = 1; l <= layers; ++l)
    update_biases(team, optimizer_, layers + l, all_, p.units[l], nullptr, learned_[l].data(), when,
                  tile, learned_[l].stride());
}

Scalars DbmTrainer::all_layers(int64_t t, const Tensor& batch) {
  const Tensor x = batch.to(at::kCPU).contiguous();
  expect_binary(x, "dbm");
  ensure_size(x.size(0));
  const DbmParameters p = model_.parameters();
  const size_t layers = p.units.size();
  double weights = 0;
  for (const Tensor& w : model_.weights()) weights += static_cast<double>(w.numel());
  kernels::run_team(
      4 * weights * static_cast<double>(batch_ * dbm_.mean_field + dbm_.chains * dbm_.sweeps),
      [&](Team& team) {
        DbmBlock& mine = members_[static_cast<size_t>(team.index)].block;
        for (RbmWeights& w : weights_) w.refresh(team);
        mine.temper(1, p.b);
        team.barrier();
        const auto each = [&](int64_t n, auto work) {
          const auto [begin, end] = team.share(n, rows_);
          for (int64_t row = begin; row < end; row += rows_)
            work(row, std::min(end, row + rows_) - row);
        };
        const auto keep = [&](int64_t row, int64_t n) {  // -E = sum over odd layers of x_l'(b_l +
                                                         // what l receives) + even layers' biases
          for (size_t l = 0; l < layers; ++l) {
            const float* a = l % 2 == 1 ? mine.receive(l) : nullptr;
            for (int64_t r = 0; r < n; ++r) {
              const float* here = mine.x(l) + r * p.units[l];
              energy_[static_cast<size_t>(row + r)] =
                  (l == 0 ? 0 : energy_[static_cast<size_t>(row + r)]) +
                  kernels::dot(p.units[l], here, p.b[l]) +
                  (a ? kernels::dot(p.units[l], here, a + r * p.units[l]) : 0);
            }
            std::copy_n(mine.x(l), n * p.units[l], x_[l].data() + row * p.units[l]);
          }
        };
        each(batch_, [&](int64_t row, int64_t n) {
          std::copy_n(x.data_ptr<float>() + row * p.units[0], n * p.units[0], mine.x(0));
          std::fill_n(iterations_.begin() + row, n,
                      static_cast<double>(mine.settle(n, dbm_.mean_field, dbm_.tolerance)));
          keep(row, n);
        });
        each(dbm_.chains, [&](int64_t row, int64_t n) {
          float* odd = chains_.data_ptr<float>() + row * chains_.size(1);
          write_odd(mine, n, odd);
          for (int64_t i = 0; i < dbm_.sweeps; ++i)
            for (const size_t from : {0, 1})
              mine.draw_each_second(from, n, static_cast<uint64_t>(t * dbm_.sweeps + i),
                                    static_cast<uint64_t>(row));
          read_odd(mine, n, odd);
          for (size_t l = 1; l < layers; l += 2) {
            mine.receive(l);
            mine.mean(l, n, mine.x(l));
          }  // of all draws that could have been
          keep(first_end_ + row, n);
        });
        team.barrier();
        for (size_t l = 0; l < sparsity_.size(); ++l)
          sparsity_[l].update(team, batch_, factor_.data(), x_[l + 1].data(),
                              members_[static_cast<size_t>(team.index)].tile.data());
        if (!sparsity_.empty()) team.barrier();
        const auto [begin, end] = team.share(all_);
        for (size_t l = 1; l < layers; ++l)
          for (int64_t row = begin; row < end; ++row) {
            float* learned = learned_[l].row(row);
            std::copy_n(x_[l].data() + row * p.units[l], p.units[l], learned);
            kernels::shift_and_scale(
                p.units[l], !sparsity_.empty() && row < batch_ ? sparsity_[l - 1].shift() : nullptr,
                factor_[static_cast<size_t>(row)], learned);
          }
        team.barrier();
        learn(team, t);
      });
  const auto mean = [&](const std::vector<double>& v, int64_t first, int64_t n) {
    return std::accumulate(v.begin() + first, v.begin() + first + n, 0.0) / static_cast<double>(n);
  };
  return {{"mean_field_iterations", at::scalar_tensor(mean(iterations_, 0, batch_), at::kDouble)},
          {"energy_gap",
           at::scalar_tensor(mean(energy_, 0, batch_) - mean(energy_, first_end_, dbm_.chains),
                             at::kDouble)}};
}

}  // namespace gan
