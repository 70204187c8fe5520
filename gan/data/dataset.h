#pragma once
/// Data sets: examples in their own units, split, with the scaling that a network sees.

#include <cstddef>
#include <cstdint>
#include <filesystem>
#include <memory>
#include <optional>
#include <span>
#include <string>
#include <utility>
#include <variant>
#include <vector>

#include "gan/data/data_spec.h"
#include "gan/data/encoding.h"
#include "gan/data/picture_settings.h"
#include "gan/data/toy.h"
#include "gan/io/array.h"

namespace gan {

/// Bytes of examples that lie in a file, which is mapped into memory: the system reads what is used
/// and drops it again where memory is short.
struct StoredBytes {
  std::shared_ptr<const void> owner;  ///< keeps the spans valid
  std::span<const uint8_t> values;    ///< [n, shape...]
  std::span<const uint64_t> digests;  ///< [n]: a hash of each example's bytes
};

/// N examples of one shape, in the data's own units, perhaps with a label each; bytes stay bytes.
class Examples {
 public:
  Examples() = default;
  Examples(Shape shape,
           std::vector<uint8_t> bytes);  ///< shape of one example; bytes: [N, shape...]
  Examples(Shape shape, std::vector<float> values);
  /// Those of `stored` with these numbers, in this order. Nothing is copied, also by slice and
  /// pick.
  Examples(Shape shape, StoredBytes stored, std::vector<int64_t> numbers);
  /// The same examples with labels, one for each: a number of DataSet::classes.
  Examples with_labels(std::vector<int32_t> labels) &&;

  const Shape& shape() const { return shape_; }
  int64_t dim() const { return dim_; }
  int64_t size() const { return size_; }
  bool labelled() const { return !labels_.empty(); }
  int64_t label(int64_t i) const { return labels_[static_cast<size_t>(i)]; }  ///< where labelled
  std::span<const int32_t> labels() const { return labels_; }                 ///< [N], or empty
  bool bytes() const { return !std::holds_alternative<std::vector<float>>(values_); }
  std::span<const std::byte> raw(int64_t i) const;  ///< example i as it lies in memory
  /// A hash of the bytes of example i, where it is known without reading them.
  std::optional<uint64_t> digest(int64_t i) const;

  void read(int64_t i, std::span<float> out) const;             ///< example i, out: [dim]
  std::vector<float> rows(int64_t first, int64_t count) const;  ///< [count, dim]
  Examples slice(int64_t first, int64_t count) const;
  Examples pick(std::span<const int64_t> indices) const;

 private:
  Shape shape_;
  int64_t dim_ = 0, size_ = 0;
  struct Chosen {
    StoredBytes from;
    std::vector<int64_t> numbers;
  };
  template <class T>
  std::span<const T> values_of(int64_t i) const;
  template <class T>
  std::vector<T> picked(std::span<const int64_t> indices) const;

  std::variant<std::vector<uint8_t>, std::vector<float>, Chosen> values_;
  std::vector<int32_t> labels_;
};

/// What was found in a folder of pictures.
struct PictureReport {
  int64_t images = 0;                 ///< that could be read
  int64_t skipped = 0;                ///< that could not
  int64_t duplicates = 0;             ///< images whose pixels are those of an earlier one
  std::vector<int64_t> class_counts;  ///< of each of DataSet::classes
  std::vector<std::pair<PictureSize, int64_t>> sizes;  ///< as stored, the most frequent ones first
  int64_t other_sizes = 0;                             ///< images of sizes that are not in the list
  bool resized = false;
};

struct DataSet {
  std::string
      name;  ///< as the user gave it, without a machine's paths: "mnist", "toy:ring8", "mine.npy"
  std::string description;           ///< where it was found, for `gan info`
  bool image = false;                ///< [H, W], or [C, H, W] with C = 1, 3 or 4
  bool channels_last = false;        ///< they were given as [H, W, C]
  std::vector<std::string> classes;  ///< names of the labels; empty where there are none
  std::vector<std::string> columns;  ///< of a table with a header line
  /// What was taken off each value where float32 would not hold it, so that examples, range and
  /// scalings are without it: empty (nothing), one number for all, or one for each of an example's
  /// values.
  std::vector<double> origin;
  std::vector<std::string>
      notes;  ///< what a user should know of how they were read, a sentence each
  Examples train, valid, test;
  float low = 0, high = 1;         ///< range of the values in their own units: 0 and 255 for bytes
  std::string hash;                ///< 16 hex digits over shapes, bytes, labels and split
  std::shared_ptr<const Toy> toy;  ///< set when the density is known in closed form
  std::shared_ptr<const DataSet> grey;            ///< of binarised data: what they were
  std::shared_ptr<const DataSet> stacked_from;    ///< of stacked-mnist: the labelled digits
  std::shared_ptr<const PictureReport> pictures;  ///< of a folder of pictures

  Scaling scaling(Scale to, double norm = 55) const;  ///< norm: of gcn alone
  /// The units in which scores are computed: [0, 1] for images, own units for toys, standardised
  /// else.
  Scaling judging() const;
};

/// How many examples train and choose; 0 = the source's own habit (50,000 / 10,000 of MNIST's
/// 60,000; 40,000 / 10,000 of CIFAR-10's 50,000; 128,000 / 10,000 of stacked-mnist; 80% / 10% / 10%
/// of one shuffled array; 100,000 / 10,000 / 10,000 of a toy).
struct SplitSizes {
  int64_t train = 0, valid = 0;
};

/// DATA: "fashion-mnist", "mnist", "stacked-mnist" (made of mnist), "cifar10", a folder of the four
/// IDX files (gzipped or not) or of CIFAR-10's six (binary version), a folder or a ZIP file of
/// pictures (see picture_folder.h), a file of one array (.npy, .csv, .tsv, each also with .gz; see
/// readers.h), "toy:NAME". Names are looked for in `data_dir`, $GAN_DATA, ./data,
/// /usr/share/datasets.
/// @throws UsageError for an unknown name, DataError for files that are missing (saying where it
/// looked and what to install), unreadable, not finite, empty.
DataSet open_data(const std::string& data, const std::filesystem::path& data_dir = {},
                  SplitSizes split = {}, const PictureSettings& pictures = {});

DataSpec data_spec(const DataSet& data);

/// Where open_data finds a data set of that name, as an absolute path; empty where `data` is no
/// name of files, or they are not there.
std::filesystem::path folder_of_named_data(const std::string& data,
                                           const std::filesystem::path& data_dir = {});

/// The names that open_data knows: "mnist", ..., "toy:ring8", ...
std::vector<std::string> data_names();

/// What DataSet::hash holds: FNV-1a, 64 bits, over shapes, split sizes and raw values (or their
/// digests), and over the origin and the labels where there are any. Names of classes are not part
/// of it.
std::string content_hash(const DataSet& data);

/// The same examples with something else taken off; what they were called, and their hash, stay.
DataSet with_origin(const DataSet& data, const std::vector<double>& origin);

/// Fixed Bernoulli(p = value) binarisation of data in [0, 1] units (Salakhutdinov & Murray 2008):
/// once, by `seed`, every split; the result holds bytes 0 and 1 with low = 0, high = 1, and a new
/// hash.
DataSet binarise(const DataSet& data, uint64_t seed);
inline constexpr uint64_t kBinarisationSeed = 0;  ///< of every run

/// Global contrast normalisation (pylearn2's): each example minus its own mean, divided by its own
/// L2 norm; one without contrast becomes 0. The result stays in the data's own units: every example
/// has the training split's mean brightness and mean norm, so that pictures and scores of data and
/// of samples are of one kind. Then scaling(Scale::gcn) and its inverse are linear. For samples,
/// which have no brightness and contrast of their own to go back to, that inverse is the rule of
/// display: 0 is the mean brightness, the given norm the mean contrast, and half of that norm half
/// the contrast.
DataSet contrast_normalised(const DataSet& data);

}  // namespace gan
