#pragma once
/// What open_data is made of: one reader for each kind of source.

#include <filesystem>
#include <string>

#include "gan/data/dataset.h"
#include "gan/io/array.h"

namespace gan {

/// @throws DataError that names the first number which is NaN, infinite or enormous: its row and its column.
void check_finite(const Array& array, const std::string& who);

/// Which of `available` examples train (the first) and choose (the last), given what is usual.
/// @throws UsageError when more are asked for than there are.
SplitSizes divide(const std::string& who, int64_t available, SplitSizes usual, SplitSizes asked);

/// Whether any of the four files of an MNIST-like data set lies in `folder`.
bool holds_idx_files(const std::filesystem::path& folder);

/// train-images-idx3-ubyte[.gz] and so on, all four; 5/6 of the training files train (50,000 of
/// 60,000), the rest validate.
DataSet read_idx_folder(const std::filesystem::path& folder, SplitSizes split);

/// Whether any of the six files of CIFAR-10's binary version lies in `folder`.
bool holds_cifar_files(const std::filesystem::path& folder);

/// data_batch_1.bin to data_batch_5.bin and test_batch.bin; the first 4/5 train (40,000 of 50,000), the rest validate.
DataSet read_cifar_folder(const std::filesystem::path& folder, SplitSizes split);

/// [N], [N, D], [N, H, W], [N, C, H, W]: shuffled once, split 80/10/10. `who` names it in errors.
DataSet split_array(Array array, const std::string& who, SplitSizes split);

}  // namespace gan
