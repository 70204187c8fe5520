#include "gan/nets/fused_elementary.h"

#include "gan/kernels/images.h"

namespace gan {

using kernels::sized;

float* FusedReorder::reordered(FusedMember& m, RowRange rows, const char* from, int64_t channels,
                               int64_t places) const {
  const int64_t numbers = rows.size() * channels_ * places_;
  float *wide = sized(m.own.other, numbers), *out = sized(m.own.image, numbers);
  kernels::widen(graph_.precision_, numbers, from, wide);
  kernels::channels_last(kernels::Format::fp32, rows.size(), channels, places, wide, out);
  return out;
}

void FusedReorder::forward(FusedMember& m, RowRange rows) {
  const char* from = graph_.h(inputs_[0].value, rows.begin);
  graph_.arrive(out_, rows.begin, rows.size(), reordered(m, rows, from, channels_, places_),
                nullptr);
}

void FusedReorder::backward(FusedMember& m, RowRange rows) {
  if (!wanted(inputs_[0], rows)) return;
  graph_.deliver(inputs_[0], rows.begin, rows.size(),
                 reordered(m, rows, graph_.d(out_, rows.begin), places_, channels_));
}

void FusedReorder::tangent(FusedMember& m, RowRange rows) {
  const char* from = graph_.t(inputs_[0].value, rows.begin);
  graph_.arrive_tangent(out_, rows.begin, rows.size(),
                        reordered(m, rows, from, channels_, places_));
}

namespace {

float* sum(const FusedGraph& graph, FusedMember& m, int64_t numbers, const char* a, const char* b) {
  float* out = sized(m.own.image, numbers);
  kernels::widen(graph.precision_, numbers, a, out);
  kernels::add(graph.precision_, numbers, b, out);
  return out;
}

}  // namespace

void FusedSum::forward(FusedMember& m, RowRange rows) {
  const int64_t numbers = rows.size() * graph_.value(out_).size();
  const float* both = sum(graph_, m, numbers, graph_.h(inputs_[0].value, rows.begin),
                          graph_.h(inputs_[1].value, rows.begin));
  graph_.arrive(out_, rows.begin, rows.size(), both, nullptr);
}

void FusedSum::backward(FusedMember& m, RowRange rows) {
  const int64_t numbers = rows.size() * graph_.value(out_).size();
  for (const FusedInput& input : inputs_) {
    if (!wanted(input, rows)) continue;
    float* derivative = sized(m.own.image, numbers);
    kernels::widen(graph_.precision_, numbers, graph_.d(out_, rows.begin), derivative);
    graph_.deliver(input, rows.begin, rows.size(), derivative);
  }
}

void FusedSum::tangent(FusedMember& m, RowRange rows) {
  const int64_t numbers = rows.size() * graph_.value(out_).size();
  const float* both = sum(graph_, m, numbers, graph_.t(inputs_[0].value, rows.begin),
                          graph_.t(inputs_[1].value, rows.begin));
  graph_.arrive_tangent(out_, rows.begin, rows.size(), both);
}

}  // namespace gan
