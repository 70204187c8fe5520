#include "gan/model/examples_file.h"

#include <ATen/ATen.h>

#include <algorithm>

#include "gan/core/error.h"
#include "gan/io/csv.h"
#include "gan/io/npy.h"

namespace gan {

void write_examples(const Path& path, int64_t n, const Shape& shape, const std::vector<std::string>& columns, const Draw& draw) {
  constexpr int64_t kBlock = 1000;
  const bool csv = path.extension() == ".csv";
  if (!csv && path.extension() != ".npy") throw UsageError("{}: examples are written to .npy or .csv", path.string());
  NewFile file(path);
  if (!csv) {
    Shape all{n};
    all.insert(all.end(), shape.begin(), shape.end());
    file.write(npy_header(all));
  }
  for (int64_t done = 0; done < n; done += kBlock) {
    const at::Tensor block = draw(done, std::min(kBlock, n - done)).contiguous();
    if (csv) file.write(format_csv(done == 0 ? columns : std::vector<std::string>{}, product(shape), {block.data_ptr<float>(), static_cast<size_t>(block.numel())}));
    else file.write({static_cast<const char*>(block.data_ptr()), block.nbytes()});
  }
  file.finish();
}

}  // namespace gan
