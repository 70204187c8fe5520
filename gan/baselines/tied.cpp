#include "gan/baselines/tied.h"

#include <ATen/ATen.h>
#include <ATen/Parallel.h>
#include <fmt/core.h>

#include <cmath>

#include "gan/kernels/autoencoding.h"
#include "gan/kernels/updates.h"
#include "gan/nets/draw.h"

namespace gan {

using namespace kernels;

namespace {

void visit_all(const std::string& prefix, std::vector<Tensor>& weights, std::vector<Tensor>& biases,
               const StateVisitor& visit) {
  for (size_t l = 0; l < weights.size(); ++l)
    visit(fmt::format("{}{}.weights", prefix, l + 1), weights[l]);
  for (size_t l = 0; l < biases.size(); ++l)
    visit(fmt::format("{}{}.biases", prefix, l), biases[l]);
}

}  // namespace

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
  visit_all(prefix, weights_, biases_, visit);
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
  team.meet();
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

TiedDescent::TiedDescent(TiedLayers& layers) : layers_(layers) {
  for (const Tensor& w : layers.weights_) weights_.push_back(at::zeros_like(w));
  for (const Tensor& b : layers.biases_) biases_.push_back(at::zeros_like(b));
}

void TiedDescent::weights(size_t l, int64_t unit, int64_t units, const float* gradient,
                          Rates rates) {
  const int64_t inputs = layers_.size(l - 1), at = unit * inputs;
  Tensor& shadow = layers_.shadows_[l - 1];
  averaged_update({units * inputs, layers_.weights_[l - 1].data_ptr<float>() + at,
                   weights_[l - 1].data_ptr<float>() + at, nullptr,
                   shadow.defined() ? layers_.element(shadow.data_ptr(), at) : nullptr},
                  gradient, rates.eta, rates.mu);
}

void TiedDescent::biases(size_t l, int64_t unit, int64_t units, const float* gradient,
                         Rates rates) {
  averaged_update({units, layers_.biases_[l].data_ptr<float>() + unit,
                   biases_[l].data_ptr<float>() + unit, nullptr, nullptr},
                  gradient, rates.eta, rates.mu);
}

void TiedDescent::visit_state(const std::string& prefix, const StateVisitor& visit) {
  visit_all(prefix, weights_, biases_, visit);
}

}  // namespace gan
