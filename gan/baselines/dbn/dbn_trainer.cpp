#include "gan/baselines/dbn/dbn_trainer.h"

#include <ATen/ATen.h>
#include <ATen/Parallel.h>

#include <algorithm>
#include <numeric>

#include "gan/baselines/binary.h"
#include "gan/baselines/descent.h"
#include "gan/kernels/gibbs.h"

namespace gan {

using kernels::Team;

namespace {

Dbn model_of(const Setup& setup) {
  const DbnSection& s = setup.config.dbn;
  return Dbn(s.hidden.values, s.joint_epochs > 0, s.burn_in, setup.means);
}

/// In the order that `learn` has them.
std::vector<Tensor> parameters_of(Dbn& model) {
  std::vector<Tensor> out;
  const size_t last = model.layers().size() - 1;
  for (size_t l = 0; l < last; ++l)
    for (const Tensor& t : {model.layers()[l].weights(), model.layers()[l].visible_bias(),
                            model.recognition_weights(l), model.recognition_bias(l)})
      out.push_back(t);
  Rbm& top = model.layers()[last];
  for (const Tensor& t : {top.weights(), top.visible_bias(), top.hidden_bias()}) out.push_back(t);
  return out;
}

/// As if all stages were over, so that recognition weights are their own.
Optimizer optimizer_of_all(const Config& c, Dbn& model) {
  const auto layers = static_cast<int64_t>(model.layers().size());
  if (c.dbn.joint_epochs == 0) return Optimizer(c.optimizer, c.training.learning_rate, {});
  model.set_stage(layers + 1);
  Optimizer out(c.optimizer, c.training.learning_rate, parameters_of(model));
  model.set_stage(1);
  return out;
}

double squares(int64_t n, const float* x) {
  return kernels::dot(n, x, x);
}

}  // namespace

DbnTrainer::DbnTrainer(const Setup& setup)
    : dbn_(setup.config.dbn),
      whole_(deep_stages(dbn_, "up-down", setup.batches_per_epoch)),
      stages_(cut_off(whole_, setup.config.training.steps)),
      batches_per_epoch_(setup.batches_per_epoch),
      seed_(static_cast<uint64_t>(setup.config.run.seed)),
      model_(model_of(setup)),
      stack_(setup, dbn_, model_.layers(),
             {.counts = std::vector<Counts>(dbn_.hidden.size()), .turn_over = true}),
      optimizer_(optimizer_of_all(setup.config, model_)) {}

int64_t dbn_steps(const Config& c, int64_t batches_per_epoch) {
  return deep_steps(c, c.dbn, batches_per_epoch);
}

std::unique_ptr<GenerativeModel> unread_dbn(const Setup& setup) {
  return std::make_unique<Dbn>(model_of(setup));
}

void DbnTrainer::visit_state(const StateVisitor& visit) {
  model_.visit_state(visit);
  stack_.visit_learning(visit);
  optimizer_.visit_state("learner.up_down.", visit);
}

Scalars DbnTrainer::step(int64_t step, Batches& data) {
  const at::NoGradGuard no_grad;
  now_ = position_of(whole_, step);
  if (now_.step == 0) model_.set_stage(static_cast<int64_t>(now_.stage) + 1);
  if (now_.stage < dbn_.hidden.size()) return stack_.step(now_.stage, now_.step, data);
  if (now_.step == 0) model_.untie();
  return up_down(now_.step, data.next());
}

Scalars DbnTrainer::watch(const Batch& real) {
  const at::NoGradGuard no_grad;
  return now_.stage < dbn_.hidden.size() ? stack_.watch(now_.stage, real) : Scalars{};
}

/// Equal parts of the steps have the numbers of `up_down_k`.
int64_t DbnTrainer::sweeps(int64_t t) const {
  const auto parts = static_cast<int64_t>(dbn_.up_down_k.size());
  return dbn_.up_down_k.at(static_cast<size_t>(t * parts / whole_.back().steps));
}

void DbnTrainer::ensure_size(int64_t batch) {
  const int64_t threads = at::get_num_threads();
  if (batch == batch_ && static_cast<size_t>(threads) == members_.size()) return;
  batch_ = batch;
  rows_ = shared_rows(batch);
  all_ = up_to_multiple(batch, rows_);
  std::vector<Rbm>& layers = model_.layers();
  const size_t last = layers.size() - 1;
  const auto all_rows = [&](int64_t n) {  // [all_, n]
    return std::vector<float>(static_cast<size_t>(all_ * n));
  };
  wake_.clear();
  sleep_.clear();
  wake_error_.clear();
  sleep_error_.clear();
  members_.clear();
  int64_t widest = 0;
  for (size_t l = 0; l <= last; ++l) {
    const RbmParameters p = layers[l].parameters();
    widest = std::max({widest, p.visible, p.hidden});
    if (l == last) continue;
    wake_.push_back(all_rows(p.visible));
    sleep_.push_back(all_rows(p.visible));
    wake_error_.push_back(all_rows(p.visible));
    sleep_error_.push_back(all_rows(p.hidden));
  }
  const RbmParameters top = layers[last].parameters();
  top_v_.assign(static_cast<size_t>(2 * all_ * top.visible), 0);
  top_h_.assign(static_cast<size_t>(2 * all_ * top.hidden), 0);
  squares_wake_.assign(static_cast<size_t>(all_), 0);
  squares_sleep_.assign(static_cast<size_t>(all_), 0);
  factor_.assign(static_cast<size_t>(2 * all_), 0);
  std::fill_n(factor_.begin(), batch_, static_cast<float>(-1.0 / static_cast<double>(batch_)));
  std::fill_n(factor_.begin() + all_, batch_,
              static_cast<float>(1.0 / static_cast<double>(batch_)));
  for (int64_t i = 0; i < threads; ++i) {
    Member m;
    for (size_t l = 0; l <= last; ++l) {
      m.down.emplace_back(layers[l].parameters(), rows_, Stream(seed_, "up-down.down").child(l));
      if (l < last)
        m.up.emplace_back(model_.recognition(l), rows_, Stream(seed_, "up-down.up").child(l));
    }
    m.tile.resize(tile_size(widest));
    members_.push_back(std::move(m));
  }
}

/// Appendix B, for examples [begin, end) of a block: up, to and fro at the top, down, and what each
/// layer should have been.
void DbnTrainer::wake_and_sleep(size_t member, int64_t begin, int64_t end, int64_t t,
                                const float* examples) {
  std::vector<RbmBlock>&up = members_[member].up, &down = members_[member].down;
  const size_t last = up.size();
  const int64_t rows = end - begin, k = sweeps(t),
                most = dbn_.up_down_k.values.empty()
                           ? k
                           : *std::max_element(dbn_.up_down_k.values.begin(),
                                               dbn_.up_down_k.values.end());
  const auto number = static_cast<uint64_t>(first_ + begin);
  const auto step = [&](int64_t i) { return static_cast<uint64_t>(t * (most + 1) + i); };
  const auto size = [&](size_t l) {
    return l == 0 ? model_.layers()[0].parameters().visible
                  : model_.layers()[l - 1].parameters().hidden;
  };
  float *top_v = top_v_.data() + begin * size(last), *end_v = top_v + all_ * size(last);
  float *top_h = top_h_.data() + begin * size(last + 1), *end_h = top_h + all_ * size(last + 1);
  const auto wake = [&](size_t l) { return l == last ? top_v : wake_[l].data() + begin * size(l); };
  const auto sleep = [&](size_t l) {
    return l == last ? end_v : sleep_[l].data() + begin * size(l);
  };

  std::copy_n(examples + begin * size(0), rows * size(0), wake(0));
  for (size_t l = 0; l < last; ++l) {
    up[l].up(wake(l));
    up[l].hidden(rows, step(0), number, nullptr, wake(l + 1));
  }
  RbmBlock& top = down[last];
  top.up(top_v);
  top.hidden(rows, step(0), number, top_h, top.h());
  for (int64_t i = 1; i <= k; ++i) {
    top.visible(top.h(), rows, step(i), number, nullptr, end_v);
    top.up(end_v);
    top.hidden(rows, step(i), number, end_h, top.h());
  }
  for (size_t l = last; l-- > 0;)
    down[l].visible(sleep(l + 1), rows, step(0), number, nullptr, sleep(l));

  for (size_t l = 0; l < last; ++l) {
    float *below = wake_error_[l].data() + begin * size(l),
          *above = sleep_error_[l].data() + begin * size(l + 1);
    down[l].visible(wake(l + 1), rows, 0, number, below, nullptr);  // what is expected ...
    up[l].up(sleep(l));
    up[l].hidden(rows, 0, number, above, nullptr);
    for (int64_t r = 0; r < rows;
         ++r) {  // ... from what was there, over minus the batch, as it is summed up
      kernels::shift_and_scale(size(l), wake(l) + r * size(l),
                               -factor_[static_cast<size_t>(begin + r)], below + r * size(l));
      kernels::shift_and_scale(size(l + 1), sleep(l + 1) + r * size(l + 1),
                               -factor_[static_cast<size_t>(begin + r)], above + r * size(l + 1));
      if (l > 0) continue;
      squares_wake_[static_cast<size_t>(begin + r)] = squares(size(0), below + r * size(0));
      squares_sleep_[static_cast<size_t>(begin + r)] = squares(size(1), above + r * size(1));
    }
  }
}

/// W_l += rate (x_l - E(x_l | x_l+1)) x_l+1' of the wake states; R_l += rate y_l (y_l+1 - E(y_l+1 |
/// y_l))' of the sleep states; the top RBM as by contrastive divergence; biases likewise.
void DbnTrainer::learn(Team& team, int64_t t) {
  const UpdateTime when{.step = t, .update = t, .epoch = t / batches_per_epoch_ + 1};
  float* tile = members_[static_cast<size_t>(team.index)].tile.data();
  std::vector<Rbm>& layers = model_.layers();
  const size_t last = layers.size() - 1;
  for (size_t l = 0; l < last; ++l) {
    const RbmParameters p = layers[l].parameters();
    const float* above = l + 1 == last ? top_v_.data() : wake_[l + 1].data();
    update_weights(team, optimizer_, 4 * l,
                   {wake_error_[l].data(), p.visible, above, p.hidden, all_}, 0, p.w, when, tile);
    update_biases(team, optimizer_, 4 * l + 1, all_, p.visible, nullptr, wake_error_[l].data(),
                  when, tile);
    update_weights(team, optimizer_, 4 * l + 2,
                   {sleep_[l].data(), p.visible, sleep_error_[l].data(), p.hidden, all_}, 0, p.w,
                   when, tile);
    update_biases(team, optimizer_, 4 * l + 3, all_, p.hidden, nullptr, sleep_error_[l].data(),
                  when, tile);
  }
  const RbmParameters top = layers[last].parameters();
  update_biases(team, optimizer_, 4 * last + 1, 2 * all_, top.visible, factor_.data(),
                top_v_.data(), when, tile);
  update_biases(team, optimizer_, 4 * last + 2, 2 * all_, top.hidden, factor_.data(), top_h_.data(),
                when, tile);
  team.barrier();  // top_h_ is about to be scaled
  const auto [begin, end] = team.share(2 * all_);
  for (int64_t row = begin; row < end; ++row)
    kernels::shift_and_scale(top.hidden, nullptr, factor_[static_cast<size_t>(row)],
                             top_h_.data() + row * top.hidden);
  team.barrier();
  update_weights(team, optimizer_, 4 * last,
                 {top_v_.data(), top.visible, top_h_.data(), top.hidden, 2 * all_}, 0, top.w, when,
                 tile);
}

Scalars DbnTrainer::up_down(int64_t t, const Batch& batch) {
  const Tensor x = batch.rows().to(at::kCPU).contiguous();
  first_ = batch.first;
  expect_binary(x, "dbn");
  ensure_size(x.size(0));
  double operations = 0;
  for (const Rbm& layer : model_.layers())
    operations += static_cast<double>(layer.parameters().visible * layer.parameters().hidden);
  kernels::run_team(2 * operations * static_cast<double>(batch_ * (4 + 2 * sweeps(t))),
                    [&](Team& team) {
                      Member& mine = members_[static_cast<size_t>(team.index)];
                      for (RbmBlock& block : mine.down) block.refresh({});
                      for (RbmBlock& block : mine.up) block.refresh({});
                      const auto [begin, end] = team.share(batch_, rows_);
                      for (int64_t row = begin; row < end; row += rows_)
                        wake_and_sleep(static_cast<size_t>(team.index), row,
                                       std::min(end, row + rows_), t, x.data_ptr<float>());
                      team.barrier();
                      learn(team, t);
                    });
  const auto n = static_cast<double>(batch_);  // errors were divided by it
  const auto mean = [&](const std::vector<double>& v) {
    return at::scalar_tensor(n * std::accumulate(v.begin(), v.begin() + batch_, 0.0), at::kDouble);
  };
  return {{"wake_error", mean(squares_wake_)}, {"sleep_error", mean(squares_sleep_)}};
}

}  // namespace gan
