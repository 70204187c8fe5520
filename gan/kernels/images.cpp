#include "gan/kernels/images.h"

#include <algorithm>

#include "gan/core/clones.h"
#include "gan/kernels/elementary.h"
#include "gan/kernels/passes.h"

namespace gan::kernels {
namespace {

template <class T>
GAN_INLINE void last_of_image(int64_t channels, int64_t places, const float* x, void* out_) {
  T* out = static_cast<T*>(out_);
  constexpr int64_t kBlock = 16;  // channels: each line of x is read at one go
  for (int64_t c = 0; c < channels; c += kBlock) {
    const int64_t n = channels - c < kBlock ? channels - c : kBlock;
    for (int64_t p = 0; p < places; ++p)
      for (int64_t i = 0; i < n; ++i) store(out, p * channels + c + i, x[(c + i) * places + p]);
  }
}
GAN_BOTH(last_of_image, (int64_t channels, int64_t places, const float* x, void* out),
         (channels, places, x, out))

template <class T>
GAN_INLINE void widen_span(int64_t n, const void* x_, float* out) {
  const T* x = static_cast<const T*>(x_);
  for (int64_t i = 0; i < n; ++i) out[i] = load(x, i);
}
GAN_BOTH(widen_span, (int64_t n, const void* x, float* out), (n, x, out))

template <class T>
GAN_INLINE void add_span(int64_t n, const void* x_, float* out) {
  const T* x = static_cast<const T*>(x_);
  for (int64_t i = 0; i < n; ++i) out[i] += load(x, i);
}
GAN_BOTH(add_span, (int64_t n, const void* x, float* out), (n, x, out))

template <class T>
GAN_INLINE void add_weighted(int64_t n, float weight, const void* x_, float* out) {
  const T* x = static_cast<const T*>(x_);
  for (int64_t i = 0; i < n; ++i) out[i] += weight * load(x, i);
}
GAN_BOTH(add_weighted, (int64_t n, float weight, const void* x, float* out), (n, weight, x, out))

GAN_CLONES void across_line(int64_t channels, int64_t outputs, const int64_t* begin,
                            const int64_t* input, const float* weight, const float* line,
                            float* out) {
  for (int64_t i = 0; i < outputs; ++i, out += channels) {
    for (int64_t c = 0; c < channels; ++c) out[c] = 0;
    for (int64_t t = begin[i]; t < begin[i + 1]; ++t)
      for (int64_t c = 0; c < channels; ++c) out[c] += weight[t] * line[input[t] * channels + c];
  }
}

/// Taps of `weights` that begin at input `start(i)` of output i; those outside are left out.
template <class Start>
Taps taps(int64_t inputs, int64_t outputs, const std::vector<float>& weights, Start start) {
  Taps out{.inputs = inputs, .begin = {0}, .input = {}, .weight = {}};
  for (int64_t i = 0; i < outputs; ++i) {
    for (size_t t = 0; t < weights.size(); ++t) {
      const int64_t at = start(i) + static_cast<int64_t>(t);
      if (at < 0 || at >= inputs) continue;
      out.input.push_back(at);
      out.weight.push_back(weights[t]);
    }
    out.begin.push_back(static_cast<int64_t>(out.input.size()));
  }
  return out;
}

}  // namespace

Taps Taps::transposed() const {
  Taps out{.inputs = outputs(), .begin = {0}, .input = {}, .weight = {}};
  for (int64_t i = 0; i < inputs; ++i) {
    for (int64_t o = 0; o < outputs(); ++o)
      for (int64_t t = begin[o]; t < begin[o + 1]; ++t)
        if (input[t] == i) {
          out.input.push_back(o);
          out.weight.push_back(weight[t]);
        }
    out.begin.push_back(static_cast<int64_t>(out.input.size()));
  }
  return out;
}

Taps nearest_taps(int64_t inputs) {
  return taps(inputs, 2 * inputs, {1}, [](int64_t i) { return i / 2; });
}

Taps smooth_taps(int64_t inputs) {
  Taps out = halving_taps(2 * inputs).transposed();
  for (float& w : out.weight) w *= 2;
  return out;
}

Taps halving_taps(int64_t inputs) {
  return taps(inputs, inputs / 2, {0.125f, 0.375f, 0.375f, 0.125f},
              [](int64_t i) { return 2 * i - 1; });
}

Taps mean_taps(int64_t inputs, int64_t window, int64_t stride) {
  return taps(inputs, (inputs - window) / stride + 1,
              std::vector<float>(static_cast<size_t>(window), 1 / static_cast<float>(window)),
              [stride](int64_t i) { return i * stride; });
}

Taps span_taps(int64_t inputs, int64_t first, int64_t count) {
  return taps(inputs, count, {1}, [first](int64_t i) { return first + i; });
}

void channels_last(Format precision, int64_t images, int64_t channels, int64_t places,
                   const float* x, void* out) {
  for (int64_t i = 0; i < images; ++i) GAN_PICK(last_of_image)
  (channels, places, x + i * channels * places, at_element(precision, out, i * channels * places));
}

void channels_first(int64_t images, int64_t channels, int64_t places, const float* x, float* out) {
  channels_last(Format::fp32, images, places, channels, x, out);
}

void widen(Format precision, int64_t n, const void* x, float* out) {
  GAN_PICK(widen_span)(n, x, out);
}

void add(Format precision, int64_t n, const void* x, float* out) {
  GAN_PICK(add_span)(n, x, out);
}

void resample(Format precision, int64_t images, int64_t channels, const Taps& down,
              const Taps& across, const void* in, float* line, float* out) {
  const int64_t n = across.inputs * channels;
  for (int64_t image = 0; image < images; ++image)
    for (int64_t y = 0; y < down.outputs(); ++y) {
      std::fill_n(line, n, 0.0f);
      for (int64_t t = down.begin[y]; t < down.begin[y + 1]; ++t) GAN_PICK(add_weighted)
      (n, down.weight[t], at_element(precision, in, (image * down.inputs + down.input[t]) * n),
       line);
      across_line(channels, across.outputs(), across.begin.data(), across.input.data(),
                  across.weight.data(), line, out);
      out += across.outputs() * channels;
    }
}

}  // namespace gan::kernels
