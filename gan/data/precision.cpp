#include "gan/data/precision.h"

#include <fmt/format.h>

#include <algorithm>
#include <cmath>
#include <limits>

#include "gan/core/error.h"
#include "gan/io/bytes.h"

namespace gan {
namespace {

constexpr double kTolerated = 1e-3;         // of a column's standard deviation
constexpr double kWhole = 1 << 24;          // whole numbers up to it are exact in float32
constexpr double kWide = 9007199254740992;  // 2^53: the same of float64

struct Column {
  double least = std::numeric_limits<double>::infinity(), most = -least;
  double rounding = 0;  ///< the most by which float32 moves a value
  bool whole = true;
  double sum = 0, square = 0;  ///< of what is above `least`
  double deviation = 0;
};

double rounding_of(double x) {
  return std::abs(x - static_cast<double>(static_cast<float>(x)));
}

std::vector<Column> describe(const std::vector<double>& values, size_t width) {
  std::vector<Column> columns(width);
  for (size_t i = 0; i < values.size(); ++i) {
    Column& c = columns[i % width];
    const double x = values[i];
    c.least = std::min(c.least, x);
    c.most = std::max(c.most, x);
    c.rounding = std::max(c.rounding, rounding_of(x));
    c.whole = c.whole && x == std::floor(x);
  }
  for (size_t i = 0; i < values.size(); ++i) {
    Column& c = columns[i % width];
    const double above = values[i] - c.least;
    c.sum += above;
    c.square += above * above;
  }
  const auto rows = static_cast<double>(values.size() / width);
  for (Column& c : columns) {
    const double mean = c.sum / rows;
    c.deviation = std::sqrt(std::max(0.0, c.square / rows - mean * mean));
  }
  return columns;
}

bool wants_origin(const Column& c) {
  if (c.rounding == 0 || c.least == c.most) return false;
  return c.rounding > kTolerated * c.deviation || (c.whole && c.most - c.least <= kWhole);
}

std::string column_text(size_t j, int64_t width, const std::vector<std::string>& names) {
  if (!names.empty()) return fmt::format("column {} ({})", j + 1, in_quotes(names[j]));
  return width == 1 ? "all of it" : fmt::format("column {}", j + 1);
}

}  // namespace

Origin find_origin(const NumberArray& array, int64_t width, const std::vector<std::string>& names,
                   const std::string& who) {
  const auto* values = std::get_if<std::vector<double>>(&array.values);
  if (!values) return {};
  const auto dim = static_cast<size_t>(width);
  const std::vector<Column> columns = describe(*values, dim);
  std::vector<double> origin(dim, 0.0), rounding(dim, 0.0);
  for (size_t j = 0; j < dim; ++j)
    if (wants_origin(columns[j])) origin[j] = columns[j].least;
  for (size_t i = 0; i < values->size(); ++i)
    rounding[i % dim] = std::max(rounding[i % dim], rounding_of((*values)[i] - origin[i % dim]));

  Origin result;
  for (size_t j = 0; j < dim; ++j) {
    const Column& c = columns[j];
    const std::string name = column_text(j, width, names);
    const double largest = std::max(std::abs(c.least), std::abs(c.most));
    if (array.first_rounded >= 0 && c.whole && largest > kWide &&
        largest / kWide > kTolerated * c.deviation) {
      throw DataError(
          "{}: {}: whole numbers as large as {} that differ by so little cannot be told apart; "
          "subtract the least of them first",
          who, name, largest);
    }
    if (c.least < c.most && rounding[j] > kTolerated * c.deviation) {
      throw DataError(
          "{}: {}: its values lie from {} to {}, and float32 cannot tell them apart; multiply them "
          "by a power of ten",
          who, name, c.least, c.most);
    }
    if (origin[j] != 0) {
      result.notes.push_back(
          fmt::format("{}: {}: {} is taken off before training, since float32 does not hold these "
                      "values; samples have it again",
                      who, name, origin[j]));
    }
    if (c.whole && rounding[j] > 0) {
      result.notes.push_back(fmt::format(
          "{}: {}: whole numbers from {} to {} are rounded to float32's 24 bits, by up to {}; "
          "if they are identifiers, leave them out",
          who, name, c.least, c.most, rounding[j]));
    }
  }
  if (std::ranges::any_of(origin, [](double x) { return x != 0; }))
    result.values = std::move(origin);
  return result;
}

}  // namespace gan
