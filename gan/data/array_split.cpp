#include <algorithm>
#include <cmath>

#include "gan/core/error.h"
#include "gan/core/random.h"
#include "gan/data/readers.h"
#include "gan/io/bytes.h"

namespace gan {
namespace {

/// Images are taken to fill the range that their values suggest; vectors have the range they have.
void set_range(DataSet& data, const std::vector<float>& values, bool whole_bytes) {
  const auto [least, most] = std::minmax_element(values.begin(), values.end());
  data.low = *least, data.high = *most;
  if (!data.image) return;
  if (whole_bytes) data.low = 0, data.high = 255;
  else if (*least >= 0 && *most <= 1) data.low = 0, data.high = 1;
  else if (*least >= -1 && *most <= 1) data.low = -1, data.high = 1;
}

bool are_whole_bytes(const std::vector<float>& values) {
  const auto whole = [](float x) { return x >= 0 && x <= 255 && x == std::floor(x); };
  return std::all_of(values.begin(), values.end(), whole) &&
         std::any_of(values.begin(), values.end(), [](float x) { return x > 1; });
}

/// What to do about an array of so many dimensions, where it is plain to see.
std::string_view remedy(const Shape& shape) {
  const bool channels_last = shape.size() == 4 && (shape[3] == 1 || shape[3] == 3);
  return channels_last ? "; save array.transpose(0, 3, 1, 2)" : "; save array.reshape(len(array), -1)";
}

}  // namespace

void check_finite(const Array& array, const std::string& who) {
  constexpr float kLargest = 1e18f;  // squared distances stay finite
  const std::vector<float>& values = array.values;
  const auto bad = std::find_if_not(values.begin(), values.end(), [](float x) { return std::abs(x) <= kLargest; });
  if (bad == values.end()) return;
  int64_t at = bad - values.begin();
  Shape index(array.shape.size());
  for (size_t i = index.size(); i-- > 0; at /= array.shape[i]) index[i] = at % array.shape[i];
  const int64_t row = index.empty() ? 0 : index[0];
  const Shape column(index.begin() + !index.empty(), index.end());
  throw DataError("{}: row {}, column {} (counted from 0) is {}; finite numbers up to {:g} were expected", who, row,
                  column.size() == 1 ? fmt::format("{}", column[0]) : shape_text(column), *bad, kLargest);
}

DataSet split_array(Array array, const std::string& who, SplitSizes split) {
  if (array.shape.size() == 1) array.shape.push_back(1);
  const size_t rank = array.shape.size();
  if (rank < 2 || rank > 4 || (rank == 4 && array.shape[1] != 1 && array.shape[1] != 3))
    throw DataError("{}: [N, D], [N, H, W] or [N, C, H, W] with C = 1 or 3 was expected, the array is {}{}", who,
                    shape_text(array.shape), rank >= 4 ? remedy(array.shape) : "");
  if (product(array.shape) == 0) throw DataError("{}: the array {} holds nothing; at least 10 rows were expected", who, shape_text(array.shape));
  const int64_t n = array.shape[0];
  if (n < 10)
    throw DataError("{}: at least 10 rows were expected, to train, validate and test; it has {}", who, n);
  check_finite(array, who);

  DataSet data;
  data.description = who;
  data.image = rank > 2;
  const bool whole_bytes = data.image && are_whole_bytes(array.values);
  set_range(data, array.values, whole_bytes);
  const Shape shape(array.shape.begin() + 1, array.shape.end());
  const std::vector<float>& values = array.values;
  const Examples all = whole_bytes ? Examples(shape, std::vector<uint8_t>(values.begin(), values.end()))
                                   : Examples(shape, std::move(array.values));

  const std::vector<int64_t> order = Stream(0, "split").permutation(n, 0);
  const int64_t test = n / 10, rest = n - test;
  const SplitSizes sizes = divide(who, rest, {rest - test, test}, split);
  const std::span<const int64_t> indices(order);
  data.train = all.pick(indices.first(sizes.train));
  data.valid = all.pick(indices.subspan(rest - sizes.valid, sizes.valid));
  data.test = all.pick(indices.last(test));
  return data;
}

}  // namespace gan
