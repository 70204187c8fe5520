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
  join_class,      // [x, the embedding of the label]
  scale_of_class,  // as scale, by the numbers of the label
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

inline Index patch_of(const Step& s) {
  return s.window.taps_y * s.window.taps_x * (s.from.channels / s.window.groups);
}

// What the patches of a step see: one group's channels of the image, with zeros around it.
inline Map seen_of(const Step& s) {
  const Window& w = s.window;
  return {w.stride * (w.rows - 1) + w.taps_y, w.stride * (w.columns - 1) + w.taps_x,
          s.from.channels / w.groups};
}

// A patch is read where it lies, a line at a time; for few outputs, short lines are put together.
inline bool gathers(const Step& s) {
  return few_outputs(s.to.channels / s.window.groups) &&
         s.window.taps_x * (s.from.channels / s.window.groups) % kLanes != 0;
}

// Numbers that a step needs beside its values.
inline Index scratch_of(const Step& s) {
  if (s.kind != Kind::kernels) return 0;
  return seen_of(s).size() + (gathers(s) ? s.window.rows * s.window.columns * patch_of(s) : 0);
}

inline void copy(const float* from, Index n, float* to) {
  std::memcpy(to, from, static_cast<std::size_t>(n) * sizeof(float));
}

inline void copy_seen(const Step& s, const float* image, Index first_channel, float* to) {
  const Map seen = seen_of(s);
  const Index all = s.from.channels, x = s.window.in_x, end = s.from.width - x,
              from = x < 0 ? -x : 0,
              inside =
                  end < seen.width ? end : seen.width;  // columns from .. inside are the image's
  for (Index i = 0; i < seen.height; ++i, to += seen.width * seen.channels) {
    const Index y = s.window.in_y + i;
    const bool outside = y < 0 || y >= s.from.height || from >= inside;
    if (outside || from > 0 || inside < seen.width)
      for (Index k = 0; k < seen.width * seen.channels; ++k) to[k] = 0;
    if (outside) continue;
    const float* line = image + (y * s.from.width + x) * all + first_channel;
    if (seen.channels == all) {
      copy(line + from * all, (inside - from) * all, to + from * all);
      continue;
    }
    for (Index j = from; j < inside; ++j)
      for (Index c = 0; c < seen.channels; ++c) to[j * seen.channels + c] = line[j * all + c];
  }
}

// The patches of `seen`.
inline Rows patches_of(const Step& s, const float* seen, float* gathered) {
  const Map size = seen_of(s);
  const Window& w = s.window;
  const Index line = size.width * size.channels, taps = w.taps_x * size.channels,
              patch = patch_of(s);
  const Rows rows{
      {seen, w.columns, w.stride * size.channels, w.stride * line}, w.taps_y, taps, line};
  if (!gathers(s)) return rows;
  for (Index i = 0; i < w.rows; ++i)
    for (Index j = 0; j < w.columns; ++j)
      for (Index t = 0; t < w.taps_y; ++t)
        copy(seen + i * rows.at.to_line + j * rows.at.stride + t * line, taps,
             gathered + (i * w.columns + j) * patch + t * taps);
  return rows_of(gathered, patch);
}

inline void apply_kernels(const Step& s, const float* weights, const float* in, float* out,
                          float* scratch) {
  const Window& w = s.window;
  const Index outputs = s.to.channels / w.groups, all = s.to.channels, patch = patch_of(s);
  const bool tied = s.count == all;
  const Places<float> to{out + (w.out_y * s.to.width + w.out_x) * all, w.columns, w.step * all,
                         w.step * s.to.width * all};
  for (Index g = 0; g < w.groups; ++g) {
    copy_seen(s, in, g * (s.from.channels / w.groups), scratch);
    Product p{patches_of(s, scratch, scratch + seen_of(s).size()),
              weights + s.weights + g * weights_of_product(patch, outputs),
              tied ? weights + s.biases + g * outputs : nullptr, outputs, to};
    p.y.first += g * outputs;
    multiply(p, w.rows * w.columns);
  }
  for (Index i = 0; i < w.rows; ++i)
    for (Index j = 0; j < w.columns; ++j) {
      float* y = to.first + i * to.to_line + j * to.stride;
      const float* bias = weights + s.biases + (y - out);
      for (Index c = 0; !tied && c < all; ++c) y[c] += bias[c];
      activate(s.activation, s.slope, y, all);
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
    case Kind::scale_of_class: {
      const Index row = s.kind == Kind::scale ? 0 : label * s.count;
      const float *scale = weights + s.weights + row, *shift = weights + s.biases + row;
      for (Index i = 0; i < size; i += s.count)
        for (Index j = 0; j < s.count; ++j) out[i + j] = in[i + j] * scale[j] + shift[j];
      return;
    }
    case Kind::activate:
      copy(in, size, out);
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
      copy(in, inputs, out);
      copy(weights + s.weights + label * (size - inputs), size - inputs, out + inputs);
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
    copy(z + first * inputs, block * inputs, workspace);
    for (const Step* s = steps; s != steps + count; ++s) {
      const Index from = s->from.size(), to = s->to.size();
      const float *in = workspace + kBlock * s->in, *other = workspace + kBlock * s->other;
      float* out = workspace + kBlock * s->out;
      if (s->kind == Kind::products) {
        multiply(
            {rows_of(in, from), weights + s->weights, weights + s->biases, to, {out, 1, 0, to}},
            block);
        activate(s->activation, s->slope, out, block * to);
        continue;
      }
      for (Index i = 0; i < block; ++i)
        run_step(*s, weights, in + i * from, other + i * to, label ? label[first + i] : 0,
                 out + i * to, scratch);
    }
    copy(workspace + kBlock * last, block * outputs, x + first * outputs);
  }
}

}  // namespace GAN_NAMESPACE
