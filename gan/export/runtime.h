#pragma once
// What runs an exported generator: steps over numbers that lie in a workspace. C++17 and its
// standard library are all that it needs. `gan` compiles this file too, to compare exports with the
// model, and copies it into every generator.h.
//
// An image lies in memory as [height, width, channels], a row of numbers as it is.

#include <cstdint>
#include <cstring>
#include <limits>

#include "gan/export/runtime_products.h"

namespace GAN_NAMESPACE {

enum class Kind {
  products,        // activation(x W + b) of rows of numbers
  kernels,         // the same of the patches of an image: a convolution, or a part of one
  max_of_pieces,   // of `pieces` neighbours
  max_of_windows,  // of windows of an image, the last of which may be cut off
  scale,           // x s + t, of each of so many numbers in turn
  activate,
  rows_of_images,  // [height, width, channels] -> [channels, height, width]
  images_of_rows,  // and back
  resample,        // each number a weighted sum over lines and columns
  add,
  join_class,  // [x, the embedding of the label]
};

struct Map {
  Index height, width, channels;
  constexpr Index size() const { return height * width * channels; }
};

// Of convolutions: output (out_y + step i, out_x + step j), for each i < rows and j < columns, sees
// the patch of taps_y x taps_x inputs that begins at (in_y + stride i, in_x + stride j). A
// convolution is one such step; a transposed one is stride^2 of them, each for every stride-th line
// and column. Of other kinds: taps and stride of windows.
struct Window {
  Index taps_y, taps_x, stride, in_y, in_x, out_y, out_x, step, rows, columns, groups;
};

struct Step {
  Kind kind;
  Activation activation;
  float slope;            // of leaky_relu, below zero
  Index in, other, out;   // where the values begin in the workspace, for one example
  Map from, to;           // rows of numbers: [1, 1, n]
  Index weights, biases;  // where they begin
  Index count;            // of biases or factors; of pieces
  Window window;
};

// The patch of one output: [taps_y, taps_x, channels of the group]; zeros outside the image.
inline void gather_patch(const Step& s, const float* image, Index first_channel, Index channels,
                         Index y, Index x, float* patch) {
  const Window& w = s.window;
  const Index from = x < 0 ? -x : 0, columns = s.from.width - x,
              to = columns < w.taps_x ? columns : w.taps_x;  // the taps inside the image
  for (Index t = 0; t < w.taps_y; ++t, patch += w.taps_x * channels) {
    const bool outside = y + t < 0 || y + t >= s.from.height || from >= to;
    if (outside || from > 0 || to < w.taps_x)
      for (Index i = 0; i < w.taps_x * channels; ++i) patch[i] = 0;
    if (outside) continue;
    const float* line = image + ((y + t) * s.from.width + x) * s.from.channels + first_channel;
    if (channels == s.from.channels) {
      std::memcpy(patch + from * channels, line + from * channels,
                  static_cast<std::size_t>((to - from) * channels) * sizeof(float));
      continue;
    }
    for (Index tx = from; tx < to; ++tx)
      for (Index c = 0; c < channels; ++c)
        patch[tx * channels + c] = line[tx * s.from.channels + c];
  }
}

inline Index patch_of(const Step& s) {
  return s.window.taps_y * s.window.taps_x * (s.from.channels / s.window.groups);
}

// Numbers that a step needs beside its values.
inline Index scratch_of(const Step& s) {
  return s.kind == Kind::kernels ? s.window.columns * patch_of(s) : 0;
}

inline void apply_kernels(const Step& s, const float* weights, const float* in, float* out,
                          float* patches) {
  const Window& w = s.window;
  const Index channels = s.from.channels / w.groups, outputs = s.to.channels / w.groups,
              patch = patch_of(s), panel = weights_of_product(patch, outputs);
  const bool tied = s.count == s.to.channels;
  for (Index i = 0; i < w.rows; ++i) {
    const Index line = (w.out_y + w.step * i) * s.to.width + w.out_x;
    float* y = out + line * s.to.channels;
    for (Index g = 0; g < w.groups; ++g) {
      for (Index j = 0; j < w.columns; ++j)
        gather_patch(s, in, g * channels, channels, w.in_y + w.stride * i, w.in_x + w.stride * j,
                     patches + j * patch);
      multiply(w.columns, patches, patch, patch, weights + s.weights + g * panel,
               tied ? weights + s.biases + g * outputs : nullptr, outputs, y + g * outputs,
               w.step * s.to.channels);
    }
    for (Index j = 0; j < w.columns; ++j) {
      float* at = y + j * w.step * s.to.channels;
      const float* bias = weights + s.biases + (line + j * w.step) * s.to.channels;
      for (Index c = 0; !tied && c < s.to.channels; ++c) at[c] += bias[c];
      activate(s.activation, s.slope, at, s.to.channels);
    }
  }
}

inline void max_of_windows(const Step& s, const float* in, float* out) {
  const Index channels = s.from.channels;
  for (Index y = 0; y < s.to.height; ++y)
    for (Index x = 0; x < s.to.width; ++x) {
      float* best = out + (y * s.to.width + x) * channels;
      for (Index c = 0; c < channels; ++c) best[c] = -std::numeric_limits<float>::infinity();
      for (Index ty = y * s.window.stride;
           ty < y * s.window.stride + s.window.taps_y && ty < s.from.height; ++ty)
        for (Index tx = x * s.window.stride;
             tx < x * s.window.stride + s.window.taps_x && tx < s.from.width; ++tx) {
          const float* value = in + (ty * s.from.width + tx) * channels;
          for (Index c = 0; c < channels; ++c) best[c] = value[c] > best[c] ? value[c] : best[c];
        }
    }
}

// Weights: for each line that goes out, taps_y pairs of a line that comes in and its factor; then
// the same of columns.
inline void resample(const Step& s, const float* weights, const float* in, float* out) {
  const Index channels = s.from.channels;
  const float *lines = weights + s.weights, *columns = lines + 2 * s.to.height * s.window.taps_y;
  for (Index y = 0; y < s.to.height; ++y)
    for (Index x = 0; x < s.to.width; ++x, out += channels) {
      for (Index c = 0; c < channels; ++c) out[c] = 0;
      for (Index ty = 0; ty < s.window.taps_y; ++ty)
        for (Index tx = 0; tx < s.window.taps_x; ++tx) {
          const float *line = lines + 2 * (y * s.window.taps_y + ty),
                      *column = columns + 2 * (x * s.window.taps_x + tx);
          const float factor = line[1] * column[1];
          if (factor == 0) continue;
          const Index position =
              static_cast<Index>(line[0]) * s.from.width + static_cast<Index>(column[0]);
          const float* value = in + position * channels;
          for (Index c = 0; c < channels; ++c) out[c] += factor * value[c];
        }
    }
}

inline void turn(const float* in, Index rows, Index columns, float* out) {
  for (Index i = 0; i < rows; ++i)
    for (Index j = 0; j < columns; ++j) out[j * rows + i] = in[i * columns + j];
}

// One step of one example, but for products.
inline void run_step(const Step& s, const float* weights, const float* in, const float* other,
                     std::int64_t label, float* out, float* scratch) {
  const Index size = s.to.size(), positions = s.from.height * s.from.width;
  switch (s.kind) {
    case Kind::products:
      break;
    case Kind::kernels:
      return apply_kernels(s, weights, in, out, scratch);
    case Kind::max_of_pieces:
      for (Index i = 0; i < size; ++i) {
        out[i] = in[i * s.count];
        for (Index p = 1; p < s.count; ++p)
          out[i] = in[i * s.count + p] > out[i] ? in[i * s.count + p] : out[i];
      }
      return;
    case Kind::max_of_windows:
      return max_of_windows(s, in, out);
    case Kind::scale:
      for (Index i = 0; i < size; i += s.count)
        for (Index j = 0; j < s.count; ++j)
          out[i + j] = in[i + j] * weights[s.weights + j] + weights[s.biases + j];
      return;
    case Kind::activate:
      std::memcpy(out, in, static_cast<std::size_t>(size) * sizeof(float));
      return activate(s.activation, s.slope, out, size);
    case Kind::rows_of_images:
      return turn(in, positions, s.from.channels, out);
    case Kind::images_of_rows:
      return turn(in, s.to.channels, s.to.height * s.to.width, out);
    case Kind::resample:
      return resample(s, weights, in, out);
    case Kind::add:
      for (Index i = 0; i < size; ++i) out[i] = in[i] + other[i];
      return;
    case Kind::join_class: {
      const Index inputs = s.from.size();
      std::memcpy(out, in, static_cast<std::size_t>(inputs) * sizeof(float));
      std::memcpy(out + inputs, weights + s.weights + label * (size - inputs),
                  static_cast<std::size_t>(size - inputs) * sizeof(float));
      return;
    }
  }
}

// So many examples go through the steps at once: weights of products are read once for all of them.
constexpr Index kBlock = 16;

// z [n, inputs], labels [n] or none -> x [n, outputs]. workspace: kBlock * `numbers` floats and the
// largest scratch_of(). The first value of the workspace is z, `last` is x.
inline void run(const Step* steps, Index count, const float* weights, const float* z, Index inputs,
                const std::int64_t* label, Index n, float* workspace, Index numbers, Index last,
                float* x, Index outputs) {
  float* scratch = workspace + kBlock * numbers;
  for (Index first = 0; first < n; first += kBlock) {
    const Index block = n - first < kBlock ? n - first : kBlock;
    std::memcpy(workspace, z + first * inputs,
                static_cast<std::size_t>(block * inputs) * sizeof(float));
    for (const Step* s = steps; s != steps + count; ++s) {
      const Index from = s->from.size(), to = s->to.size();
      const float *in = workspace + kBlock * s->in, *other = workspace + kBlock * s->other;
      float* out = workspace + kBlock * s->out;
      if (s->kind == Kind::products) {
        multiply(block, in, from, from, weights + s->weights, weights + s->biases, to, out, to);
        activate(s->activation, s->slope, out, block * to);
        continue;
      }
      for (Index i = 0; i < block; ++i)
        run_step(*s, weights, in + i * from, other + i * to, label ? label[first + i] : 0,
                 out + i * to, scratch);
    }
    std::memcpy(x + first * outputs, workspace + kBlock * last,
                static_cast<std::size_t>(block * outputs) * sizeof(float));
  }
}

}  // namespace GAN_NAMESPACE
