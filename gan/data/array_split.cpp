#include <algorithm>
#include <cmath>
#include <limits>

#include "gan/core/error.h"
#include "gan/core/random.h"
#include "gan/data/precision.h"
#include "gan/data/readers.h"
#include "gan/io/bytes.h"

namespace gan {
namespace {

bool is_channels(int64_t size) {
  return size == 1 || size == 3 || size == 4;
}

/// What to do about an array of so many dimensions, where it is plain to see.
std::string_view remedy(const Shape& shape) {
  return shape.size() >= 4 ? "; save array.reshape(len(array), -1)" : "";
}

/// How an example lies in the array: value k of it, channels first, is value `place[k]`; the same
/// where empty.
struct Layout {
  Shape shape;
  std::vector<int64_t> place;
};

Layout layout_of(const Shape& array, bool channels_last) {
  if (!channels_last) return {Shape(array.begin() + 1, array.end()), {}};
  return {{array[3], array[1], array[2]}, places_of_channels_last({array[3], array[1], array[2]})};
}

template <class To, class From>
std::vector<To> rows_of(const std::vector<From>& from, const Layout& layout,
                        const std::vector<double>& origin, std::span<const int64_t> rows) {
  const int64_t dim = product(layout.shape);
  std::vector<To> out;
  out.reserve(rows.size() * static_cast<size_t>(dim));
  for (const int64_t row : rows) {
    const From* const example = from.data() + row * dim;
    for (int64_t k = 0; k < dim; ++k) {
      const From value = example[layout.place.empty() ? k : layout.place[static_cast<size_t>(k)]];
      if (origin.empty())
        out.push_back(static_cast<To>(value));
      else
        out.push_back(static_cast<To>(static_cast<double>(value) -
                                      origin[static_cast<size_t>(k) % origin.size()]));
    }
  }
  return out;
}

Examples pick(const Numbers& numbers, const Layout& layout, const std::vector<double>& origin,
              bool whole_bytes, std::span<const int64_t> rows) {
  return std::visit(
      [&](const auto& values) {
        if (whole_bytes)
          return Examples(layout.shape, rows_of<uint8_t>(values, layout, origin, rows));
        return Examples(layout.shape, rows_of<float>(values, layout, origin, rows));
      },
      numbers);
}

void check_shape(const NumberArray& array, const std::string& who) {
  const Shape& shape = array.shape;
  const size_t rank = shape.size();
  if (rank < 2 || rank > 4 || (rank == 4 && !is_channels(shape[1]) && !is_channels(shape[3])))
    throw DataError(
        "{}: [N, D], [N, H, W], [N, C, H, W] or [N, H, W, C] with C = 1, 3 or 4 was expected, the "
        "array is {}{}",
        who, shape_text(shape), remedy(shape));
  if (product(shape) == 0)
    throw DataError("{}: the array {} holds nothing; at least 10 rows were expected", who,
                    shape_text(shape));
  if (shape[0] < 10)
    throw DataError("{}: at least 10 rows were expected, to train, validate and test; it has {}",
                    who, shape[0]);
}

/// The range of `numbers` as they are held, which is without their origin.
ImageRange range_as_held(const Numbers& numbers, const std::vector<double>& origin) {
  return std::visit(
      [&](const auto& values) {
        ImageRange range{std::numeric_limits<float>::infinity(),
                         -std::numeric_limits<float>::infinity(), false};
        for (size_t i = 0; i < values.size(); ++i) {
          const double off = origin.empty() ? 0 : origin[i % origin.size()];
          const auto held = static_cast<float>(static_cast<double>(values[i]) - off);
          range.low = std::min(range.low, held);
          range.high = std::max(range.high, held);
        }
        return range;
      },
      numbers);
}

}  // namespace

std::vector<int64_t> places_of_channels_last(const Shape& shape) {
  const int64_t channels = shape[0], pixels = shape[1] * shape[2];
  std::vector<int64_t> place;
  place.reserve(static_cast<size_t>(channels * pixels));
  for (int64_t channel = 0; channel < channels; ++channel)
    for (int64_t pixel = 0; pixel < pixels; ++pixel) place.push_back(pixel * channels + channel);
  return place;
}

void check_finite(const NumberArray& array, const std::string& who) {
  const auto refuse = [&](int64_t at, const std::string& value) {
    Shape index(array.shape.size());
    for (size_t i = index.size(); i-- > 0; at /= array.shape[i]) index[i] = at % array.shape[i];
    const int64_t row = index.empty() ? 0 : index[0];
    const Shape column(index.begin() + !index.empty(), index.end());
    throw DataError(
        "{}: row {}, column {} (counted from 0) is {}; finite numbers up to {:g} were expected",
        who, row, column.size() == 1 ? fmt::format("{}", column[0]) : shape_text(column), value,
        kLargestValue);
  };
  std::visit(
      [&](const auto& values) {
        const auto bad =
            std::ranges::find_if_not(values, [](float x) { return std::abs(x) <= kLargestValue; });
        if (bad != values.end()) refuse(bad - values.begin(), fmt::format("{}", *bad));
      },
      array.values);
}

ImageRange image_range(const Numbers& numbers) {
  return std::visit(
      [](const auto& values) -> ImageRange {
        const auto [least, most] = std::ranges::minmax_element(values);
        const auto low = static_cast<float>(*least), high = static_cast<float>(*most);
        const bool bytes = high > 1 && std::ranges::all_of(values, [](double x) {
                             return x >= 0 && x <= 255 && x == std::floor(x);
                           });
        if (bytes) return {0, 255, true};
        if (low >= 0 && high <= 1) return {0, 1, false};
        if (low >= -1 && high <= 1) return {-1, 1, false};
        return {low, high, false};
      },
      numbers);
}

DataSet split_array(NumberArray array, const std::string& who, SplitSizes split,
                    const std::vector<std::string>& columns) {
  if (array.shape.size() == 1) array.shape.push_back(1);
  check_shape(array, who);
  check_finite(array, who);
  const int64_t n = array.shape[0];

  DataSet data;
  data.description = who;
  data.columns = columns;
  data.image = array.shape.size() > 2;
  data.channels_last = array.shape.size() == 4 && !is_channels(array.shape[1]);
  if (array.shape.size() == 4 && is_channels(array.shape[1]) && is_channels(array.shape[3])) {
    data.notes.push_back(
        fmt::format("{}: {} could be [N, C, H, W] or [N, H, W, C], and is read as the first", who,
                    shape_text(array.shape)));
  }
  Origin origin = find_origin(array, data.image ? 1 : array.shape[1], columns, who);
  data.origin = std::move(origin.values);
  data.notes.insert(data.notes.end(), origin.notes.begin(), origin.notes.end());
  const bool guessed = data.image && data.origin.empty();
  const ImageRange range =
      guessed ? image_range(array.values) : range_as_held(array.values, data.origin);
  data.low = range.low;
  data.high = range.high;
  const Layout layout = layout_of(array.shape, data.channels_last);

  const std::vector<int64_t> order = Stream(0, "split").permutation(n, 0);
  const int64_t test = n / 10, rest = n - test;
  const SplitSizes sizes = divide(who, rest, {rest - test, test}, split);
  const std::span<const int64_t> indices(order);
  const auto chosen = [&](std::span<const int64_t> rows) {
    return pick(array.values, layout, data.origin, range.whole_bytes, rows);
  };
  data.train = chosen(indices.first(sizes.train));
  data.valid = chosen(indices.subspan(rest - sizes.valid, sizes.valid));
  data.test = chosen(indices.last(test));
  return data;
}

}  // namespace gan
