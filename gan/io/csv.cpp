#include "gan/io/csv.h"

#include <fmt/format.h>

#include <algorithm>
#include <charconv>
#include <cmath>
#include <iterator>

#include "gan/core/error.h"
#include "gan/io/bytes.h"

namespace gan {
namespace {

constexpr std::string_view kByteOrderMark = "\xef\xbb\xbf";
constexpr std::string_view kBlanks = " \t\r";

enum class Cell { number, not_finite, out_of_range, text };

std::string_view trim(std::string_view cell) {
  cell.remove_prefix(std::min(cell.find_first_not_of(kBlanks), cell.size()));
  return cell.substr(0, cell.find_last_not_of(kBlanks) + 1);
}

/// Up to the next `end`, which goes too.
std::string_view take_until(char end, std::string_view& text) {
  const std::string_view taken = text.substr(0, text.find(end));
  text.remove_prefix(std::min(taken.size() + 1, text.size()));
  return taken;
}

void split(std::string_view line, std::vector<std::string_view>& cells) {
  cells.assign(1 + static_cast<size_t>(std::ranges::count(line, ',')), {});
  for (std::string_view& cell : cells) cell = trim(take_until(',', line));
}

template <class T>
std::errc read_whole(std::string_view cell, T& value) {
  const auto [end, error] = std::from_chars(cell.data(), cell.data() + cell.size(), value);
  return end == cell.data() + cell.size() ? error : std::errc::invalid_argument;
}

Cell read_cell(std::string_view cell, float& value) {
  if (cell.starts_with('+') && !cell.starts_with("+-")) cell.remove_prefix(1);
  const std::errc error = read_whole(cell, value);
  if (error == std::errc()) return std::isfinite(value) ? Cell::number : Cell::not_finite;
  if (error == std::errc::invalid_argument) return Cell::text;
  double wide;  // what is too small for a float is 0
  if (read_whole(cell, wide) != std::errc() || std::abs(wide) > 1) return Cell::out_of_range;
  value = static_cast<float>(wide);
  return Cell::number;
}

/// What is the matter with a cell that is no number, where its text tells.
std::string_view hint(std::string_view cell) {
  if (cell.empty()) return ": the cell is empty";
  if (cell.find_first_of(";\t\r ") != std::string_view::npos) return "; commas separate cells, line feeds rows";
  if (cell.find_first_of("\"'") != std::string_view::npos) return "; numbers stand without quotes";
  return "";
}

bool is_name(std::string_view cell) {
  float value;
  return !cell.empty() && !cell.starts_with(kByteOrderMark) && read_cell(cell, value) == Cell::text;
}

}  // namespace

Csv parse_csv(std::string_view text, std::string_view who) {
  refuse_empty(text, who);
  if (text.starts_with(kByteOrderMark)) text.remove_prefix(kByteOrderMark.size());
  if (text.find('\0') != std::string_view::npos) throw DataError("{}: is no text in UTF-8 (it holds zero bytes); save it as plain CSV", who);
  text = text.substr(0, text.find_last_not_of(" \t\r\n") + 1);
  Csv csv;
  std::vector<float>& values = csv.array.values;
  std::vector<std::string_view> cells;
  size_t width = 0;
  for (int64_t line = 1; !text.empty(); ++line) {
    split(take_until('\n', text), cells);
    if (line == 1) {
      width = cells.size();
      if (std::ranges::all_of(cells, is_name)) {
        csv.columns.assign(cells.begin(), cells.end());
        continue;
      }
    }
    if (cells.size() != width) {
      throw DataError("{}: line {}: expected {} cells as in the first line, got {}", who, line, width,
                      cells.size() == 1 && cells[0].empty() ? "an empty line" : fmt::format("{}", cells.size()));
    }
    for (size_t i = 0; i < width; ++i) {
      const Cell kind = read_cell(cells[i], values.emplace_back());
      if (kind == Cell::number) continue;
      const std::string_view wanted = kind == Cell::text         ? "a number"
                                      : kind == Cell::not_finite ? "a finite number"
                                                                 : "a number within float's range";
      throw DataError("{}: line {}, column {}: expected {}, got {}{}", who, line, i + 1, wanted,
                      in_quotes(cells[i]), kind == Cell::text ? hint(cells[i]) : "");
    }
  }
  if (values.empty()) throw DataError("{}: no rows: expected lines of numbers separated by commas", who);
  csv.array.shape = {static_cast<int64_t>(values.size() / width), static_cast<int64_t>(width)};
  return csv;
}

std::string format_csv(const std::vector<std::string>& columns, int64_t width, std::span<const float> values) {
  const auto cells = static_cast<int64_t>(values.size()), names = static_cast<int64_t>(columns.size());
  if (width < 1 || cells % width != 0) {
    throw DataError("format_csv: {} numbers are no rows of {}", cells, width);
  }
  if (names != 0 && names != width) throw DataError("format_csv: {} names for {} columns", names, width);
  for (const std::string& name : columns) {
    if (trim(name) != name || name.find_first_of(",\n") != std::string::npos || !is_name(name)) {
      throw DataError("format_csv: {} cannot name a column: expected text without commas", in_quotes(name));
    }
  }
  std::string out;
  if (names != 0) out = fmt::format("{}\n", fmt::join(columns, ","));
  for (int64_t i = 0; i < cells; ++i) {
    fmt::format_to(std::back_inserter(out), "{}{}", values[static_cast<size_t>(i)],
                   (i + 1) % width ? ',' : '\n');
  }
  return out;
}

}  // namespace gan
