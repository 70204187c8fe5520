#include "gan/nets/fused_resample.h"

namespace gan {

float* FusedResample::resampled(FusedMember& m, RowRange rows, const char* from,
                                const Way& way) const {
  const int64_t channels = graph_.value(out_).channels();
  float* out = kernels::sized(m.own.image,
                              rows.size() * way.down.outputs() * way.across.outputs() * channels);
  float* line = kernels::sized(m.own.other, way.across.inputs * channels);
  kernels::resample(graph_.precision_, rows.size(), channels, way.down, way.across, from, line,
                    out);
  return out;
}

void FusedResample::forward(FusedMember& m, RowRange rows) {
  const char* from = graph_.h(inputs_[0].value, rows.begin);
  graph_.arrive(out_, rows.begin, rows.size(), resampled(m, rows, from, there_), nullptr);
}

void FusedResample::backward(FusedMember& m, RowRange rows) {
  if (!wanted(inputs_[0], rows)) return;
  graph_.deliver(inputs_[0], rows.begin, rows.size(),
                 resampled(m, rows, graph_.d(out_, rows.begin), back_));
}

void FusedResample::tangent(FusedMember& m, RowRange rows) {
  const char* from = graph_.t(inputs_[0].value, rows.begin);
  graph_.arrive_tangent(out_, rows.begin, rows.size(), resampled(m, rows, from, there_));
}

}  // namespace gan
