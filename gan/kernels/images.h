#pragma once
/// Passes over images that lie in memory as [height, width, channels], each by the calling thread
/// alone. Buffers of type void* hold float32 or bfloat16, as `precision` says.

#include <cstdint>
#include <vector>

#include "gan/kernels/products.h"

namespace gan::kernels {

/// x: [images, channels, places] float32 -> out: [images, places, channels].
void channels_last(Format precision, int64_t images, int64_t channels, int64_t places,
                   const float* x, void* out);
/// The way back, of float32.
void channels_first(int64_t images, int64_t channels, int64_t places, const float* x, float* out);

/// float32 or bfloat16 -> float32; `add` adds to what is there.
void widen(Format precision, int64_t n, const void* x, float* out);
void add(Format precision, int64_t n, const void* x, float* out);

/// One side of a resampled image: output i is the sum of weight * input over the taps
/// [begin[i], begin[i + 1]).
struct Taps {
  int64_t inputs;
  std::vector<int64_t> begin, input;
  std::vector<float> weight;
  int64_t outputs() const { return static_cast<int64_t>(begin.size()) - 1; }
  Taps transposed() const;
};
Taps nearest_taps(int64_t inputs);  ///< each input twice
Taps smooth_taps(int64_t inputs);   ///< [1, 3, 3, 1] / 4 of inputs between zeros: twice as many
Taps halving_taps(int64_t inputs);  ///< [1, 3, 3, 1] / 8, every second place: half as many
Taps mean_taps(int64_t inputs, int64_t window, int64_t stride);
Taps span_taps(int64_t inputs, int64_t first, int64_t count);  ///< inputs [first, first + count)

/// Separably by `down` along the height and `across` along the width:
/// in [images, down.inputs, across.inputs, channels] -> out [images, down.outputs(),
/// across.outputs(), channels] float32. line: room for across.inputs * channels floats.
void resample(Format precision, int64_t images, int64_t channels, const Taps& down,
              const Taps& across, const void* in, float* line, float* out);

}  // namespace gan::kernels
