#include "gan/nets/draw.h"

#include <ATen/ATen.h>

namespace gan {

Tensor draw_uniform(const Stream& stream, int64_t n, int64_t size, uint64_t step, int64_t first) {
  Tensor out = at::empty({n, size}, at::kFloat);
  stream.uniform({out.data_ptr<float>(), static_cast<size_t>(n * size)}, size, step, first);
  return out;
}

Tensor draw_normal(const Stream& stream, int64_t n, int64_t size, uint64_t step, int64_t first) {
  Tensor out = at::empty({n, size}, at::kFloat);
  stream.normal({out.data_ptr<float>(), static_cast<size_t>(n * size)}, size, step, first);
  return out;
}

}  // namespace gan
