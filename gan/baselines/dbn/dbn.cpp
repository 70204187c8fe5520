#include "gan/baselines/dbn/dbn.h"

#include <ATen/ATen.h>

#include <algorithm>

#include "gan/baselines/binary.h"
#include "gan/baselines/stack_trainer.h"
#include "gan/kernels/team.h"
#include "gan/nets/draw.h"

namespace gan {
namespace {

constexpr int64_t kMostEnumerated = 12;  // units between v and the top RBM
constexpr int64_t kDraws = 10;           // of them for each example, where they are more

/// What the layer above x receives, with its bias, float64.
Tensor inputs(const Tensor& x, const Tensor& weights, const Tensor& bias) {
  return at::addmm(doubles(bias), x, doubles(weights));
}

/// Columns [begin, begin + n) of rows of `stride`, from and to rows of n.
void put(const float* from, int64_t rows, int64_t n, float* to, int64_t stride) {
  for (int64_t r = 0; r < rows; ++r) std::copy_n(from + r * n, n, to + r * stride);
}
void get(const float* from, int64_t rows, int64_t n, int64_t stride, float* to) {
  for (int64_t r = 0; r < rows; ++r) std::copy_n(from + r * stride, n, to + r * n);
}

/// One sweep of the top RBM; then each layer under it, down to x_1, drawn from the one above. A
/// block's h() is x_l+1, its v() is x_l.
void sweep(std::vector<RbmBlock>& blocks, int64_t rows, int64_t t, uint64_t number) {
  RbmBlock& top = blocks.back();
  top.visible(top.h(), rows, static_cast<uint64_t>(t), number, nullptr, top.v());
  top.up(top.v());
  top.hidden(rows, static_cast<uint64_t>(t), number, nullptr, top.h());
}

void down(std::vector<RbmBlock>& blocks, int64_t rows, int64_t t, uint64_t number) {
  for (size_t l = blocks.size() - 1; l-- > 1;)
    blocks[l].visible(blocks[l + 1].v(), rows, static_cast<uint64_t>(t), number, nullptr,
                      blocks[l].v());
}

}  // namespace

Dbn::Dbn(const std::vector<int64_t>& hidden, bool untied, int64_t burn_in, const Tensor& means)
    : burn_in_(burn_in), stage_(at::ones({}, at::kLong)) {
  for (size_t l = 0; l < hidden.size(); ++l)
    layers_.emplace_back(hidden[l], false, burn_in,
                         l == 0 ? means : at::full({hidden[l - 1]}, 0.5));
  for (size_t l = 0; untied && l + 1 < hidden.size(); ++l) {
    recognition_weights_.push_back(at::zeros_like(layers_[l].weights()));
    recognition_biases_.push_back(at::zeros_like(layers_[l].hidden_bias()));
  }
}

void Dbn::visit_state(const StateVisitor& visit) {
  visit("model.stage", stage_);
  for (size_t l = 0; l < layers_.size(); ++l) layers_[l].visit_state(part_of(visit, l));
  for (size_t l = 0; l < recognition_weights_.size(); ++l) {
    part_of(visit, l)("model.recognition_weights", recognition_weights_[l]);
    part_of(visit, l)("model.recognition_bias", recognition_biases_[l]);
  }
}

int64_t Dbn::depth() const {
  return std::clamp<int64_t>(stage_.item<int64_t>(), 1, static_cast<int64_t>(layers_.size()));
}

int64_t Dbn::hidden_units() const {
  int64_t sum = 0;
  for (int64_t l = 0; l < depth(); ++l) sum += layers_[static_cast<size_t>(l)].parameters().hidden;
  return sum;
}

double Dbn::operations(int64_t n) const {
  const RbmParameters p = top().parameters();
  return 4.0 * static_cast<double>(p.visible * p.hidden) * static_cast<double>(n);
}

Tensor& Dbn::recognition_weights(size_t l) {
  return untied() ? recognition_weights_[l] : layers_[l].weights();
}
Tensor& Dbn::recognition_bias(size_t l) {
  return untied() ? recognition_biases_[l] : layers_[l].hidden_bias();
}

RbmParameters Dbn::recognition(size_t l) {
  RbmParameters out = layers_[l].parameters();
  out.w = recognition_weights(l).data_ptr<float>();
  out.c = recognition_bias(l).data_ptr<float>();
  return out;
}

void Dbn::untie() {
  for (size_t l = 0; l < recognition_weights_.size(); ++l) {
    recognition_weights_[l].copy_(layers_[l].weights());
    recognition_biases_[l].copy_(layers_[l].hidden_bias());
  }
}

Tensor Dbn::start(int64_t n, uint64_t seed, int64_t first) {
  return start_at(layers_[0].draw_base(n, seed, first), seed, first);
}

Tensor Dbn::start_at(const Tensor& x, uint64_t seed, int64_t first) {
  const Tensor v = x.to(at::kCPU, at::kFloat).contiguous();
  const int64_t stride = hidden_units(), d = depth();
  Tensor state = at::empty({v.size(0), stride});
  kernels::in_blocks(v.size(0), kBlockRows, operations(v.size(0)), [&](int64_t begin, int64_t end) {
    const float* from = v.data_ptr<float>() + begin * v.size(1);
    float* to = state.data_ptr<float>() + begin * stride;
    std::vector<float> below(from, from + (end - begin) * v.size(1));
    for (int64_t l = 0; l < d; ++l) {
      const RbmParameters p = l + 1 < d ? recognition(static_cast<size_t>(l)) : top().parameters();
      RbmBlock block(p, kBlockRows, Stream(seed, "dbn.start").child(static_cast<uint64_t>(l)));
      std::copy(below.begin(), below.end(), block.v());
      block.up(block.v());
      block.hidden(end - begin, 0, static_cast<uint64_t>(first + begin), nullptr, block.h());
      put(block.h(), end - begin, p.hidden, to, stride);
      to += p.hidden;
      below.assign(block.h(), block.h() + (end - begin) * p.hidden);
    }
  });
  return state;
}

std::vector<RbmWeights> Dbn::weights() const {
  std::vector<RbmWeights> out;
  for (size_t l = 0; l < static_cast<size_t>(depth()); ++l)
    out.emplace_back(layers_[l].parameters());
  return out;
}

/// One for each layer.
std::vector<RbmBlock> Dbn::blocks(uint64_t seed, const std::vector<RbmWeights>& weights) {
  std::vector<RbmBlock> out;
  for (size_t l = 0; l < static_cast<size_t>(depth()); ++l)
    out.emplace_back(layers_[l].parameters(), weights[l], kBlockRows,
                     Stream(seed, "dbn.chain").child(l));
  return out;
}

void Dbn::advance(Tensor& state, uint64_t seed, int64_t t, int64_t first) {
  const int64_t stride = hidden_units(), n_top = top().weights().size(1);
  const std::vector<RbmWeights> layers = weights();
  kernels::in_blocks(
      state.size(0), kBlockRows, operations(state.size(0)), [&](int64_t begin, int64_t end) {
        std::vector<RbmBlock> mine = blocks(seed, layers);
        const int64_t rows = end - begin;
        const auto number = static_cast<uint64_t>(first + begin);
        float* at = state.data_ptr<float>() + begin * stride;
        get(at + stride - n_top, rows, n_top, stride, mine.back().h());
        sweep(mine, rows, t, number);
        down(mine, rows, t, number);
        for (size_t l = 0; l < mine.size(); ++l) {
          const int64_t n = layers_[l].weights().size(1);
          put(l + 1 < mine.size() ? mine[l + 1].v() : mine[l].h(), rows, n, at, stride);
          at += n;
        }
      });
}

Tensor Dbn::show(const Tensor& state) {
  return layers_[0].visible_means(state.narrow(1, 0, layers_[0].weights().size(1)));
}

Tensor Dbn::sample(int64_t n, uint64_t seed, int64_t first) {
  const Tensor state = start(n, seed, first);
  const int64_t stride = hidden_units(), n_top = top().weights().size(1),
                V = layers_[0].weights().size(0);
  Tensor out = at::empty({n, V});
  const std::vector<RbmWeights> layers = weights();
  kernels::in_blocks(n, kBlockRows, operations(n) * static_cast<double>(burn_in_ + 1),
                     [&](int64_t begin, int64_t end) {
                       std::vector<RbmBlock> mine = blocks(seed, layers);
                       const int64_t rows = end - begin;
                       const auto number = static_cast<uint64_t>(first + begin);
                       get(state.data_ptr<float>() + begin * stride + stride - n_top, rows, n_top,
                           stride, mine.back().h());
                       if (mine.size() > 1)
                         get(state.data_ptr<float>() + begin * stride, rows,
                             layers_[0].weights().size(1), stride,
                             mine[1].v());  // shown where there is no sweep
                       for (int64_t t = 0; t < burn_in_; ++t) sweep(mine, rows, t, number);
                       if (burn_in_ > 0) down(mine, rows, burn_in_ - 1, number);
                       mine[0].visible(mine.size() > 1 ? mine[1].v() : mine[0].h(), rows, 0, 0,
                                       out.data_ptr<float>() + begin * V, nullptr);
                     });
  return out;
}

Tensor Dbn::log_unnormalised(const Tensor& x) {
  if (depth() == 1) return layers_[0].log_unnormalised(x);
  expect_binary(x, "log probability");
  const int64_t between = hidden_units() - top().weights().size(1);
  std::vector<Tensor> out;
  int64_t first = 0;
  for (const Tensor& block : x.split(1000)) {
    out.push_back(between <= kMostEnumerated ? exact_bound(doubles(block))
                                             : sampled_bound(doubles(block), first));
    first += block.size(0);
  }
  return at::cat(out);
}

/// Draws of x_1 ... x_d-1 from Q. The entropies of Q, given the layer below, are known.
Tensor Dbn::sampled_bound(const Tensor& v, int64_t first) {
  const Stream stream(0, "dbn.bound");
  const auto d = static_cast<size_t>(depth());
  Tensor sum = at::zeros({v.size(0)}, at::kDouble);
  const Tensor a1 = inputs(v, recognition_weights(0), recognition_bias(0));
  for (int64_t draw = 0; draw < kDraws; ++draw) {
    Tensor x = v, a = a1;
    for (size_t l = 0; l + 1 < d; ++l) {
      if (l > 0) a = inputs(x, recognition_weights(l), recognition_bias(l));
      const Tensor q = a.sigmoid();
      const Tensor above =
          draw_uniform(stream.child(l), v.size(0), a.size(1), static_cast<uint64_t>(draw), first)
              .lt(q)
              .to(at::kDouble);
      sum += (log_one_plus_exp(a) - q * a).sum(1);  // H(Q(x_l+1 | x_l))
      sum += log_bernoulli(x, inputs(above, layers_[l].weights().t(), layers_[l].visible_bias()));
      x = above;
    }
    sum += top().log_unnormalised(x);
  }
  return sum / static_cast<double>(kDraws);
}

/// The same over all states, each as likely as Q says.
Tensor Dbn::exact_bound(const Tensor& v) {
  const auto d = static_cast<size_t>(depth());
  const int64_t units = hidden_units() - top().weights().size(1);
  const Tensor states = binary_states(units, 0, int64_t{1} << units);  // [S, n_1 + ... + n_d-1]
  Tensor log_q,
      log_p;  // [N, S], the latter of all layers; those above x_1 are the same for each example
  int64_t at = 0;
  Tensor x;
  for (size_t l = 0; l + 1 < d; ++l) {
    const int64_t n = layers_[l].weights().size(1);
    const Tensor above = states.narrow(1, at, n),
                 logits = inputs(above, layers_[l].weights().t(), layers_[l].visible_bias());
    const Tensor below = l == 0 ? v : x,
                 a = inputs(below, recognition_weights(l), recognition_bias(l));
    if (l == 0) {
      log_q = a.mm(above.t()) - log_one_plus_exp(a).sum(1, true);
      log_p = v.mm(logits.t()) - log_one_plus_exp(logits).sum(1);
    } else {
      log_q = log_q + log_bernoulli(above, a);
      log_p = log_p + log_bernoulli(x, logits);
    }
    x = above;
    at += n;
  }
  return (log_q.exp() * (log_p + top().log_unnormalised(x) - log_q)).sum(1);
}

}  // namespace gan
