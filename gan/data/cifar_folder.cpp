#include <algorithm>
#include <array>

#include "gan/core/error.h"
#include "gan/core/files.h"
#include "gan/data/readers.h"
#include "gan/io/cifar.h"

namespace gan {
namespace {

namespace fs = std::filesystem;

constexpr std::array kTraining{"data_batch_1.bin", "data_batch_2.bin", "data_batch_3.bin",
                               "data_batch_4.bin", "data_batch_5.bin"};
constexpr const char* kTest = "test_batch.bin";

bool holds(const fs::path& folder, const char* name) {
  std::error_code ignored;
  return fs::is_regular_file(folder / name, ignored);
}

CifarBatch read_batch(const fs::path& folder, const char* name) {
  const fs::path file = folder / name;
  if (!holds(folder, name))
    throw DataError(
        "{}: {} is missing; the binary version of CIFAR-10 holds data_batch_1.bin to data_batch_5.bin and test_batch.bin",
        folder.string(), name);
  return parse_cifar(read_file(file), file.string());
}

Examples to_examples(CifarBatch batch) {
  std::vector<int32_t> labels(batch.labels.begin(), batch.labels.end());
  return Examples(kCifarImage, std::move(batch.pixels)).with_labels(std::move(labels));
}

}  // namespace

bool holds_cifar_files(const fs::path& folder) {
  return holds(folder, kTest) || std::any_of(kTraining.begin(), kTraining.end(),
                                             [&](const char* name) { return holds(folder, name); });
}

DataSet read_cifar_folder(const fs::path& folder, SplitSizes split) {
  DataSet data;
  data.test = to_examples(read_batch(folder, kTest));
  CifarBatch joined;
  for (const char* name : kTraining) {
    const CifarBatch batch = read_batch(folder, name);
    joined.pixels.insert(joined.pixels.end(), batch.pixels.begin(), batch.pixels.end());
    joined.labels.insert(joined.labels.end(), batch.labels.begin(), batch.labels.end());
  }
  const Examples all = to_examples(std::move(joined));
  const int64_t n = all.size(), usual = n * 4 / 5;  // 40,000 of 50,000
  const SplitSizes sizes = divide(folder.string(), n, {usual, n - usual}, split);
  data.description = folder.string();
  data.image = true;
  data.classes = {"airplane", "automobile", "bird",  "cat",  "deer",
                  "dog",      "frog",       "horse", "ship", "truck"};
  data.low = 0;
  data.high = 255;
  data.train = all.slice(0, sizes.train);
  data.valid = all.slice(n - sizes.valid, sizes.valid);
  return data;
}

}  // namespace gan
