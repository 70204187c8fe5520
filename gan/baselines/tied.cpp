#include "gan/baselines/tied.h"

#include <ATen/ATen.h>
#include <ATen/Parallel.h>
#include <fmt/core.h>

#include <cmath>

#include "gan/kernels/autoencoding.h"
#include "gan/nets/draw.h"

namespace gan {

using namespace kernels;

TiedLayers::TiedLayers(std::vector<int64_t> sizes, Format precision, const Stream& stream)
    : sizes_(std::move(sizes)), precision_(precision) {
  for (size_t l = 0; l < sizes_.size(); ++l) {
    biases_.push_back(at::zeros({sizes_[l]}, at::kFloat));
    if (l == 0) continue;
    const double r = std::sqrt(6.0 / static_cast<double>(sizes_[l - 1] + sizes_[l]));
    weights_.push_back((draw_uniform(stream.child(l), sizes_[l], sizes_[l - 1], 0) * 2 - 1) * r);
    shadows_.push_back(
        precision_ == Format::bf16 ? at::empty(weights_.back().sizes(), at::kBFloat16) : Tensor());
  }
}

double TiedLayers::operations() const {
  double sum = 0;
  for (const Tensor& w : weights_) sum += 2 * static_cast<double>(w.numel());
  return sum;
}

void TiedLayers::visit_state(const std::string& prefix, const StateVisitor& visit) {
  for (size_t l = 1; l <= depth(); ++l)
    visit(fmt::format("{}{}.weights", prefix, l), weights_[l - 1]);
  for (size_t l = 0; l <= depth(); ++l) visit(fmt::format("{}{}.biases", prefix, l), biases_[l]);
  shadows_are_old_ = true;
}

void TiedLayers::prepare() {
  tiles_.resize(std::max<size_t>(tiles_.size(), static_cast<size_t>(at::get_num_threads())));
}

void TiedLayers::refresh(Team& team) {
  if (precision_ == Format::fp32 || !shadows_are_old_) return;
  for (size_t l = 0; l < weights_.size(); ++l) {
    const auto [begin, end] = team.share(weights_[l].numel(), 64);
    shorten(end - begin, weights_[l].data_ptr<float>() + begin,
            element(shadows_[l].data_ptr(), begin));
  }
  team.barrier();
  if (team.index == 0) shadows_are_old_ = false;
}

const void* TiedLayers::weight(size_t l, int64_t unit, int64_t input) const {
  const Tensor& w = precision_ == Format::fp32 ? weights_[l - 1] : shadows_[l - 1];
  return element(static_cast<const void*>(w.data_ptr()), unit * size(l - 1) + input);
}

float* TiedLayers::incoming(const Team& team, size_t l, const void* below, const void* above,
                            int64_t rows, int64_t unit, int64_t units) {
  const int64_t n = rows * units;
  float *sum = tile(team, 2 * n), *more = below ? sum + n : sum;
  if (below)
    multiply({.m = rows,
              .n = units,
              .k = size(l - 1),
              .transpose_a = false,
              .transpose_b = true,
              .operands = precision_},
             below, weight(l, unit, 0), sum);
  if (above)
    multiply({.m = rows,
              .n = units,
              .k = size(l + 1),
              .transpose_a = false,
              .transpose_b = false,
              .operands = precision_,
              .stride_b = size(l)},
             above, weight(l + 1, 0, unit), more);
  if (below && above) add({rows, units, units}, 1, more, sum);
  if (!below && !above) std::fill_n(sum, n, 0.0f);
  return sum;
}

std::vector<Tensor> TiedLayers::parameters() const {
  std::vector<Tensor> out = weights_;
  out.insert(out.end(), biases_.begin(), biases_.end());
  return out;
}

void TiedLayers::update_weights(const Optimizer& optimizer, size_t l, int64_t unit, int64_t units,
                                const float* gradient, const UpdateTime& when) {
  const int64_t inputs = size(l - 1), first = unit * inputs;
  Tensor& shadow = shadows_[l - 1];
  optimizer.step_part(l - 1, first, units * inputs, gradient,
                      shadow.defined() ? element(shadow.data_ptr(), first) : nullptr, when);
}

void TiedLayers::update_biases(const Optimizer& optimizer, size_t l, int64_t unit, int64_t units,
                               const float* gradient, const UpdateTime& when) {
  optimizer.step_part(depth() + l, unit, units, gradient, nullptr, when);
}

}  // namespace gan
