#include <fmt/ranges.h>

#include <algorithm>
#include <array>
#include <set>

#include "gan/core/error.h"
#include "gan/data/readers.h"
#include "gan/io/bytes.h"
#include "gan/io/idx.h"
#include "gan/io/reader.h"

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
      if (const fs::path file = folder / (name + ending); fs::is_regular_file(file, ignored))
        return file;
    }
  }
  return {};
}

NumberArray read_ranked(const fs::path& file, size_t rank) {
  ByteReader in = ByteReader::open(file);
  NumberArray array = read_idx(in);
  if (array.shape.size() != rank)
    throw DataError("{}: {} were expected, the array in it is {}; are images and labels mixed up?",
                    file.string(), rank == 3 ? "images [N, height, width]" : "labels [N]",
                    shape_text(array.shape));
  return array;
}

struct LabelledImages {
  NumberArray images, labels;  ///< [N, H, W], [N]
};

LabelledImages read_labelled_images(const fs::path& images_file, const fs::path& labels_file) {
  NumberArray images = read_ranked(images_file, 3);
  NumberArray labels = read_ranked(labels_file, 1);
  if (product(images.shape) == 0)
    throw DataError("{}: no images in it: the array is {}", images_file.string(),
                    shape_text(images.shape));
  if (labels.shape[0] != images.shape[0])
    throw DataError("{}: {} labels for the {} images of {}; are they of one data set?",
                    labels_file.string(), labels.shape[0], images.shape[0],
                    images_file.filename().string());
  check_finite(images, images_file.string());
  check_finite(labels, labels_file.string());
  return {std::move(images), std::move(labels)};
}

/// Every value that occurs is a class: in ascending order they are classes 0, 1, ...
std::vector<float> classes_of(const NumberArray& train, const NumberArray& test) {
  std::set<float> values;
  for (const NumberArray* array : {&train, &test}) {
    const std::vector<float> labels = as_floats(array->values);
    values.insert(labels.begin(), labels.end());
  }
  return {values.begin(), values.end()};
}

std::vector<int32_t> labels_in(const std::vector<float>& classes, const NumberArray& array) {
  std::vector<int32_t> out;
  for (const float value : as_floats(array.values)) {
    const auto place = std::ranges::lower_bound(classes, value);
    out.push_back(static_cast<int32_t>(place - classes.begin()));
  }
  return out;
}

bool are_bytes(const NumberArray& array) {
  return std::holds_alternative<std::vector<uint8_t>>(array.values);
}

/// What images of both files are black and white at.
ImageRange range_of(const NumberArray& train, const NumberArray& test) {
  if (are_bytes(train) && are_bytes(test)) return {0, 255, true};
  const ImageRange a = image_range(train.values), b = image_range(test.values);
  const bool same = a.low == b.low && a.high == b.high;
  if (same) return a;
  return {std::min(a.low, b.low), std::max(a.high, b.high), false};
}

Examples to_examples(NumberArray array, bool whole_bytes) {
  const Shape shape(array.shape.begin() + 1, array.shape.end());
  if (!whole_bytes) return Examples(shape, as_floats(array.values));
  if (auto* bytes = std::get_if<std::vector<uint8_t>>(&array.values))
    return Examples(shape, std::move(*bytes));
  const std::vector<float> values = as_floats(array.values);
  return Examples(shape, std::vector<uint8_t>(values.begin(), values.end()));
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
      throw DataError("{}: {}[.gz] is missing; a folder of images holds {}", folder.string(),
                      kIdxFiles[i], fmt::join(kIdxFiles, ", "));
  }
  LabelledImages train_files = read_labelled_images(files[0], files[1]);
  LabelledImages test_files = read_labelled_images(files[2], files[3]);
  const ImageRange range = range_of(train_files.images, test_files.images);
  const std::vector<float> classes = classes_of(train_files.labels, test_files.labels);
  const Examples train = to_examples(std::move(train_files.images), range.whole_bytes)
                             .with_labels(labels_in(classes, train_files.labels));
  DataSet data;
  data.test = to_examples(std::move(test_files.images), range.whole_bytes)
                  .with_labels(labels_in(classes, test_files.labels));
  for (const float value : classes) data.classes.push_back(fmt::format("{}", value));
  if (train.shape() != data.test.shape())
    throw DataError("{}: images of {} to train and of {} to test on", folder.string(),
                    fmt::join(train.shape(), " x "), fmt::join(data.test.shape(), " x "));
  const int64_t n = train.size();
  if (n < 2)
    throw DataError("{}: at least 2 images were expected, to train and to validate",
                    files[0].string());
  const int64_t usual = n * 5 / 6;  // 50,000 of 60,000
  const SplitSizes sizes = divide(folder.string(), n, {usual, n - usual}, split);
  data.description = folder.string();
  data.image = true;
  data.low = range.low;
  data.high = range.high;
  data.train = train.slice(0, sizes.train);
  data.valid = train.slice(n - sizes.valid, sizes.valid);
  return data;
}

}  // namespace gan
