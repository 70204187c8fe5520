#include "gan/baselines/rbm/rbm.h"

#include <ATen/ATen.h>

#include <algorithm>
#include <cmath>
#include <limits>
#include <numbers>
#include <vector>

#include "gan/baselines/binary.h"
#include "gan/kernels/gibbs.h"
#include "gan/kernels/team.h"
#include "gan/nets/draw.h"

namespace gan {
namespace {

constexpr int64_t kMostEnumerated = 20;  // units

// A visible bias is logit of the data's mean, mixed with so much of 1/2: no pixel starts at never
// or always (Hinton 2010, section 8). The base of the path is flatter, as Salakhutdinov's is.
constexpr double kBiasSmoothing = 1e-3, kBaseSmoothing = 0.1;

double log_two_pi() {
  return std::log(2 * std::numbers::pi);
}

}  // namespace

Rbm::Rbm(int64_t hidden, bool gaussian, int64_t burn_in, const Tensor& means)
    : gaussian_(gaussian),
      burn_in_(burn_in),
      w_(at::zeros({means.size(0), hidden})),
      b_(at::empty({means.size(0)})),
      c_(at::zeros({hidden})),
      base_(at::empty({means.size(0)})) {
  centre(means);
}

void Rbm::centre(const Tensor& means) {
  const Tensor m = means.to(at::kCPU, at::kDouble);
  b_.copy_(gaussian_ ? m : smoothed_logit(m, kBiasSmoothing));
  base_.copy_(gaussian_ ? m : smoothed_logit(m, kBaseSmoothing));
}

RbmParameters Rbm::parameters() const {
  return {w_.size(0),           w_.size(1),           gaussian_,
          w_.data_ptr<float>(), b_.data_ptr<float>(), c_.data_ptr<float>()};
}

void Rbm::visit_state(const StateVisitor& visit) {
  visit("model.weights", w_);
  visit("model.visible_bias", b_);
  visit("model.hidden_bias", c_);
  visit("model.base", base_);
}

double Rbm::operations(int64_t n, double sweeps) const {
  return 4.0 * static_cast<double>(w_.numel()) * static_cast<double>(n) * sweeps;
}

Tensor Rbm::draw_visible(int64_t n, const Stream& stream, int64_t first) const {
  if (gaussian_) return draw_normal(stream, n, w_.size(0), 0, first).add_(base_);
  return draw_uniform(stream, n, w_.size(0), 0, first).lt_(base_.sigmoid());
}

Tensor Rbm::start(int64_t n, uint64_t seed, int64_t first) {
  return start_at(draw_visible(n, Stream(seed, "rbm.start"), first), seed, first);
}

Tensor Rbm::start_at(const Tensor& x, uint64_t seed, int64_t first) {
  const Tensor v = x.to(at::kCPU, at::kFloat).contiguous();
  Tensor h = at::empty({v.size(0), w_.size(1)});
  const int64_t V = w_.size(0), H = w_.size(1);
  const RbmWeights weights(parameters());
  kernels::in_blocks(v.size(0), kBlockRows, operations(v.size(0), 0.5),
                     [&](int64_t begin, int64_t end) {
                       RbmBlock block(parameters(), weights, kBlockRows, Stream(seed, "rbm.start"));
                       std::copy_n(v.data_ptr<float>() + begin * V, (end - begin) * V, block.v());
                       block.up(block.v());
                       block.hidden(end - begin, 0, static_cast<uint64_t>(first + begin), nullptr,
                                    h.data_ptr<float>() + begin * H);
                     });
  return h;
}

void Rbm::advance(Tensor& state, uint64_t seed, int64_t t, int64_t first) {
  const int64_t H = w_.size(1);
  const RbmWeights weights(parameters());
  kernels::in_blocks(state.size(0), kBlockRows, operations(state.size(0), 1),
                     [&](int64_t begin, int64_t end) {
                       RbmBlock block(parameters(), weights, kBlockRows, Stream(seed, "rbm.chain"));
                       float* h = state.data_ptr<float>() + begin * H;
                       const int64_t rows = end - begin;
                       const uint64_t step = static_cast<uint64_t>(t),
                                      number = static_cast<uint64_t>(first + begin);
                       std::copy_n(h, rows * H, block.h());
                       block.visible(block.h(), rows, step, number, nullptr, block.v());
                       block.up(block.v());
                       block.hidden(rows, step, number, nullptr, h);
                     });
}

Tensor Rbm::show(const Tensor& state) {
  return visible_means(state);
}

Tensor Rbm::sample(int64_t n, uint64_t seed, int64_t first) {
  const Tensor h = start(n, seed, first);
  const int64_t V = w_.size(0), H = w_.size(1);
  Tensor out = at::empty({n, V});
  const RbmWeights weights(parameters());
  kernels::in_blocks(
      n, kBlockRows, operations(n, static_cast<double>(burn_in_)), [&](int64_t begin, int64_t end) {
        RbmBlock block(parameters(), weights, kBlockRows, Stream(seed, "rbm.chain"));
        const int64_t rows = end - begin;
        const uint64_t number = static_cast<uint64_t>(first + begin);
        std::copy_n(h.data_ptr<float>() + begin * H, rows * H, block.h());
        for (int64_t t = 0; t < burn_in_; ++t) {
          block.visible(block.h(), rows, static_cast<uint64_t>(t), number, nullptr, block.v());
          block.up(block.v());
          block.hidden(rows, static_cast<uint64_t>(t), number, nullptr, block.h());
        }
        block.visible(block.h(), rows, 0, 0, out.data_ptr<float>() + begin * V, nullptr);
      });
  return out;
}

double Rbm::base_log_z() const {
  const Tensor base = base_.to(at::kDouble);
  const double visible = gaussian_ ? static_cast<double>(w_.size(0)) * log_two_pi() / 2
                                   : log_one_plus_exp(base).sum().item<double>();
  return visible + static_cast<double>(w_.size(1)) * std::numbers::ln2;
}

Tensor Rbm::draw_base(int64_t n, uint64_t seed, int64_t first) {
  return draw_visible(n, Stream(seed, "rbm.base"), first);
}

void Rbm::anneal(Tensor& states, Tensor& log_weights, std::span<const double> betas, uint64_t seed,
                 int64_t t, int64_t first) {
  const int64_t n = states.size(0), V = w_.size(0), H = w_.size(1), most = shared_rows(n);
  const RbmParameters p = parameters();
  const float* base = base_.data_ptr<float>();
  const RbmWeights weights(parameters());
  kernels::in_blocks(
      n, most, operations(n, static_cast<double>(betas.size())), [&](int64_t begin, int64_t end) {
        RbmBlock block(p, weights, most, Stream(seed, "rbm.anneal"));
        const int64_t rows = end - begin;
        const uint64_t number = static_cast<uint64_t>(first + begin);
        double* weight = log_weights.data_ptr<double>() + begin;
        std::copy_n(states.data_ptr<float>() + begin * V, rows * V, block.v());
        for (size_t i = 0; i + 1 < betas.size(); ++i) {
          const double from = betas[i], to = betas[i + 1];
          const uint64_t step = static_cast<uint64_t>(t) + i;
          const float* a = block.up(block.v());
          for (int64_t r = 0; r < rows; ++r) {
            const float* v = block.v() + r * V;
            weight[r] +=
                (to - from) * (block.visible_energy(v, base) - block.visible_energy(v, p.b)) +
                kernels::softplus_change(H, a + r * H, p.c, from, to);
          }
          block.temper(to, base);
          block.hidden(rows, step, number, nullptr, block.h());
          block.visible(block.h(), rows, step, number, nullptr, block.v());
        }
        std::copy_n(block.v(), rows * V, states.data_ptr<float>() + begin * V);
      });
}

Tensor Rbm::free_energy(const Tensor& v) const {
  if (!gaussian_) expect_binary(v, "log probability");
  const Tensor w = w_.to(at::kDouble), b = b_.to(at::kDouble), c = c_.to(at::kDouble);
  std::vector<Tensor> out;
  for (const Tensor& block : v.split(4096)) {
    const Tensor x = block.to(at::kCPU, at::kDouble);
    const Tensor visible = gaussian_ ? (x - b).square().sum(1) / 2 : -x.mv(b);
    out.push_back(visible - log_one_plus_exp(at::addmm(c, x, w)).sum(1));
  }
  return at::cat(out);
}

Tensor Rbm::hidden_means(const Tensor& v, double count) const {
  return at::addmm(c_, v, w_).mul_(count).sigmoid_();
}

Tensor Rbm::visible_means(const Tensor& h, double count) const {
  const Tensor mean = at::addmm(b_, h, w_.t()).mul_(count);
  return gaussian_ ? mean : mean.sigmoid();
}

/// log sum over the states of the smaller layer, the other one summed or integrated out.
std::optional<double> Rbm::exact_log_z() {
  const int64_t V = w_.size(0), H = w_.size(1);
  const bool over_hidden = gaussian_ || H <= V;
  const int64_t units = over_hidden ? H : V;
  if (units > kMostEnumerated) return {};
  const Tensor w = w_.to(at::kDouble), b = b_.to(at::kDouble), c = c_.to(at::kDouble);
  const int64_t states = int64_t{1} << units;
  std::vector<Tensor> sums;
  for (int64_t begin = 0; begin < states; begin += 4096) {
    const Tensor s = binary_states(units, begin, std::min(states, begin + 4096));
    Tensor log_p;
    if (!over_hidden)
      log_p = s.mv(b) + log_one_plus_exp(at::addmm(c, s, w)).sum(1);
    else if (!gaussian_)
      log_p = s.mv(c) + log_one_plus_exp(at::addmm(b, s, w.t())).sum(1);
    else {
      const Tensor input = s.mm(
          w.t());  // integral of exp(-|v - b|^2 / 2 + v'Wh) = (2 pi)^(V/2) exp(b'Wh + |Wh|^2 / 2)
      log_p = s.mv(c) + input.mv(b) + input.square().sum(1) / 2 +
              static_cast<double>(V) * log_two_pi() / 2;
    }
    sums.push_back(log_p.logsumexp({0}));
  }
  return at::stack(sums).logsumexp({0}).item<double>();
}

}  // namespace gan
