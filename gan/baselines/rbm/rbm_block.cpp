#include "gan/baselines/rbm/rbm_block.h"

#include <ATen/Parallel.h>

#include <algorithm>

#include "gan/kernels/gibbs.h"
#include "gan/kernels/products.h"

namespace gan {

using kernels::Format;

int64_t shared_rows(int64_t chains) {
  constexpr int64_t kMost = 128;
  const int64_t threads = at::get_num_threads();
  return std::clamp<int64_t>((chains + threads - 1) / threads, 1, kMost);
}

namespace {

bool in_sums(bool always, int64_t n, const float* x) {
  constexpr double kMost =
      0.3;  // share of units that are on, above which a product takes less time
  return always || static_cast<double>(kernels::nonzeros(n, x)) <= kMost * static_cast<double>(n);
}

void multiply_sums(int64_t rows, const float* x, const kernels::AlignedRows& w, float* y) {
  kernels::multiply_sparse({rows, w.columns(), w.rows(), false, w.rows(), w.stride()}, x, w.data(),
                           y);
}

}  // namespace

RbmWeights::RbmWeights(const float* w, int64_t visible, int64_t hidden)
    : w_(w), up_(visible, hidden), down_(hidden, visible) {
  refresh({});
}

void RbmWeights::refresh(const kernels::Team& team) {
  constexpr int64_t kGrain = 16;
  const auto rows = team.share(up_.rows(), kGrain), columns = team.share(down_.rows(), kGrain);
  up_.copy(w_, rows.begin, rows.end);
  down_.copy_transposed(w_, columns.begin, columns.end);
}

void RbmWeights::up(int64_t rows, const float* v, bool always, float* y) const {
  const int64_t V = up_.rows(), H = up_.columns();
  if (in_sums(always, rows * V, v))
    multiply_sums(rows, v, up_, y);
  else
    kernels::multiply({rows, H, V, false, false, Format::fp32}, v, w_, y);
}

void RbmWeights::down(int64_t rows, const float* h, bool always, float* y) const {
  const int64_t V = up_.rows(), H = up_.columns();
  if (in_sums(always, rows * H, h))
    multiply_sums(rows, h, down_, y);
  else
    kernels::multiply({rows, V, H, false, true, Format::fp32}, h, w_, y);
}

RbmBlock::RbmBlock(const RbmParameters& rbm, int64_t rows, const Stream& stream)
    : rbm_(rbm),
      rows_(rows),
      hidden_draws_(stream.child("hidden")),
      visible_draws_(stream.child("visible")),
      tempered_b_(rbm.b, rbm.b + rbm.visible),
      tempered_c_(rbm.c, rbm.c + rbm.hidden),
      v_(static_cast<size_t>(rows * rbm.visible)),
      h_(static_cast<size_t>(rows * rbm.hidden)),
      a_(static_cast<size_t>(rows * std::max(rbm.visible, rbm.hidden))),
      noise_(a_.size()) {}

RbmBlock::RbmBlock(const RbmParameters& rbm, const RbmWeights& weights, int64_t rows,
                   const Stream& stream, bool always)
    : RbmBlock(rbm, rows, stream) {
  weights_ = &weights;
  always_ = always;
}

void RbmBlock::temper(double beta, const float* base) {
  scale_ = {static_cast<float>(beta), static_cast<float>(beta)};
  for (int64_t i = 0; i < rbm_.visible; ++i)
    tempered_b_[i] = static_cast<float>((1 - beta) * base[i] + beta * rbm_.b[i]);
  for (int64_t j = 0; j < rbm_.hidden; ++j) tempered_c_[j] = static_cast<float>(beta * rbm_.c[j]);
}

void RbmBlock::refresh(const Counts& counts) {
  scale_ = counts;
  std::transform(rbm_.b, rbm_.b + rbm_.visible, tempered_b_.begin(),
                 [&](float b) { return counts.visible * b; });
  std::transform(rbm_.c, rbm_.c + rbm_.hidden, tempered_c_.begin(),
                 [&](float c) { return counts.hidden * c; });
}

const float* RbmBlock::up(const float* v) {
  if (weights_ && !rbm_.gaussian)
    weights_->up(rows_, v, always_, a_.data());
  else
    kernels::multiply({rows_, rbm_.hidden, rbm_.visible, false, false, Format::fp32}, v, rbm_.w,
                      a_.data());
  return a_.data();
}

void RbmBlock::hidden(int64_t rows, uint64_t step, uint64_t first, float* p, float* h) {
  if (h)
    hidden_draws_.uniform({noise_.data(), static_cast<size_t>(rows * rbm_.hidden)}, rbm_.hidden,
                          step, first);
  kernels::sample_binary(rows, rbm_.hidden, a_.data(), scale_.hidden, tempered_c_.data(),
                         noise_.data(), p, h);
}

void RbmBlock::visible(const float* h, int64_t rows, uint64_t step, uint64_t first, float* mean,
                       float* v) {
  if (weights_)
    weights_->down(rows_, h, always_, a_.data());
  else
    kernels::multiply({rows_, rbm_.visible, rbm_.hidden, false, true, Format::fp32}, h, rbm_.w,
                      a_.data());
  const std::span<float> noise(noise_.data(), static_cast<size_t>(rows * rbm_.visible));
  if (v && rbm_.gaussian)
    visible_draws_.normal(noise, rbm_.visible, step, first);
  else if (v)
    visible_draws_.uniform(noise, rbm_.visible, step, first);
  const auto sample = rbm_.gaussian ? kernels::sample_normal : kernels::sample_binary;
  sample(rows, rbm_.visible, a_.data(), scale_.visible, tempered_b_.data(), noise_.data(), mean, v);
}

double RbmBlock::visible_energy(const float* v, const float* bias) const {
  return rbm_.gaussian ? kernels::squared_distance(rbm_.visible, v, bias) / 2
                       : -kernels::dot(rbm_.visible, v, bias);
}

double RbmBlock::free_energy(const float* v, int64_t row) const {
  return visible_energy(v, rbm_.b) -
         kernels::sum_softplus(rbm_.hidden, a_.data() + row * rbm_.hidden, rbm_.c);
}

}  // namespace gan
