#include "gan/judge/neighbours.h"

#include <ATen/ATen.h>

#include <algorithm>
#include <cmath>
#include <vector>

#include "gan/core/error.h"
#include "gan/judge/distances.h"

namespace gan {

Neighbours nearest(const Tensor& queries, const Tensor& reference) {
  if (queries.dim() != 2 || reference.dim() != 2 || queries.size(1) != reference.size(1))
    throw UsageError("nearest: queries and reference must be [n, D] with the same D");
  if (reference.size(0) == 0) throw DataError("nearest: there is nothing to search in");
  const at::NoGradGuard no_grad;
  const Tensor from = queries.to(at::kFloat);
  const auto options = from.options();
  if (from.size(0) == 0)
    return {.index = at::empty({0}, options.dtype(at::kLong)), .distance = at::empty({0}, options)};
  const Distances distances(reference);
  std::vector<Tensor> found;
  for (const Tensor& block : from.split(distances.block()))
    found.push_back(distances.squared(block).argmin(1));
  const Tensor index = at::cat(found);
  // From the differences: products leave a copy of a training example at a small distance, not at
  // 0.
  return {.index = index,
          .distance = (from - reference.index_select(0, index)).square_().sum(1).sqrt_()};
}

Neighbours nearest(const Tensor& queries, int64_t size, int64_t block,
                   const std::function<Tensor(int64_t, int64_t)>& rows) {
  Neighbours out = nearest(queries, rows(0, std::min(size, block)));
  for (int64_t first = block; first < size; first += block) {
    const Neighbours here = nearest(queries, rows(first, std::min(block, size - first)));
    const Tensor nearer = here.distance < out.distance;  // [n]: of equals, the first stays
    out.index = at::where(nearer, here.index + first, out.index);
    out.distance = at::where(nearer, here.distance, out.distance);
  }
  return out;
}

Tensor distance_to_another(const Tensor& index, const Tensor& reference) {
  if (reference.size(0) < 2) throw DataError("nearest: there is no other row to search in");
  const at::NoGradGuard no_grad;
  const Distances distances(reference);
  std::vector<Tensor> out;
  for (const Tensor& own : index.split(distances.block())) {
    const Tensor rows = reference.index_select(0, own);
    Tensor squared = distances.squared(rows);
    squared.scatter_(1, own.unsqueeze(1), INFINITY);
    const Tensor found = reference.index_select(0, squared.argmin(1));
    out.push_back((rows - found).square_().sum(1).sqrt_());
  }
  return at::cat(out);
}

}  // namespace gan
