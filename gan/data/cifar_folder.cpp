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

std::vector<uint8_t> read_pixels(const fs::path& folder, const char* name) {
  const fs::path file = folder / name;
  if (!holds(folder, name))
    throw DataError(
        "{}: {} is missing; the binary version of CIFAR-10 holds data_batch_1.bin to data_batch_5.bin and test_batch.bin",
        folder.string(), name);
  return parse_cifar(read_file(file), file.string()).pixels;
}

}  // namespace

bool holds_cifar_files(const fs::path& folder) {
  return holds(folder, kTest) || std::any_of(kTraining.begin(), kTraining.end(),
                                             [&](const char* name) { return holds(folder, name); });
}

DataSet read_cifar_folder(const fs::path& folder, SplitSizes split) {
  DataSet data;
  data.test = Examples(kCifarImage, read_pixels(folder, kTest));
  std::vector<uint8_t> pixels;
  for (const char* name : kTraining) {
    const std::vector<uint8_t> batch = read_pixels(folder, name);
    pixels.insert(pixels.end(), batch.begin(), batch.end());
  }
  const Examples all(kCifarImage, std::move(pixels));
  const int64_t n = all.size(), usual = n * 4 / 5;  // 40,000 of 50,000
  const SplitSizes sizes = divide(folder.string(), n, {usual, n - usual}, split);
  data.description = folder.string();
  data.image = true;
  data.low = 0;
  data.high = 255;
  data.train = all.slice(0, sizes.train);
  data.valid = all.slice(n - sizes.valid, sizes.valid);
  return data;
}

}  // namespace gan
