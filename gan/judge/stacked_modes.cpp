#include "gan/judge/stacked_modes.h"

#include <ATen/ATen.h>

#include "gan/core/error.h"
#include "gan/judge/mode_coverage.h"

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
  return {.modes = modes,
          .covered = (share > 0).sum().item<int64_t>(),
          .kl = divergence_from_equal(share)};
}

}  // namespace gan
