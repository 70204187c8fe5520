#include "gan/model/examples_file.h"

#include <ATen/ATen.h>

#include <algorithm>
#include <span>

#include "gan/core/error.h"
#include "gan/io/csv.h"
#include "gan/io/npy.h"

namespace gan {
namespace {

/// In the order and units of the data: float64 where something was taken off them.
at::Tensor as_given(at::Tensor block, const ExamplesLayout& layout) {  // [n, shape...]
  if (!layout.origin.empty()) {
    const at::Tensor origin = at::tensor(layout.origin, at::kDouble);
    block = (block.to(at::kDouble).flatten(1) + origin).view(block.sizes());
  }
  if (layout.channels_last) block = block.permute({0, 2, 3, 1});
  return block.contiguous();
}

template <class T>
std::span<const T> numbers_of(const at::Tensor& block) {
  return {block.data_ptr<T>(), static_cast<size_t>(block.numel())};
}

std::string as_csv(const at::Tensor& block, const std::vector<std::string>& columns,
                   int64_t width) {
  if (block.scalar_type() == at::kDouble)
    return format_csv(columns, width, numbers_of<double>(block));
  return format_csv(columns, width, numbers_of<float>(block));
}

std::string bytes_of(const at::Tensor& block) {
  return {static_cast<const char*>(block.data_ptr()), block.nbytes()};
}

}  // namespace

void write_examples(const Path& path, int64_t n, const Shape& shape,
                    const std::vector<std::string>& columns, const Draw& draw,
                    const ExamplesLayout& layout) {
  constexpr int64_t kBlock = 1000;
  const bool csv = path.extension() == ".csv";
  if (!csv && path.extension() != ".npy")
    throw UsageError("{}: examples are written to .npy or .csv", path.string());
  NewFile file(path);
  if (!csv) {
    Shape all{n};
    all.insert(all.end(), shape.begin(), shape.end());
    if (layout.channels_last) std::rotate(all.begin() + 1, all.begin() + 2, all.end());
    file.write(npy_header(all));
  }
  for (int64_t done = 0; done < n; done += kBlock) {
    const at::Tensor block = as_given(draw(done, std::min(kBlock, n - done)), layout);
    const auto header = done == 0 ? columns : std::vector<std::string>{};
    if (csv)
      file.write(as_csv(block, header, product(shape)));
    else
      file.write(bytes_of(block.to(at::kFloat)));
  }
  file.finish();
}

}  // namespace gan
