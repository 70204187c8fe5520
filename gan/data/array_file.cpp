#include <fmt/ranges.h>

#include <algorithm>

#include "gan/core/error.h"
#include "gan/data/readers.h"
#include "gan/io/bytes.h"
#include "gan/io/csv.h"
#include "gan/io/npy.h"
#include "gan/io/reader.h"

namespace gan {
namespace {

namespace fs = std::filesystem;

/// ".npy" of "A.NPY.gz"
std::string kind_of(const fs::path& file) {
  std::string name = lower_case(file.filename().string());
  if (name.ends_with(".gz")) name.resize(name.size() - 3);
  return fs::path(name).extension().string();
}

/// Whether `array` is [N, H, W, C] where an example of the data is [C, H, W].
bool is_channels_last(const Shape& array, const DataSet& data) {
  const Shape& shape = data.train.shape();
  if (shape.size() != 3) return false;
  if (array.size() == 2) return data.channels_last;
  const Shape example(array.begin() + 1, array.end());
  if (example != Shape{shape[1], shape[2], shape[0]}) return false;
  return example != shape || data.channels_last;
}

void check_columns(const std::vector<std::string>& columns, const DataSet& data,
                   const std::string& who) {
  if (columns.empty() || data.columns.empty() || columns == data.columns) return;
  throw DataError("{}: its columns are {}, those of {} are {}; put them in the same order", who,
                  in_quotes(fmt::format("{}", fmt::join(columns, ", ")), 200), data.name,
                  in_quotes(fmt::format("{}", fmt::join(data.columns, ", ")), 200));
}

}  // namespace

bool names_array(const fs::path& file) {
  const std::string kind = kind_of(file);
  return kind == ".npy" || kind == ".csv" || kind == ".tsv";
}

ArrayFile read_array(const fs::path& file) {
  ByteReader in = ByteReader::open(file);
  const std::string kind = kind_of(file);
  if (kind == ".npy") return {read_npy(in), {}, {}};
  Csv csv = read_csv(in, kind == ".tsv" ? Separator::tab : Separator::guessed);
  return {std::move(csv.array), std::move(csv.columns), std::move(csv.notes)};
}

std::vector<float> read_samples(const fs::path& file, const DataSet& data) {
  const std::string who = file.string();
  const ArrayFile content = read_array(file);
  const Shape& shape = content.array.shape;
  const int64_t n = shape.empty() ? 0 : shape[0], dim = data.train.dim();
  if (n == 0 || product(shape) != n * dim)
    throw DataError("{}: has shape {}, expected [N, {}] like {}", who, shape_text(shape),
                    fmt::join(data.train.shape(), ", "), data.name);
  check_columns(content.columns, data, who);
  check_finite(content.array, who);
  const bool channels_last = is_channels_last(shape, data);
  const std::vector<int64_t> place =
      channels_last ? places_of_channels_last(data.train.shape()) : std::vector<int64_t>{};
  std::vector<float> samples(static_cast<size_t>(n * dim));
  std::visit(
      [&](const auto& values) {
        for (size_t i = 0; i < samples.size(); ++i) {
          const size_t k = i % static_cast<size_t>(dim);
          const double own = values[i - k + (place.empty() ? k : static_cast<size_t>(place[k]))];
          samples[i] = static_cast<float>(
              own - (data.origin.empty() ? 0 : data.origin[k % data.origin.size()]));
        }
      },
      content.array.values);
  return samples;
}

}  // namespace gan
