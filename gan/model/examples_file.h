#pragma once
/// Generated examples into a file, however many there are.

#include <ATen/core/Tensor.h>

#include <functional>
#include <string>
#include <vector>

#include "gan/core/files.h"
#include "gan/io/array.h"

namespace gan {

/// Examples `first` to `first + count`: [count, shape...] float32, on the CPU.
using Draw = std::function<at::Tensor(int64_t first, int64_t count)>;

/// How the data lay that the examples are like.
struct ExamplesLayout {
  bool channels_last = false;  ///< [C, H, W] is written as [H, W, C]
  std::vector<double> origin;  ///< added to every value, or to each of an example's; in .csv
                               ///< without loss, .npy is float32
};

/// n examples of `shape` into a .npy file, or a .csv with a line of `columns` (if there are any)
/// first: a block at a time, so memory does not grow with n. What `draw` throws ends it; then no
/// file is left.
/// @throws WriteError; UsageError where the name ends otherwise
void write_examples(const Path& path, int64_t n, const Shape& shape,
                    const std::vector<std::string>& columns, const Draw& draw,
                    const ExamplesLayout& layout = {});

}  // namespace gan
