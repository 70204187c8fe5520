#pragma once

#include <cstdint>
#include <string>
#include <string_view>
#include <vector>

#include "gan/data/dataset.h"

namespace gan {

constexpr size_t kLongestName = 4096;  ///< bytes of the name of data, or of a column

/// What a trained model remembers of its data: enough to give samples in the data's own units.
struct DataCard {
  std::string name, hash;
  Shape shape;  ///< of one example
  bool image = false;
  float low = 0, high = 1;
  std::vector<std::string> columns;
  Encoding encoding;
  bool channels_last = false;        ///< images were given as [H, W, C], and samples are written so
  std::vector<double> origin;        ///< what was taken off the data's values: see DataSet::origin
  std::vector<std::string> classes;  ///< names of the labels
};

DataSpec data_spec(const DataCard& card);  ///< its size is not known

/// As JSON, which a checkpoint's header holds. What is not UTF-8 in names is replaced.
std::string format_card(const DataCard& card);

/// @throws DataError naming `who` and the field that is missing or contradicts another: sizes below
/// 1, low above high, the shape of no image, columns or scalings for another count of numbers,
/// names over kLongestName, numbers that are not finite.
DataCard parse_card(std::string_view json, std::string_view who);

}  // namespace gan
