#pragma once
/// For layers that look across the examples of a batch: a pass may hold several parts, such as data
/// and samples, of which each is taken for itself.

#include <ATen/ATen.h>

#include <algorithm>
#include <vector>

#include "gan/nets/network.h"

namespace gan {

/// f(x of one part) for each part of the pass, joined: [B, in...] -> [B, out...].
template <class F>
Tensor each_part(const Tensor& x, const Pass& pass, F f) {
  const int64_t rows = x.size(0), part = pass.part == 0 ? rows : pass.part;
  if (rows <= part) return f(x);
  std::vector<Tensor> parts;
  for (int64_t row = 0; row < rows; row += part)
    parts.push_back(f(x.narrow(0, row, std::min(part, rows - row))));
  return at::cat(parts);
}

}  // namespace gan
