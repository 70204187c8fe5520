#pragma once
/// What open_data is made of: one reader for each kind of source.

#include <filesystem>
#include <string>
#include <vector>

#include "gan/data/dataset.h"
#include "gan/io/array.h"

namespace gan {

/// An array of examples as a file holds it.
struct ArrayFile {
  NumberArray array;
  std::vector<std::string> columns, notes;  ///< of a table
};

/// Whether a file of this name holds an array: .npy, .csv or .tsv, each also with .gz, in letters
/// of any case.
bool names_array(const std::filesystem::path& file);

/// @throws DataError for what is none, or cannot be read
ArrayFile read_array(const std::filesystem::path& file);

/// Samples of a model of `data` from a file that names_array, [N, dim], as examples of `data` are:
/// channels first and without its origin. The array in the file is [N, dim] or [N, shape...],
/// images in either order of channels (where both fit, in that of `data`).
/// @throws DataError for another shape or other columns, and for what is not finite
std::vector<float> read_samples(const std::filesystem::path& file, const DataSet& data);

/// Beyond it squared distances leave float32.
inline constexpr float kLargestValue = 1e18F;

/// @throws DataError that names the first number which is NaN, infinite or enormous: its row and
/// its column.
void check_finite(const NumberArray& array, const std::string& who);

/// Of an image [C, H, W]: value k of it, channels first, is value place[k] of the same image
/// channels last.
std::vector<int64_t> places_of_channels_last(const Shape& shape);

/// What images that hold these numbers are black and white at, and whether they are bytes.
struct ImageRange {
  float low, high;
  bool whole_bytes;
};
ImageRange image_range(const Numbers& numbers);

/// Which of `available` examples train (the first) and choose (the last), given what is usual.
/// @throws UsageError when more are asked for than there are.
SplitSizes divide(const std::string& who, int64_t available, SplitSizes usual, SplitSizes asked);

/// Whether any of the four files of an MNIST-like data set lies in `folder`.
bool holds_idx_files(const std::filesystem::path& folder);

/// train-images-idx3-ubyte[.gz] and so on, all four, of any type of numbers; 5/6 of the training
/// files train (50,000 of 60,000), the rest validate.
DataSet read_idx_folder(const std::filesystem::path& folder, SplitSizes split);

/// Whether any of the six files of CIFAR-10's binary version lies in `folder`.
bool holds_cifar_files(const std::filesystem::path& folder);

/// data_batch_1.bin to data_batch_5.bin and test_batch.bin; the first 4/5 train (40,000 of 50,000),
/// the rest validate.
DataSet read_cifar_folder(const std::filesystem::path& folder, SplitSizes split);

/// The digits of a folder of IDX files, three random ones to an image [3, H, W]: 1,000 modes (Lin,
/// Khetan, Fanti, Oh 2018; Srivastava et al. 2017). Stacks to train on are made of digits to train
/// on, held-out stacks of held-out digits; the published protocol makes its stacks of all digits.
/// @throws DataError for images that are not of ten digits
DataSet read_stacked_mnist(const std::filesystem::path& folder, SplitSizes split);

/// [N], [N, D], [N, H, W], and [N, C, H, W] or [N, H, W, C] with C = 1, 3 or 4 (channels first
/// where both could be): shuffled once, split 80/10/10. `who` names it in errors.
///
/// A column (of images: all of it) that float32 would round too much has its least value taken off:
/// DataSet::origin. That is where rounding moves a value by more than a thousandth of the column's
/// standard deviation, and for whole numbers wherever it changes any, if float32 then holds them
/// all. What is still rounded is said in DataSet::notes.
/// @throws DataError for shapes, and for columns that no such shift makes fit
DataSet split_array(NumberArray array, const std::string& who, SplitSizes split,
                    const std::vector<std::string>& columns = {});

}  // namespace gan
