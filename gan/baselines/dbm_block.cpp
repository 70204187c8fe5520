#include "gan/baselines/dbm_block.h"

#include <algorithm>

#include "gan/kernels/gibbs.h"
#include "gan/kernels/products.h"

namespace gan {

using kernels::Format;

DbmBlock::DbmBlock(const DbmParameters& dbm, int64_t rows, const Stream& stream) : dbm_(dbm), rows_(rows) {
  int64_t widest = 0;
  for (size_t l = 0; l < layers(); ++l) {
    draws_.push_back(stream.child(l));
    x_.emplace_back(static_cast<size_t>(rows * units(l)));
    bias_.emplace_back(dbm.b[l], dbm.b[l] + units(l));
    widest = std::max(widest, units(l));
  }
  a_.resize(static_cast<size_t>(rows * widest)), other_.resize(a_.size()), noise_.resize(a_.size());
}

void DbmBlock::temper(double beta, const float* base) {
  scale_ = static_cast<float>(beta);
  for (size_t l = 0; l < layers(); ++l)
    for (int64_t i = 0; i < units(l); ++i) bias_[l][static_cast<size_t>(i)] = static_cast<float>(beta * dbm_.b[l][i] + (l == 0 ? (1 - beta) * base[i] : 0));
}

const float* DbmBlock::receive(size_t l, float below) {
  float* a = a_.data();
  if (l > 0) kernels::multiply({rows_, units(l), units(l - 1), false, false, Format::fp32}, x_[l - 1].data(), dbm_.w[l - 1], a);
  if (l > 0 && below != 1) kernels::shift_and_scale(rows_ * units(l), nullptr, below, a);
  if (l + 1 == layers()) return a;
  float* above = l > 0 ? other_.data() : a;
  kernels::multiply({rows_, units(l), units(l + 1), false, true, Format::fp32}, x_[l + 1].data(), dbm_.w[l], above);
  if (l > 0) kernels::add_scaled(rows_ * units(l), above, 1, a);
  return a;
}

void DbmBlock::draw(size_t l, int64_t rows, uint64_t step, uint64_t first) {
  draws_[l].uniform({noise_.data(), static_cast<size_t>(rows * units(l))}, units(l), step, first);
  kernels::sample_binary(rows, units(l), a_.data(), scale_, bias_[l].data(), noise_.data(), nullptr, x_[l].data());
}

void DbmBlock::mean(size_t l, int64_t rows, float* out) {
  kernels::sample_binary(rows, units(l), a_.data(), scale_, bias_[l].data(), nullptr, out, nullptr);
}

void DbmBlock::draw_each_second(size_t from, int64_t rows, uint64_t step, uint64_t first) {
  for (size_t l = from; l < layers(); l += 2) receive(l), draw(l, rows, step, first);
}

int64_t DbmBlock::settle(int64_t rows, int64_t iterations, double tolerance) {
  int64_t hidden = 0;
  for (size_t l = 1; l < layers(); ++l) {
    std::fill(x_[l].begin(), x_[l].end(), 0.0f);
    hidden += units(l);
  }
  for (size_t l = 1; l < layers(); ++l) receive(l, l + 1 < layers() ? 2 : 1), mean(l, rows, x(l));
  for (int64_t i = 1; i <= iterations; ++i) {
    double change = 0;
    for (size_t l = 1; l < layers(); ++l) {
      receive(l), mean(l, rows, noise_.data());
      change += kernels::replace(rows * units(l), noise_.data(), x(l));
    }
    if (change < tolerance * static_cast<double>(rows * hidden)) return i;
  }
  return iterations;
}

}  // namespace gan
