#include <fmt/ranges.h>

#include <algorithm>
#include <array>

#include "gan/core/error.h"
#include "gan/core/files.h"
#include "gan/data/readers.h"
#include "gan/io/bytes.h"
#include "gan/io/gzip.h"
#include "gan/io/idx.h"

namespace gan {
namespace {

namespace fs = std::filesystem;

constexpr std::array kIdxFiles{"train-images-idx3-ubyte", "train-labels-idx1-ubyte",  //
                               "t10k-images-idx3-ubyte", "t10k-labels-idx1-ubyte"};

/// The file of `name` in `folder`, in any of its spellings, or "".
fs::path find_idx(const fs::path& folder, std::string name) {
  for (const char* separator : {"-idx", ".idx"}) {
    name.replace(name.find("idx") - 1, 4, separator);
    for (const char* ending : {"", ".gz"}) {
      std::error_code ignored;
      if (const fs::path file = folder / (name + ending); fs::is_regular_file(file, ignored)) return file;
    }
  }
  return {};
}

IdxArray read_idx(const fs::path& file, size_t rank) {
  IdxArray array = parse_idx(gunzip(read_file(file), file.string()), file.string());
  if (array.shape.size() != rank)
    throw DataError("{}: {} were expected, the array in it is {}; are images and labels mixed up?", file.string(),
                    rank == 3 ? "images [N, height, width]" : "labels [N]", shape_text(array.shape));
  return array;
}

Examples read_labelled_images(const fs::path& images_file, const fs::path& labels_file) {
  IdxArray images = read_idx(images_file, 3);
  const IdxArray labels = read_idx(labels_file, 1);
  if (product(images.shape) == 0) throw DataError("{}: no images in it: the array is {}", images_file.string(), shape_text(images.shape));
  if (labels.shape[0] != images.shape[0])
    throw DataError("{}: {} labels for the {} images of {}; are they of one data set?", labels_file.string(),
                    labels.shape[0], images.shape[0], images_file.filename().string());
  return Examples({images.shape[1], images.shape[2]}, std::move(images.data));
}

}  // namespace

bool holds_idx_files(const fs::path& folder) {
  return std::any_of(kIdxFiles.begin(), kIdxFiles.end(),
                     [&](const char* name) { return !find_idx(folder, name).empty(); });
}

DataSet read_idx_folder(const fs::path& folder, SplitSizes split) {
  std::array<fs::path, 4> files;
  for (size_t i = 0; i < files.size(); ++i) {
    files[i] = find_idx(folder, kIdxFiles[i]);
    if (files[i].empty())
      throw DataError("{}: {}[.gz] is missing; a folder of images holds {}", folder.string(), kIdxFiles[i],
                      fmt::join(kIdxFiles, ", "));
  }
  const Examples train = read_labelled_images(files[0], files[1]);
  DataSet data;
  data.test = read_labelled_images(files[2], files[3]);
  if (train.shape() != data.test.shape())
    throw DataError("{}: images of {} to train and of {} to test on", folder.string(),
                    fmt::join(train.shape(), " x "), fmt::join(data.test.shape(), " x "));
  const int64_t n = train.size();
  if (n < 2) throw DataError("{}: at least 2 images were expected, to train and to validate", files[0].string());
  const int64_t usual = n * 5 / 6;  // 50,000 of 60,000
  const SplitSizes sizes = divide(folder.string(), n, {usual, n - usual}, split);
  data.description = folder.string();
  data.image = true;
  data.low = 0, data.high = 255;
  data.train = train.slice(0, sizes.train);
  data.valid = train.slice(n - sizes.valid, sizes.valid);
  return data;
}

}  // namespace gan
