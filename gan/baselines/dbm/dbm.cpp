#include "gan/baselines/dbm/dbm.h"

#include <ATen/ATen.h>
#include <fmt/core.h>

#include <algorithm>

#include "gan/baselines/binary.h"
#include "gan/core/error.h"
#include "gan/kernels/gibbs.h"
#include "gan/kernels/team.h"
#include "gan/nets/draw.h"

namespace gan {
namespace {

constexpr int64_t kMostEnumerated = 20;  // units

Tensor entropy(const Tensor& mu) {
  return -(at::xlogy(mu, mu) + at::xlogy(1 - mu, 1 - mu)).sum(1);
}

/// Calls of(layer's x, units, the row's place) for each odd layer and row.
template <class Of>
void each_odd_row(DbmBlock& block, int64_t rows, Of of) {
  int64_t stride = 0;
  for (size_t l = 1; l < block.layers(); l += 2) stride += block.units(l);
  int64_t at = 0;
  for (size_t l = 1; l < block.layers(); at += block.units(l), l += 2)
    for (int64_t r = 0; r < rows; ++r)
      of(block.x(l) + r * block.units(l), block.units(l), r * stride + at);
}

}  // namespace

void read_odd(DbmBlock& block, int64_t rows, float* state) {
  each_odd_row(block, rows,
               [&](float* x, int64_t n, int64_t at) { std::copy_n(x, n, state + at); });
}
void write_odd(DbmBlock& block, int64_t rows, const float* state) {
  each_odd_row(block, rows,
               [&](float* x, int64_t n, int64_t at) { std::copy_n(state + at, n, x); });
}

Dbm::Dbm(const std::vector<int64_t>& hidden, const MeanField& mean_field, int64_t burn_in,
         const Tensor& means)
    : composed_(at::zeros({}, at::kLong)), mean_field_(mean_field), burn_in_(burn_in) {
  Rbm first(hidden[0], false, burn_in, means);
  weights_ = {first.weights()};
  biases_ = {first.visible_bias(), first.hidden_bias()};
  for (size_t l = 1; l < hidden.size(); ++l) {
    weights_.push_back(at::zeros({hidden[l - 1], hidden[l]}));
    biases_.push_back(at::zeros({hidden[l]}));
  }
  for (const Tensor& b : biases_) base_.push_back(base_.empty() ? first.base() : at::zeros_like(b));
}

void Dbm::visit_state(const StateVisitor& visit) {
  for (size_t l = 0; l < weights_.size(); ++l)
    visit(fmt::format("model.weights{}", l + 1), weights_[l]);
  for (size_t l = 0; l < biases_.size(); ++l)
    visit(l == 0 ? "model.visible_bias" : fmt::format("model.hidden_bias{}", l), biases_[l]);
  visit("model.base", base_[0]);
  visit("model.composed", composed_);
}

bool Dbm::composed() const {
  return composed_.item<int64_t>() != 0;
}

void Dbm::expect_composed() const {
  if (!composed())
    throw UsageError(
        "dbm: its layers are still trained one by one at this checkpoint, and do not form a model yet; train on, or name a later checkpoint");
}

DbmParameters Dbm::parameters() const {
  DbmParameters out;
  for (const Tensor& b : biases_) {
    out.units.push_back(b.size(0));
    out.b.push_back(b.data_ptr<float>());
  }
  for (const Tensor& w : weights_) out.w.push_back(w.data_ptr<float>());
  return out;
}

/// Of every second layer.
int64_t Dbm::units_from(size_t layer) const {
  int64_t sum = 0;
  for (size_t l = layer; l < biases_.size(); l += 2) sum += biases_[l].size(0);
  return sum;
}
int64_t Dbm::odd_units() const {
  return units_from(1);
}

std::vector<RbmWeights> Dbm::laid_out() const {
  std::vector<RbmWeights> out;
  for (const Tensor& w : weights_) out.emplace_back(w.data_ptr<float>(), w.size(0), w.size(1));
  return out;
}

template <class Make, class Work>
void Dbm::in_blocks(int64_t n, int64_t rows, double sweeps, Make make, Work work) const {
  double operations = 0;
  for (const Tensor& w : weights_) operations += 4 * sweeps * static_cast<double>(n * w.numel());
  kernels::in_blocks(n, rows, operations, [&](int64_t begin, int64_t end) {
    DbmBlock block = make();
    work(block, begin, end);
  });
}

template <class Work>
void Dbm::in_chains(int64_t n, int64_t rows, const Stream& stream, double sweeps, Work work) const {
  const std::vector<RbmWeights> weights = laid_out();
  in_blocks(
      n, rows, sweeps, [&] { return DbmBlock(parameters(), weights, rows, stream); }, work);
}

Tensor Dbm::start(int64_t n, uint64_t seed, int64_t first) {
  return start_at(
      draw_uniform(Stream(seed, "dbm.base"), n, base_[0].size(0), 0, first).lt_(base_[0].sigmoid()),
      seed, first);
}

Tensor Dbm::start_at(const Tensor& x, uint64_t seed, int64_t first) {
  expect_composed();
  const std::vector<Tensor> mu = posterior(x);
  std::vector<Tensor> odd;
  for (size_t l = 0; l < mu.size(); l += 2)
    odd.push_back(
        draw_uniform(Stream(seed, "dbm.start").child(l), mu[l].size(0), mu[l].size(1), 0, first)
            .lt(mu[l])
            .to(at::kFloat));
  return at::cat(odd, 1);
}

void Dbm::advance(Tensor& state, uint64_t seed, int64_t t, int64_t first) {
  expect_composed();
  in_chains(state.size(0), kBlockRows, Stream(seed, "dbm.chain"), 1,
            [&](DbmBlock& block, int64_t begin, int64_t end) {
              float* odd = state.data_ptr<float>() + begin * state.size(1);
              write_odd(block, end - begin, odd);
              for (const size_t from : {0, 1})
                block.draw_each_second(from, end - begin, static_cast<uint64_t>(t),
                                       static_cast<uint64_t>(first + begin));
              read_odd(block, end - begin, odd);
            });
}

Tensor Dbm::show(const Tensor& state) {
  return at::addmm(biases_[0], state.narrow(1, 0, biases_[1].size(0)), weights_[0].t()).sigmoid_();
}

Tensor Dbm::sample(int64_t n, uint64_t seed, int64_t first) {
  const Tensor state = start(n, seed, first);
  const int64_t V = biases_[0].size(0);
  Tensor out = at::empty({n, V});
  in_chains(n, kBlockRows, Stream(seed, "dbm.chain"), static_cast<double>(burn_in_),
            [&](DbmBlock& block, int64_t begin, int64_t end) {
              write_odd(block, end - begin, state.data_ptr<float>() + begin * state.size(1));
              for (int64_t t = 0; t < burn_in_; ++t)
                for (const size_t from : {0, 1})
                  block.draw_each_second(from, end - begin, static_cast<uint64_t>(t),
                                         static_cast<uint64_t>(first + begin));
              block.receive(0);
              block.mean(0, end - begin, out.data_ptr<float>() + begin * V);
            });
  return out;
}

void Dbm::choose_base(uint64_t seed) {
  constexpr int64_t kChains = 100, kSweeps = 200,
                    kEvery = 10;  // of which the last half is looked at, now and then
  constexpr double kSmoothing = 0.02;
  std::vector<Tensor> on;
  for (const Tensor& b : biases_) on.push_back(at::zeros({b.size(0)}, at::kDouble));
  Tensor state = start(kChains, seed);
  int64_t looks = 0;
  for (int64_t t = 1; t <= kSweeps; ++t) {
    advance(state, seed, t);
    if (t <= kSweeps / 2 || t % kEvery != 0) continue;
    const std::vector<Tensor> x = layers_of(1, state);
    for (size_t l = 1; l < x.size(); ++l)
      on[l] += (x[l].defined() ? x[l] : input(l, x).sigmoid()).mean(0);
    ++looks;
  }
  for (size_t l = 1; l < base_.size(); ++l)
    base_[l].copy_(smoothed_logit(on[l] / looks, kSmoothing));
}

double Dbm::base_log_z() const {
  double out = 0;
  for (const Tensor& a : base_) out += log_one_plus_exp(doubles(a)).sum().item<double>();
  return out;
}

Tensor Dbm::draw_base(int64_t n, uint64_t seed, int64_t first) {
  expect_composed();
  std::vector<Tensor> odd;
  for (size_t l = 1; l < base_.size(); l += 2) odd.push_back(base_[l].sigmoid());
  return draw_uniform(Stream(seed, "dbm.anneal.base"), n, odd_units(), 0, first)
      .lt_(at::cat(odd));  // "dbm.base" is for chains' starts
}

void Dbm::anneal(Tensor& states, Tensor& log_weights, std::span<const double> betas, uint64_t seed,
                 int64_t t, int64_t first) {
  const int64_t n = states.size(0), most = shared_rows(n);
  const DbmParameters p = parameters();
  std::vector<const float*> base;
  for (const Tensor& a : base_) base.push_back(a.data_ptr<float>());
  in_chains(n, most, Stream(seed, "dbm.anneal"), static_cast<double>(betas.size()),
            [&](DbmBlock& block, int64_t begin, int64_t end) {
              const int64_t rows = end - begin;
              const auto number = static_cast<uint64_t>(first + begin);
              double* weight = log_weights.data_ptr<double>() + begin;
              float* odd = states.data_ptr<float>() + begin * states.size(1);
              write_odd(block, rows, odd);
              for (size_t i = 0; i + 1 < betas.size(); ++i) {
                const double from = betas[i], to = betas[i + 1];
                const uint64_t step = static_cast<uint64_t>(t) + i;
                for (size_t l = 1; l < block.layers(); l += 2)
                  for (int64_t r = 0; r < rows; ++r) {
                    const float* x = block.x(l) + r * block.units(l);
                    weight[r] += (to - from) * (kernels::dot(block.units(l), x, p.b[l]) -
                                                kernels::dot(block.units(l), x, base[l]));
                  }
                block.temper(to, base);
                for (size_t l = 0; l < block.layers(); l += 2) {
                  const int64_t units = block.units(l);
                  const float* a = block.receive(l);
                  for (int64_t r = 0; r < rows; ++r)
                    weight[r] +=
                        kernels::softplus_change(units, a + r * units, p.b[l], base[l], from, to);
                  block.draw(l, rows, step, number);
                }
                block.draw_each_second(1, rows, step, number);
              }
              read_odd(block, rows, odd);
            });
}

std::vector<Tensor> Dbm::posterior(const Tensor& x) {
  const Tensor v = x.to(at::kCPU, at::kFloat).contiguous();
  std::vector<Tensor> out;
  for (size_t l = 1; l < biases_.size(); ++l)
    out.push_back(at::empty({v.size(0), biases_[l].size(0)}));
  const auto dense = [&] {
    return DbmBlock(parameters(), kBlockRows, Stream(0));
  };  // means are seldom zero
  in_blocks(v.size(0), kBlockRows, static_cast<double>(mean_field_.iterations), dense,
            [&](DbmBlock& block, int64_t begin, int64_t end) {
              std::copy_n(v.data_ptr<float>() + begin * v.size(1), (end - begin) * v.size(1),
                          block.x(0));
              block.settle(end - begin, mean_field_.iterations, mean_field_.tolerance);
              for (size_t l = 1; l < block.layers(); ++l)
                std::copy_n(block.x(l), (end - begin) * block.units(l),
                            out[l - 1].data_ptr<float>() + begin * block.units(l));
            });
  return out;
}

/// Sums in float64: for any means whatever, it is a bound.
Tensor Dbm::log_unnormalised(const Tensor& x) {
  expect_composed();
  expect_binary(x, "log probability");
  std::vector<Tensor> out;
  for (const Tensor& v : x.split(1000)) {
    Tensor below = doubles(v), sum = below.mv(doubles(biases_[0]));
    const std::vector<Tensor> mu = posterior(v);
    for (size_t l = 0; l < mu.size(); ++l) {
      const Tensor here = doubles(mu[l]);
      sum += (below.mm(doubles(weights_[l])) * here).sum(1) + here.mv(doubles(biases_[l + 1])) +
             entropy(here);
      below = here;
    }
    out.push_back(sum);
  }
  return at::cat(out);
}

/// States of every second layer, those of that parity side by side, [N, S], in their places.
std::vector<Tensor> Dbm::layers_of(size_t parity, const Tensor& states) const {
  std::vector<Tensor> x(biases_.size());
  int64_t at = 0;
  for (size_t l = parity; l < x.size(); at += biases_[l].size(0), l += 2)
    x[l] = doubles(states.narrow(1, at, biases_[l].size(0)));
  return x;
}

/// b_l and what layer l receives from those beside it, [N, n_l] float64.
Tensor Dbm::input(size_t l, const std::vector<Tensor>& x) const {
  Tensor out = doubles(biases_[l]);
  if (l > 0) out = out + x[l - 1].mm(doubles(weights_[l - 1]));
  if (l + 1 < x.size()) out = out + x[l + 1].mm(doubles(weights_[l]).t());
  return out;
}

/// log p* of such states, the other layers summed out: [N] float64.
Tensor Dbm::log_p_of(size_t parity, const Tensor& states) const {
  const std::vector<Tensor> x = layers_of(parity, states);
  Tensor sum = at::zeros({states.size(0)}, at::kDouble);
  for (size_t l = 0; l < x.size(); ++l)
    sum += x[l].defined() ? x[l].mv(doubles(biases_[l])) : log_one_plus_exp(input(l, x)).sum(1);
  return sum;
}

std::optional<double> Dbm::exact_log_z() {
  expect_composed();
  const size_t parity = odd_units() <= units_from(0) ? 1 : 0;
  const int64_t units = units_from(parity);
  if (units > kMostEnumerated) return {};
  const int64_t states = int64_t{1} << units;
  std::vector<Tensor> sums;
  for (int64_t begin = 0; begin < states; begin += 4096)
    sums.push_back(log_p_of(parity, binary_states(units, begin, std::min(states, begin + 4096)))
                       .logsumexp({0}));
  return at::stack(sums).logsumexp({0}).item<double>();
}

}  // namespace gan
