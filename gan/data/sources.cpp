#include <fmt/ranges.h>

#include <algorithm>
#include <cmath>
#include <cstdlib>
#include <map>
#include <system_error>

#include "gan/core/activity.h"
#include "gan/core/error.h"
#include "gan/core/paths.h"
#include "gan/data/picture_folder.h"
#include "gan/data/readers.h"
#include "gan/io/bytes.h"
#include "gan/io/zip.h"

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
  std::vector<std::string> classes;  ///< names of its labels 0, 1, ...; empty: the numbers
};

const std::vector<Published>& published() {
  static const std::vector<Published> all{
      {"mnist",
       {"mnist"},
       holds_idx_files,
       read_idx_folder,
       "put the four IDX files (train-images-idx3-ubyte.gz ...) in ./data/mnist",
       {}},
      {"stacked-mnist",
       {"mnist"},
       holds_idx_files,
       read_stacked_mnist,
       "put the four IDX files of MNIST (train-images-idx3-ubyte.gz ...) in ./data/mnist",
       {}},
      {"fashion-mnist",
       {"fashion-mnist"},
       holds_idx_files,
       read_idx_folder,
       "apt install dataset-fashion-mnist",
       {"T-shirt/top", "trouser", "pullover", "dress", "coat", "sandal", "shirt", "sneaker", "bag",
        "ankle boot"}},
      {"cifar10",
       {"cifar10", "cifar-10-batches-bin"},
       holds_cifar_files,
       read_cifar_folder,
       "unpack cifar-10-binary.tar.gz of https://www.cs.toronto.edu/~kriz/cifar.html in ./data",
       {}}};
  return all;
}

/// Where its name is looked for, in this order.
std::vector<fs::path> places_of(const Published& wanted, const fs::path& data_dir) {
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
  return places;
}

/// The first of them that holds it; empty where none does.
fs::path folder_of(const Published& wanted, const fs::path& data_dir) {
  const std::vector<fs::path> places = places_of(wanted, data_dir);
  const auto found = std::find_if(places.begin(), places.end(), wanted.lies_in);
  return found == places.end() ? fs::path() : *found;
}

/// @throws DataError that lists where it looked
fs::path find_folder(const Published& wanted, const fs::path& data_dir) {
  if (fs::path found = folder_of(wanted, data_dir); !found.empty()) return found;
  std::vector<std::string> looked;
  for (const fs::path& place : places_of(wanted, data_dir))
    looked.push_back(place.string() + obstacle(place));
  throw DataError("{}: not found in {}; {}", wanted.name, fmt::join(looked, ", "), wanted.remedy);
}

/// What a folder that holds no data set holds most of, by the ends of names: "12 .jpg", or "".
std::string most_files(const fs::path& folder) {
  std::map<std::string, int> counts;
  for (const std::string& name : names_in(folder)) {
    const std::string kind = lower_case(fs::path(name).extension().string());
    if (!kind.empty()) ++counts[kind];
  }
  const auto most =
      std::ranges::max_element(counts, {}, [](const auto& count) { return count.second; });
  return most == counts.end() ? "" : fmt::format("{} {}", most->second, most->first);
}

/// What to do with a file of another kind.
std::string remedy(const fs::path& file) {
  const std::string kind = lower_case(file.extension().string());
  const auto is_one_of = [&](std::initializer_list<std::string_view> kinds) {
    return std::ranges::find(kinds, kind) != kinds.end();
  };
  if (is_one_of({".png", ".jpg", ".jpeg", ".gif", ".bmp", ".webp", ".tif", ".tiff"}))
    return "one picture is no data set: give the folder that it lies in";
  if (is_one_of({".tar", ".tgz", ".7z", ".rar", ".xz", ".bz2", ".zst", ".gz"}))
    return "of archives, ZIP files of pictures can be read: unpack it first";
  if (kind == ".npz")
    return "save one of its arrays: numpy.save('x.npy', numpy.load('x.npz')['name'])";
  return "convert it to one of them";
}

DataSet open_pictures(const fs::path& source, SplitSizes split, const PictureSettings& settings) {
  const PictureListing listing = list_pictures(source);
  if (!listing.files.empty()) return read_pictures(listing, split, settings);
  if (listing.zip)
    throw DataError(
        "{}: there are no pictures in this ZIP file: PNG, JPEG, WebP, GIF and BMP files "
        "are read",
        source.string());
  const std::string most = most_files(source);
  throw DataError(
      "{}: a folder of pictures (PNG, JPEG, WebP, GIF, BMP), of the four IDX files "
      "(train-images-idx3-ubyte.gz ...) or of CIFAR-10's six (data_batch_1.bin ...) was expected, "
      "{}",
      source.string(), most.empty() ? "and it holds none" : fmt::format("it holds {} files", most));
}

DataSet open_folder(const fs::path& folder, SplitSizes split, const PictureSettings& settings) {
  names_in(folder);  // says why it cannot be read, where it cannot
  const std::string why = obstacle(folder / "any");
  if (!why.empty()) throw DataError("{}: cannot look into it{}", folder.string(), why);
  if (holds_cifar_files(folder)) return read_cifar_folder(folder, split);
  if (holds_idx_files(folder)) return read_idx_folder(folder, split);
  return open_pictures(folder, split, settings);
}

DataSet open_path(const fs::path& path, SplitSizes split, const PictureSettings& settings) {
  if (is_folder(path)) return open_folder(path, split, settings);
  std::error_code error;
  const fs::file_type type = fs::status(path, error).type();
  if (type != fs::file_type::regular && !error)
    throw DataError(
        "{}: is a pipe or a device, which cannot be read again; save what it gives to a file first",
        path.string());
  const std::string extension = lower_case(path.extension().string());
  const bool is_array = names_array(path) || extension == ".npz";
  if (extension == ".zip" || (!is_array && begins_as_zip(path)))
    return open_pictures(path, split, settings);
  if (!names_array(path))
    throw DataError(
        "{}: a .npy, .csv or .tsv file (or one of them with .gz), a folder or a ZIP file of "
        "pictures, or a folder of the four IDX files or CIFAR-10's six, was expected; {}",
        path.string(), remedy(path));
  ArrayFile file = read_array(path);
  DataSet data = split_array(std::move(file.array), path.string(), split, file.columns);
  data.notes.insert(data.notes.begin(), file.notes.begin(), file.notes.end());
  return data;
}

DataSet open_toy(const std::string& name, SplitSizes split) {
  constexpr int64_t kMost = 100'000'000;
  if (split.train < 0 || split.valid < 0 || split.train > kMost || split.valid > kMost)
    throw UsageError("toy:{}: train = {}, valid = {}: numbers of examples up to {} were expected",
                     name, split.train, split.valid, kMost);
  DataSet data;
  data.toy = make_toy(name);
  data.description = "drawn from its density";
  const auto draw = [&](int64_t n, uint64_t seed) {
    std::vector<float> values = data.toy->sample(n, seed);
    const auto [least, most] = std::minmax_element(values.begin(), values.end());
    data.low = std::min(data.low, *least);
    data.high = std::max(data.high, *most);
    return Examples({data.toy->dim()}, std::move(values));
  };
  data.low = INFINITY;
  data.high = -INFINITY;
  data.train = draw(split.train > 0 ? split.train : 100'000, 1);
  data.valid = draw(split.valid > 0 ? split.valid : 10'000, 2);
  data.test = draw(10'000, 3);
  return data;
}

DataSet open_any(const std::string& data, const fs::path& data_dir, SplitSizes split,
                 const PictureSettings& settings) {
  if (data.starts_with("toy:")) return open_toy(data.substr(4), split);
  for (const Published& known : published())
    if (known.name == data) return known.read(find_folder(known, data_dir), split);
  const fs::path path(data);
  if (is_there(path)) return open_path(path, split, settings);
  if (data.find('/') != data.npos || path.has_extension())
    throw DataError("{}: no such file or folder", data);
  throw UsageError("data '{}': not a file or folder here, nor one of {}{}", data,
                   fmt::join(data_names(), ", "), did_you_mean(data, data_names()));
}

/// "mine.npy" of "/home/me/mine.npy", "digits" of "./digits/".
std::string name_without_place(const std::string& data) {
  if (data.starts_with("toy:")) return data;
  fs::path path = absolute_path(data);
  if (!path.has_filename()) path = path.parent_path();
  return path.filename().string();
}

/// Settings of a recipe may meet data that are no pictures, as where a model is scored on others.
void note_unused_settings(PictureSettings settings, DataSet& data) {
  const PictureSettings usual;
  settings.labels = usual.labels;
  if (settings == usual) return;
  data.notes.push_back(fmt::format(
      "{}: is no folder of pictures, so resize, crop, colour and background are not used",
      data.name));
}

void remove_labels(DataSet& data) {
  data.classes.clear();
  for (Examples* split : {&data.train, &data.valid, &data.test})
    *split = std::move(*split).with_labels({});
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
      throw UsageError("{}: {} = {} is too many: there are {} examples to train and to validate on",
                       who, split, n, available);
  };
  check("train", asked.train);
  check("valid", asked.valid);
  if (asked.train > available - asked.valid)
    throw UsageError("{}: train = {} and valid = {} are too many: there are {} examples for both",
                     who, asked.train, asked.valid, available);
  const auto choose = [&](int64_t wanted, int64_t habit, int64_t other) {
    return wanted > 0 ? wanted : std::min(habit, available - std::max(other, int64_t{1}));
  };
  return {choose(asked.train, usual.train, asked.valid),
          choose(asked.valid, usual.valid, asked.train)};
}

fs::path folder_of_named_data(const std::string& data, const fs::path& data_dir) {
  for (const Published& known : published()) {
    if (known.name != data) continue;
    const fs::path found = folder_of(known, data_dir);
    return found.empty() ? found : absolute_path(found);
  }
  return {};
}

DataSet open_data(const std::string& data, const std::filesystem::path& data_dir, SplitSizes split,
                  const PictureSettings& pictures) {
  now_doing(Activity::reading_data);
  DataSet opened = open_any(data, data_dir, split, pictures);
  opened.name = name_without_place(data);
  const std::vector<Published>& known = published();
  const auto row = std::ranges::find(known, opened.name, &Published::name);
  const bool named =
      row != known.end() && !opened.pictures && row->classes.size() == opened.classes.size();
  if (named) opened.classes = row->classes;
  if (!opened.pictures) note_unused_settings(pictures, opened);
  if (pictures.labels == Labels::off) remove_labels(opened);
  opened.hash = content_hash(opened);
  return opened;
}

}  // namespace gan
