#pragma once
/// Resampling of images as sums of inputs, side by side: a step of runtime.h applies one to the
/// rows and one to the columns.

#include <utility>
#include <vector>

#include "gan/export/runtime.h"

namespace gan {

/// What a side of an image becomes: for each output, an input and its factor, `taps` times.
struct Taps {
  generator::Index taps = 0;
  std::vector<std::pair<generator::Index, float>> pairs;
};

/// [1, 3, 3, 1] over every second position, the first one before `first`.
inline Taps filter_taps(generator::Index inputs, generator::Index outputs, bool up) {
  constexpr float kFilter[] = {1, 3, 3, 1};
  Taps out{up ? 2 : 4, {}};
  for (generator::Index o = 0; o < outputs; ++o)
    for (generator::Index t = 0; t < 4; ++t) {
      if (up && (o + 1 - t) % 2 != 0) continue;  // only zeros were put there
      const generator::Index i = up ? (o + 1 - t) / 2 : 2 * o - 1 + t;
      const bool inside = i >= 0 && i < inputs;
      const float factor = kFilter[t] / (up ? 4.0f : 8.0f);
      out.pairs.emplace_back(inside ? i : 0, inside ? factor : 0);
    }
  return out;
}

/// Means of windows; of one position, the positions themselves from `first` on.
inline Taps window_taps(generator::Index outputs, generator::Index window, generator::Index stride,
                        generator::Index first = 0) {
  Taps out{window, {}};
  for (generator::Index o = 0; o < outputs; ++o)
    for (generator::Index t = 0; t < window; ++t)
      out.pairs.emplace_back(first + o * stride + t, 1 / static_cast<float>(window));
  return out;
}

/// Each position twice.
inline Taps nearest_taps(generator::Index outputs) {
  Taps out{1, {}};
  for (generator::Index o = 0; o < outputs; ++o) out.pairs.emplace_back(o / 2, 1.0f);
  return out;
}

}  // namespace gan
