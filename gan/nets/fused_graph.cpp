#include "gan/nets/fused_graph.h"

#include <algorithm>

#include "gan/kernels/images.h"

namespace gan {

using kernels::bytes_of;
using kernels::Format;
using kernels::sized;

size_t FusedGraph::add_value(const Shape& shape) {
  values_.push_back({.shape = shape, .format = precision_, .h = {}, .d = {}, .t = {}});
  return values_.size() - 1;
}

void FusedGraph::prepare_for_penalties() {
  curved_ =
      std::any_of(values_.begin(), values_.end(), [](const Value& v) { return v.unit.curved(); });
}

void FusedGraph::ensure_size(int64_t rows) {
  rows_ = rows;
  int64_t widest = 0;
  for (Value& v : values_) {
    sized(v.h, kept_rows() * v.size() * bytes_of(v.format));
    widest = std::max(widest, v.size());
  }
  zeros_.resize(std::max(zeros_.size(), static_cast<size_t>(widest)));
}

void FusedGraph::ensure_derivatives() {
  for (size_t i = 0; i < values_.size(); ++i)
    if (i > 0 || values_[i].shared)
      sized(values_[i].d, kept_rows() * values_[i].size() * bytes_of(precision_));
}

void FusedGraph::ensure_tangents() {
  for (Value& v : values_) sized(v.t, kept_rows() * v.size() * bytes_of(precision_));
}

void FusedGraph::arrive(size_t to, int64_t row, int64_t n, const float* a, const LineBias* bias) {
  Value& v = values_[to];
  const int64_t size = v.size();
  const LineBias none{zeros_.data(), size, 1};
  const LineBias& b = bias ? *bias : none;
  if (b.lines == 1) {
    kernels::activate(v.format, {n * (size / b.numbers), b.numbers, b.numbers}, a, b.values, v.unit,
                      {}, h(to, row));
    return;
  }
  for (int64_t i = 0; i < n * b.lines; ++i)
    kernels::activate(v.format, {1, b.numbers, b.numbers}, a + i * b.numbers,
                      b.values + i % b.lines * b.numbers, v.unit, {},
                      h(to, row) + i * b.numbers * bytes_of(v.format));
}

void FusedGraph::arrive_tangent(size_t to, int64_t row, int64_t n, const float* u) {
  Value& v = values_[to];
  const kernels::Size size{n, v.size(), v.size()};
  kernels::derive(precision_, size, u, h(to, row), v.unit, {}, t(to, row));
  if (curved_)
    kernels::bend(precision_, size, u, d(to, row), h(to, row), v.unit, t(to, rows_ + row));
  mix_tangent(to, row, n);
}

void FusedGraph::mix_tangent(size_t to, int64_t row, int64_t n) {
  const int64_t size = values_[to].size();
  if (curved_) std::copy_n(h(to, row), n * size * bytes_of(precision_), h(to, rows_ + row));
  if (values_[to].feeds_weights)
    kernels::mix(precision_, {n, size, size}, factor_ + row, h(to, row), t(to, row), h(to, row));
}

void FusedGraph::deliver(const FusedInput& to, int64_t row, int64_t n, float* derivative) {
  Value& v = values_[to.value];
  const kernels::Size size{n, v.size(), v.size()};
  if (!to.first) kernels::add(precision_, n * v.size(), d(to.value, row), derivative);
  if (!to.last)
    kernels::convert(precision_, size, derivative, nullptr, {}, false, d(to.value, row));
  else if (to.value == 0)
    into_sink(row, n, derivative);
  else
    kernels::derive(precision_, size, derivative, h(to.value, row), v.unit, {}, d(to.value, row));
  if (to.last && is_second(row) && v.unit.curved())
    kernels::mix(precision_, size, factor_ + row, t(to.value, row), d(to.value, row),
                 d(to.value, row));
}

void FusedGraph::into_sink(int64_t row, int64_t n, const float* derivative) {
  const int64_t numbers = values_[0].size();
  const kernels::Size size{n, numbers, numbers};
  if (sink_ == Sink::slopes) {
    std::copy_n(derivative, n * numbers, slopes_ + (row - slopes_first_) * numbers);
  } else if (sink_ == Sink::tangents) {
    kernels::convert(precision_, size, derivative, penalty_ + row, {}, false, t(0, row));
    mix_tangent(0, row, n);
  }
}

void FusedGraph::start_second_back(RowRange rows) {
  std::fill(d(output(), rows.begin), d(output(), rows.end), '\0');
}

void FusedGraph::start_back(FusedMember& m, RowRange rows, int64_t first, const float* slopes) {
  const size_t last = output();
  const Value& v = values_[last];
  const int64_t size = v.size();
  float *in_order = sized(m.own.product, 2 * size), *d_ = in_order + size;
  std::fill_n(in_order, size, 1.0f);
  for (int64_t row = rows.begin; row < rows.end; ++row) {
    if (slopes)
      kernels::channels_last(Format::fp32, 1, v.channels(), v.places(),
                             slopes + (row - first) * size, in_order);
    kernels::derive(Format::fp32, {1, size, size}, in_order, h(last, row), v.unit, {}, d_);
    kernels::convert(precision_, {1, size, size}, d_, nullptr, {}, false, d(last, row));
  }
}

}  // namespace gan
