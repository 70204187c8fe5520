#include "gan/nets/fused_labels.h"

#include <ATen/ATen.h>

#include <algorithm>

#include "gan/kernels/images.h"
#include "gan/nets/labels.h"

namespace gan {

void FusedLabels::ensure_size(int64_t rows) {
  check_labels(graph_.pass_, rows, "the fused engine");
  const Tensor label = graph_.pass_.label.to(at::kCPU, at::kLong).contiguous();
  const int64_t* first = label.data_ptr<int64_t>();
  labels_.assign(first, first + rows);
  for (const int64_t l : labels_)
    if (l < 0 || l >= table_.classes) throw std::logic_error("a label is none of the classes");
}

void FusedLabels::begin_gradient(int threads) {
  sums_.resize(static_cast<size_t>(threads));
  for (std::vector<float>& sum : sums_)
    sum.assign(static_cast<size_t>(table_.classes * table_.size), 0);
}

void FusedLabels::finish_gradient(FusedMember& m, const UseGradient& use) {
  const auto [begin, end] = m.team.share(table_.classes * table_.size);
  if (begin == end) return;
  float* all = kernels::sized(m.own.other, end - begin);
  std::fill_n(all, end - begin, 0.0f);
  for (const std::vector<float>& sum : sums_)
    for (int64_t i = begin; i < end; ++i) all[i - begin] += sum[static_cast<size_t>(i)];
  use(m.team, table_.index, begin, end - begin, all);
}

const float* FusedLabels::derivatives(FusedMember& m, RowRange rows) const {
  const int64_t numbers = rows.size() * graph_.value(out_).size();
  float* d = kernels::sized(m.own.other, numbers);
  kernels::widen(graph_.precision_, numbers, graph_.d(out_, rows.begin), d);
  return d;
}

}  // namespace gan
