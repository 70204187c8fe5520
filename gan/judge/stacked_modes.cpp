#include "gan/judge/stacked_modes.h"

#include <ATen/ATen.h>

#include "gan/core/error.h"

namespace gan {

StackedModes stacked_modes(const Tensor& digits, int64_t classes) {
  const int64_t n = digits.size(0), channels = digits.size(1);
  if (n == 0) throw DataError("no samples: no mode can be found in them");
  int64_t modes = 1;
  Tensor mode = at::zeros({n}, at::kLong);
  for (int64_t c = 0; c < channels; ++c) {
    mode = mode * classes + digits.select(1, c);
    modes *= classes;
  }
  const Tensor share = at::bincount(mode, {}, modes).to(at::kDouble) / n;
  const Tensor seen = share.masked_select(share > 0);
  return {.modes = modes,
          .covered = seen.size(0),
          .kl = (seen * (seen * static_cast<double>(modes)).log()).sum().item<double>()};
}

}  // namespace gan
