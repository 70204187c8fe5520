#pragma once
/// Work on many rows, of which each worker does its own.

#include <ATen/ATen.h>

#include "gan/workers/workers.h"

namespace gan {

/// f(first, count): what becomes of those rows of n, [count, ...]. All of them, [n, ...], at every
/// worker; alone, f(0, n).
template <class F>
Tensor divided(Workers& workers, int64_t n, F f) {
  if (workers.alone() || n < workers.size()) return f(0, n);
  const Share own = workers.share(n);
  const Tensor mine = f(own.first, own.count);
  std::vector<int64_t> shape = mine.sizes().vec();
  shape[0] = n;
  const Tensor all = at::zeros(shape, mine.options());
  all.narrow(0, own.first, own.count).copy_(mine);
  workers.sum(all);
  return all;
}

}  // namespace gan
