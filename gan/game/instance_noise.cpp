#include "gan/game/instance_noise.h"

#include <ATen/ATen.h>

#include "gan/nets/draw.h"

namespace gan {

Tensor with_noise(const Tensor& x, double deviation, const Stream& stream, uint64_t step,
                  int64_t first) {
  const Tensor noise = draw_normal(stream, x.size(0), x.numel() / x.size(0), step, first);
  return x + noise.to(x.device()).view(x.sizes()) * deviation;
}

}  // namespace gan
