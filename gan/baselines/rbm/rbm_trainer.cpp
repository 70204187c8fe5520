#include "gan/baselines/rbm/rbm_trainer.h"

#include <ATen/ATen.h>
#include <ATen/Parallel.h>

#include <algorithm>
#include <numeric>

#include "gan/baselines/descent.h"
#include "gan/core/error.h"
#include "gan/kernels/gibbs.h"
#include "gan/kernels/passes.h"
#include "gan/kernels/team.h"
#include "gan/nets/draw.h"

namespace gan {

using kernels::Team;

namespace {

constexpr double kInitialDeviation = 0.01;  // of the weights: Hinton 2010, section 8

Rbm model_of(const Setup& setup) {
  const RbmSection& s = setup.config.rbm;
  return Rbm(s.hidden, s.visible == VisibleKind::gaussian, s.burn_in, setup.means);
}

}  // namespace

RbmTrainer::RbmTrainer(const Setup& setup)
    : RbmTrainer(setup.config, model_of(setup), {}, setup.batches_per_epoch, *setup.workers) {}

RbmTrainer::RbmTrainer(const Config& config, const Rbm& model, const Counts& counts,
                       int64_t batches_per_epoch, Workers& workers)
    : rbm_(config.rbm),
      counts_(counts),
      workers_(workers),
      steps_(config.training.steps),
      batches_per_epoch_(batches_per_epoch),
      seed_(static_cast<uint64_t>(config.run.seed)),
      model_(model),
      weights_(model_.parameters()),
      optimizer_(config.optimizer, config.training.learning_rate,
                 {model_.weights(), model_.visible_bias(), model_.hidden_bias()}, workers),
      sparsity_(rbm_.hidden, rbm_.sparsity, rbm_.sparsity_cost) {
  model_.weights().copy_(
      draw_normal(Stream(seed_, "rbm.weights"), model_.weights().size(0), rbm_.hidden, 0) *
      kInitialDeviation);
  if (!rbm_.persistent) return;
  if (rbm_.chains < workers.size())
    throw UsageError("rbm.chains = {}: each of {} workers needs one at least", rbm_.chains,
                     workers.size());
  chains_ = model_.start(rbm_.chains, seed_);
  own_chains_ = workers.share(rbm_.chains);
}

void RbmTrainer::join_state() {
  if (workers_.alone() || !chains_.defined()) return;
  const Tensor own = chains_.narrow(0, own_chains_.first, own_chains_.count).clone();
  chains_.zero_();
  chains_.narrow(0, own_chains_.first, own_chains_.count).copy_(own);
  workers_.sum(chains_);
}

void RbmTrainer::centre(const Tensor& means) {
  model_.centre(means);
  if (rbm_.persistent) chains_.copy_(model_.start(rbm_.chains, seed_));
}

/// CD-1 first, then CD-2, and so on, where so asked.
int64_t RbmTrainer::sweeps(int64_t t) const {
  return rbm_.k_epochs == 0 ? rbm_.k : std::min(rbm_.k, 1 + t / batches_per_epoch_ / rbm_.k_epochs);
}

void RbmTrainer::visit_state(const StateVisitor& visit) {
  model_.visit_state(visit);
  visit_learning(visit);
}

void RbmTrainer::visit_learning(const StateVisitor& visit) {
  optimizer_.visit_state("learner.optimizer.", visit);
  if (chains_.defined()) visit("learner.chains", chains_);
  if (sparsity_.shift()) visit("learner.activity", sparsity_.activity());
}

void RbmTrainer::ensure_size(int64_t batch) {
  const int64_t threads = at::get_num_threads();
  if (batch == batch_ && static_cast<size_t>(threads) == members_.size()) return;
  const RbmParameters p = model_.parameters();
  batch_ = batch;
  ends_ = rbm_.persistent ? own_chains_.count : batch;
  rows_ = shared_rows(std::min(batch_, ends_));
  first_end_ = up_to_multiple(batch_, rows_);
  all_ = first_end_ + up_to_multiple(ends_, rows_);
  learnt_ = kernels::AlignedRows(all_, p.hidden);
  v_.assign(static_cast<size_t>(all_ * p.visible), 0);
  h_.assign(static_cast<size_t>(all_ * p.hidden), 0);
  energy_.assign(static_cast<size_t>(all_), 0);
  factor_.assign(static_cast<size_t>(all_), 0);
  // Means over those of all workers.
  const double of_example = share_ / static_cast<double>(batch_);
  const double of_end = rbm_.persistent ? 1 / static_cast<double>(rbm_.chains) : of_example;
  std::fill_n(factor_.begin(), batch_, static_cast<float>(-of_example));
  std::fill_n(factor_.begin() + first_end_, ends_, static_cast<float>(of_end));
  members_.clear();
  const size_t tile = tile_size(std::max(p.visible, p.hidden));
  for (int64_t i = 0; i < threads; ++i)
    members_.push_back(
        {RbmBlock(p, weights_, rows_, Stream(seed_, "rbm"), false), std::vector<float>(tile)});
}

/// The positive phase of examples [begin, end) of a block; where chains start here, they are drawn
/// into block.h().
void RbmTrainer::see_data(RbmBlock& block, const float* x, int64_t begin, int64_t end, int64_t t) {
  const RbmParameters p = model_.parameters();
  float *v = v_.data() + begin * p.visible, *h = h_.data() + begin * p.hidden;
  const int64_t rows = end - begin;
  if (p.gaussian)
    std::copy_n(x + begin * p.visible, rows * p.visible, v);
  else if (!kernels::copy_binary(rows * p.visible, x + begin * p.visible, v))
    throw DataError(
        "rbm: binary visible units need data of 0 and 1; set data.binarise = true, or rbm.visible = 'gaussian' with data.scale = 'standard'");
  block.up(v);
  for (int64_t r = 0; r < rows; ++r)
    energy_[static_cast<size_t>(begin + r)] = block.free_energy(v + r * p.visible, r);
  const auto step = static_cast<uint64_t>(t * (rbm_.k + 1));  // before those of the sweeps
  block.hidden(rows, step, static_cast<uint64_t>(first_ + begin), h,
               rbm_.persistent ? nullptr : block.h());
}

/// All sweeps from block.h(): afterwards the chains' ends [begin, end) are in v_, and their hidden
/// means in h_.
void RbmTrainer::run_chains(RbmBlock& block, int64_t begin, int64_t end, int64_t t) {
  const RbmParameters p = model_.parameters();
  const int64_t rows = end - begin, row = first_end_ + begin;
  float *v = v_.data() + row * p.visible, *h = h_.data() + row * p.hidden;
  const int64_t k = sweeps(t);
  // A chain that starts at an example is that example's; one that persists has a number of its own.
  const auto number = static_cast<uint64_t>(begin + (rbm_.persistent ? own_chains_.first : first_));
  for (int64_t i = 1; i <= k; ++i) {
    const auto step = static_cast<uint64_t>(t * (rbm_.k + 1) + i);
    const bool last = i == k;
    block.visible(block.h(), rows, step, number, nullptr, v);
    block.up(v);
    for (int64_t r = 0; last && r < rows; ++r)
      energy_[static_cast<size_t>(row + r)] = block.free_energy(v + r * p.visible, r);
    block.hidden(rows, step, number, last ? h : nullptr,
                 !last || rbm_.persistent ? block.h() : nullptr);
  }
}

/// theta <- theta - the optimiser's step along dF(data) / dtheta - dF(ends) / dtheta + decay W.
void RbmTrainer::learn(const Team& team, const UpdateTime& when) {
  const RbmParameters p = model_.parameters();
  float* tile = members_[static_cast<size_t>(team.index)].tile.data();
  update_weights(team, optimizer_, 0,
                 {.left = v_.data(),
                  .n = p.visible,
                  .right = learnt_.data(),
                  .m = p.hidden,
                  .rows = all_,
                  .sparse = !p.gaussian,
                  .stride_right = learnt_.stride()},
                 rbm_.weight_decay / static_cast<double>(workers_.size()), p.w, when, tile);
  update_biases(team, optimizer_, 1, all_, p.visible, factor_.data(), v_.data(), when, tile);
  update_biases(team, optimizer_, 2, all_, p.hidden, nullptr, learnt_.data(), when, tile,
                learnt_.stride());
}

Scalars RbmTrainer::step(int64_t t, Batches& data) {
  const at::NoGradGuard no_grad;
  const Batch batch = data.next();
  const Tensor x = batch.rows().to(at::kCPU).contiguous();  // [B, V]
  first_ = batch.first;
  share_ = batch.share;
  ensure_size(x.size(0));
  const UpdateTime when{.step = t,
                        .update = t,
                        .epoch = t / batches_per_epoch_ + 1,
                        .scale = rbm_.k_epochs > 0 ? 1.0 / static_cast<double>(sweeps(t)) : 1};
  const RbmParameters p = model_.parameters();
  const float* examples = x.data_ptr<float>();
  float* chains =
      rbm_.persistent ? chains_.data_ptr<float>() + own_chains_.first * p.hidden : nullptr;
  const double products =
      3 * static_cast<double>(batch_) + static_cast<double>(2 * sweeps(t) * ends_);
  kernels::run_team(2 * products * static_cast<double>(p.visible * p.hidden), [&](Team& team) {
    RbmBlock& mine = members_[static_cast<size_t>(team.index)].block;
    weights_.refresh(team);
    mine.refresh(counts_);
    team.barrier();
    const auto each = [&](int64_t n, auto work) {
      const auto [begin, end] = team.share(n, rows_);
      for (int64_t row = begin; row < end; row += rows_) work(row, std::min(end, row + rows_));
    };
    each(batch_, [&](int64_t begin, int64_t end) {
      see_data(mine, examples, begin, end, t);
      if (!chains) run_chains(mine, begin, end, t);
    });
    if (chains)
      each(ends_, [&](int64_t begin, int64_t end) {
        const int64_t size = (end - begin) * p.hidden;
        std::copy_n(chains + begin * p.hidden, size, mine.h());
        run_chains(mine, begin, end, t);
        std::copy_n(mine.h(), size, chains + begin * p.hidden);
      });
    team.barrier();
    if (sparsity_.shift()) {
      sparsity_.update(team, batch_, factor_.data(), h_.data(),
                       members_[static_cast<size_t>(team.index)].tile.data(), workers_);
      team.barrier();
    }
    const auto [begin, end] = team.share(all_);
    for (int64_t row = begin; row < end; ++row) {
      std::copy_n(h_.data() + row * p.hidden, p.hidden, learnt_.row(row));
      kernels::shift_and_scale(p.hidden, row < batch_ ? sparsity_.shift() : nullptr,
                               factor_[static_cast<size_t>(row)], learnt_.row(row));
    }
    team.barrier();
    learn(team, when);
  });
  optimizer_.finish(when, 0);
  double gap = 0;  // as the gradient's, each row with its factor
  for (size_t row = 0; row < energy_.size(); ++row) gap -= energy_[row] * factor_[row];
  return {{"free_energy_gap", at::scalar_tensor(gap / share_, at::kDouble)}};
}

Scalars RbmTrainer::watch(const Batch& real) {
  const at::NoGradGuard no_grad;
  const Tensor x = real.rows().to(at::kCPU), h = model_.hidden_means(x, counts_.hidden);
  return {{"reconstruction_error",
           (x - model_.visible_means(h, counts_.visible)).square().sum(1).mean()},
          {"hidden_on", h.mean()}};
}

std::unique_ptr<GenerativeModel> unread_rbm(const Setup& setup) {
  return std::make_unique<Rbm>(model_of(setup));
}

}  // namespace gan
