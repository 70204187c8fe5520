#include "gan/baselines/dbm/dbm_block.h"

#include <algorithm>

#include "gan/kernels/gibbs.h"
#include "gan/kernels/products.h"

namespace gan {

using kernels::Format;

DbmBlock::DbmBlock(const DbmParameters& dbm, int64_t rows, const Stream& stream)
    : dbm_(dbm), rows_(rows) {
  int64_t widest = 0;
  for (size_t l = 0; l < layers(); ++l) {
    draws_.push_back(stream.child(l));
    x_.emplace_back(static_cast<size_t>(rows * units(l)));
    bias_.emplace_back(dbm.b[l], dbm.b[l] + units(l));
    widest = std::max(widest, units(l));
  }
  a_.resize(static_cast<size_t>(rows * widest));
  other_.resize(a_.size());
  noise_.resize(a_.size());
  from_data_.resize(x_[1].size());
}

DbmBlock::DbmBlock(const DbmParameters& dbm, const std::vector<RbmWeights>& weights, int64_t rows,
                   const Stream& stream, bool always)
    : DbmBlock(dbm, rows, stream) {
  weights_ = &weights;
  always_ = always;
}

void DbmBlock::temper(double beta, const std::vector<const float*>& base) {
  scale_ = static_cast<float>(beta);
  for (size_t l = 0; l < layers(); ++l)
    for (int64_t i = 0; i < units(l); ++i)
      bias_[l][static_cast<size_t>(i)] =
          static_cast<float>(beta * dbm_.b[l][i] + (1 - beta) * base[l][i]);
}

void DbmBlock::hear_below(size_t l, float* a) const {
  if (weights_)
    (*weights_)[l - 1].up(rows_, x_[l - 1].data(), always_, a);
  else
    kernels::multiply({rows_, units(l), units(l - 1), false, false, Format::fp32}, x_[l - 1].data(),
                      dbm_.w[l - 1], a);
}

void DbmBlock::hear_above(size_t l, float below, float* a) {
  if (below != 1) kernels::shift_and_scale(rows_ * units(l), nullptr, below, a);
  if (l + 1 == layers()) return;
  float* above = l > 0 ? other_.data() : a;
  if (weights_)
    (*weights_)[l].down(rows_, x_[l + 1].data(), always_, above);
  else
    kernels::multiply({rows_, units(l), units(l + 1), false, true, Format::fp32}, x_[l + 1].data(),
                      dbm_.w[l], above);
  if (l > 0) kernels::add_scaled(rows_ * units(l), above, 1, a);
}

const float* DbmBlock::receive(size_t l) {
  if (l > 0) hear_below(l, a_.data());
  hear_above(l, 1, a_.data());
  return a_.data();
}

void DbmBlock::draw(size_t l, int64_t rows, uint64_t step, uint64_t first) {
  draws_[l].uniform({noise_.data(), static_cast<size_t>(rows * units(l))}, units(l), step, first);
  kernels::sample_binary(rows, units(l), a_.data(), scale_, bias_[l].data(), noise_.data(), nullptr,
                         x_[l].data());
}

void DbmBlock::mean(size_t l, int64_t rows, float* out) {
  kernels::sample_binary(rows, units(l), a_.data(), scale_, bias_[l].data(), nullptr, out, nullptr);
}

void DbmBlock::draw_each_second(size_t from, int64_t rows, uint64_t step, uint64_t first) {
  for (size_t l = from; l < layers(); l += 2) {
    receive(l);
    draw(l, rows, step, first);
  }
}

int64_t DbmBlock::settle(int64_t rows, int64_t iterations, double tolerance) {
  hear_below(1, from_data_.data());  // the same all the time
  const auto hear = [&](size_t l, float below) {
    if (l == 1)
      std::copy_n(from_data_.data(), rows_ * units(1), a_.data());
    else
      hear_below(l, a_.data());
    hear_above(l, below, a_.data());
  };
  int64_t hidden = 0;
  for (size_t l = 1; l < layers(); ++l) {
    std::fill(x_[l].begin(), x_[l].end(), 0.0f);
    hidden += units(l);
  }
  for (size_t l = 1; l < layers(); ++l) {
    hear(l, l + 1 < layers() ? 2 : 1);
    mean(l, rows, x(l));
  }
  for (int64_t i = 1; i <= iterations; ++i) {
    double change = 0;
    for (size_t l = 1; l < layers(); ++l) {
      hear(l, 1);
      mean(l, rows, noise_.data());
      change += kernels::replace(rows * units(l), noise_.data(), x(l));
    }
    if (change < tolerance * static_cast<double>(rows * hidden)) return i;
  }
  return iterations;
}

}  // namespace gan
