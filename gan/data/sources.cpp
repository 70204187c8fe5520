#include <fmt/ranges.h>

#include <algorithm>
#include <cmath>
#include <cstdlib>
#include <system_error>

#include "gan/core/error.h"
#include "gan/core/files.h"
#include "gan/data/readers.h"
#include "gan/io/csv.h"
#include "gan/io/npy.h"

namespace gan {
namespace {

namespace fs = std::filesystem;

/// A data set with a name of its own, in a folder that is called so or as it was unpacked.
struct Published {
  std::string name;
  std::vector<std::string> folders;
  bool (*lies_in)(const fs::path& folder);
  DataSet (*read)(const fs::path& folder, SplitSizes split);
  std::string remedy;
};

const std::vector<Published>& published() {
  static const std::vector<Published> all{
      {"mnist", {"mnist"}, holds_idx_files, read_idx_folder, "put the four IDX files (train-images-idx3-ubyte.gz ...) in ./data/mnist"},
      {"fashion-mnist", {"fashion-mnist"}, holds_idx_files, read_idx_folder, "apt install dataset-fashion-mnist"},
      {"cifar10", {"cifar10", "cifar-10-batches-bin"}, holds_cifar_files, read_cifar_folder,
       "unpack cifar-10-binary.tar.gz of https://www.cs.toronto.edu/~kriz/cifar.html in ./data"}};
  return all;
}

/// @throws DataError that lists where it looked
fs::path find_folder(const Published& wanted, const fs::path& data_dir) {
  std::vector<fs::path> places;
  const auto add = [&](fs::path base) {
    if (base.empty()) return;
    if (!base.has_filename()) base = base.parent_path();
    for (const std::string& folder : wanted.folders) {
      if (base.filename() == folder) places.push_back(base);
      places.push_back(base / folder);
    }
  };
  add(data_dir);
  if (const char* from_environment = std::getenv("GAN_DATA")) add(from_environment);
  add("./data");
  add("/usr/share/datasets");
  const auto found = std::find_if(places.begin(), places.end(), wanted.lies_in);
  if (found != places.end()) return *found;
  std::vector<std::string> looked;
  for (const fs::path& place : places) looked.push_back(place.string());
  throw DataError("{}: not found in {}; {}", wanted.name, fmt::join(looked, ", "), wanted.remedy);
}

DataSet open_csv(const fs::path& file, SplitSizes split) {
  Csv csv = parse_csv(read_file(file), file.string());
  DataSet data = split_array(std::move(csv.array), file.string(), split);
  data.columns = std::move(csv.columns);
  return data;
}

DataSet open_path(const fs::path& path, SplitSizes split) {
  if (fs::is_directory(path)) return holds_cifar_files(path) ? read_cifar_folder(path, split) : read_idx_folder(path, split);
  const std::string who = path.string();
  if (path.extension() == ".npy") return split_array(parse_npy(read_file(path), who), who, split);
  if (path.extension() == ".csv") return open_csv(path, split);
  throw DataError("{}: a .npy file, a .csv file or a folder of the four IDX files or CIFAR-10's six was expected; convert it to one of them", who);
}

DataSet open_toy(const std::string& name, SplitSizes split) {
  constexpr int64_t kMost = 100'000'000;
  if (split.train < 0 || split.valid < 0 || split.train > kMost || split.valid > kMost)
    throw UsageError("toy:{}: train = {}, valid = {}: numbers of examples up to {} were expected", name, split.train,
                     split.valid, kMost);
  DataSet data;
  data.toy = make_toy(name);
  data.description = "drawn from its density";
  const auto draw = [&](int64_t n, uint64_t seed) {
    std::vector<float> values = data.toy->sample(n, seed);
    const auto [least, most] = std::minmax_element(values.begin(), values.end());
    data.low = std::min(data.low, *least), data.high = std::max(data.high, *most);
    return Examples({data.toy->dim()}, std::move(values));
  };
  data.low = INFINITY, data.high = -INFINITY;
  data.train = draw(split.train > 0 ? split.train : 100'000, 1);
  data.valid = draw(split.valid > 0 ? split.valid : 10'000, 2);
  data.test = draw(10'000, 3);
  return data;
}

DataSet open_any(const std::string& data, const fs::path& data_dir, SplitSizes split) {
  if (data.starts_with("toy:")) return open_toy(data.substr(4), split);
  for (const Published& known : published())
    if (known.name == data) return known.read(find_folder(known, data_dir), split);
  std::error_code ignored;
  const fs::path path(data);
  if (fs::exists(path, ignored)) return open_path(path, split);
  if (data.find('/') != data.npos || path.has_extension()) throw DataError("{}: no such file or folder", data);
  throw UsageError("data '{}': not a file or folder here, nor one of {}{}", data, fmt::join(data_names(), ", "),
                   did_you_mean(data, data_names()));
}

/// "mine.npy" of "/home/me/mine.npy", "digits" of "./digits/".
std::string name_without_place(const std::string& data) {
  if (data.starts_with("toy:")) return data;
  fs::path path = fs::absolute(data).lexically_normal();
  if (!path.has_filename()) path = path.parent_path();
  return path.filename().string();
}

}  // namespace

std::vector<std::string> data_names() {
  std::vector<std::string> names;
  for (const Published& known : published()) names.push_back(known.name);
  for (const std::string& toy : toy_names()) names.push_back("toy:" + toy);
  return names;
}

SplitSizes divide(const std::string& who, int64_t available, SplitSizes usual, SplitSizes asked) {
  const auto check = [&](const char* split, int64_t n) {
    if (n < 0) throw UsageError("{}: {} = {}: a number of examples was expected", who, split, n);
    if (n >= available)
      throw UsageError("{}: {} = {} is too many: there are {} examples to train and to validate on", who, split,
                       n, available);
  };
  check("train", asked.train);
  check("valid", asked.valid);
  if (asked.train > available - asked.valid)
    throw UsageError("{}: train = {} and valid = {} are too many: there are {} examples for both", who,
                     asked.train, asked.valid, available);
  const auto choose = [&](int64_t wanted, int64_t habit, int64_t other) {
    return wanted > 0 ? wanted : std::min(habit, available - std::max(other, int64_t{1}));
  };
  return {choose(asked.train, usual.train, asked.valid), choose(asked.valid, usual.valid, asked.train)};
}

DataSet open_data(const std::string& data, const std::filesystem::path& data_dir, SplitSizes split) {
  DataSet opened = open_any(data, data_dir, split);
  opened.name = name_without_place(data);
  opened.hash = content_hash(opened);
  return opened;
}

}  // namespace gan
