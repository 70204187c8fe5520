#include "gan/io/csv.h"

#include <fmt/format.h>

#include <algorithm>
#include <charconv>
#include <cmath>
#include <iterator>
#include <utility>

#include "gan/core/error.h"
#include "gan/io/bytes.h"
#include "gan/io/csv_cell.h"
#include "gan/io/csv_parser.h"
#include "gan/io/numbers.h"

namespace gan {
namespace {

class Table : public CsvRows {
 public:
  using CsvRows::CsvRows;
  Csv finish();

 private:
  void row() override;
  bool header();
  void number(size_t column);
  std::string column_text(size_t column) const;

  size_t width_ = 0;
  std::vector<std::string> columns_, notes_;
  NumberCollector numbers_;
};

std::string Table::column_text(size_t column) const {
  if (columns_.empty()) return fmt::format("column {}", column + 1);
  return fmt::format("column {} ({})", column + 1, in_quotes(columns_[column]));
}

/// Whether the first row holds names. @throws DataError where it looks like a header that is not
/// one
bool Table::header() {
  const auto begin = cells_.begin(), end = begin + static_cast<int64_t>(count_);
  if (std::all_of(begin, end, is_name)) return true;
  const bool named_after_first =
      std::all_of(begin + 1, end, is_name) || std::all_of(begin + 1, end, is_number);
  if (count_ > 1 && begin->empty() && named_after_first) {
    throw DataError(
        "{}: line {}, column 1 has no name, as where pandas or R write the numbers of rows; save "
        "without "
        "them: to_csv(index=False), write.csv(row.names=FALSE)",
        who_, row_line());
  }
  if (const auto text = std::find_if(begin, end, is_name); text != end) {
    const auto other = std::find_if_not(begin, end, is_name);
    throw DataError(
        "{}: line {}, column {}: expected a number, got {}; in a line of names each is text, and "
        "that of "
        "column {} is {}",
        who_, row_line(), text - begin + 1, in_quotes(*text), other - begin + 1, in_quotes(*other));
  }
  for (const int first : {0, 1}) {
    int64_t next = first;
    const auto counts = [&](const std::string& cell) { return cell == fmt::format("{}", next++); };
    if (count_ > 1 && std::all_of(begin, end, counts)) {
      notes_.push_back(fmt::format(
          "{}: line {} counts from {} to {}, as names of columns do, and is taken for an "
          "example; if it is a header, remove it",
          who_, row_line(), first, next - 1));
    }
  }
  return false;
}

void Table::number(size_t column) {
  double value = 0;
  const std::string_view cell = cells_[column];
  const Cell kind = read_cell(cell, value);
  if (kind == Cell::number) return numbers_.add(value);
  if (kind == Cell::rounded) return numbers_.add_rounded(value);
  std::string_view wanted = "a number";
  if (kind == Cell::not_finite) wanted = "a finite number";
  if (kind == Cell::out_of_range) wanted = "a number within float's range";
  throw DataError("{}: line {}, {}: expected {}, got {}{}", who_, row_line(), column_text(column),
                  wanted, in_quotes(cell), kind == Cell::text ? hint(trim(cell)) : "");
}

void Table::row() {
  if (width_ == 0) {
    width_ = count_;
    if (header()) {
      columns_.assign(cells_.begin(), cells_.begin() + static_cast<int64_t>(count_));
      for (std::string& name : columns_) name = trim(name);
      return;
    }
  }
  if (count_ != width_) {
    throw DataError("{}: line {}: expected {} cells as in the first line, got {}", who_, row_line(),
                    width_, count_);
  }
  for (size_t column = 0; column < width_; ++column) number(column);
}

Csv Table::finish() {
  if (numbers_.size() == 0)
    throw DataError("{}: no rows: expected lines of numbers separated by commas", who_);
  const auto width = static_cast<int64_t>(width_);
  const int64_t rows = numbers_.size() / width;
  return {std::move(columns_), std::move(numbers_).finish({rows, width}), std::move(notes_)};
}

bool must_be_quoted(std::string_view name) {
  return name.find_first_of(",;\t\"\r\n") != std::string_view::npos;
}

std::string with_quotes(std::string_view name) {
  std::string out = "\"";
  for (const char c : name) out.append(c == '"' ? 2 : 1, c);
  return out += '"';
}

template <class T>
std::string format(const std::vector<std::string>& columns, int64_t width,
                   std::span<const T> values) {
  const auto cells = static_cast<int64_t>(values.size()),
             names = static_cast<int64_t>(columns.size());
  if (width < 1 || cells % width != 0) {
    throw DataError("format_csv: {} numbers are no rows of {}", cells, width);
  }
  if (names != 0 && names != width)
    throw DataError("format_csv: {} names for {} columns", names, width);
  std::string out;
  for (const std::string& name : columns) {
    if (!can_name_column(name)) {
      throw DataError("format_csv: {} cannot name a column: expected text", in_quotes(name));
    }
    out += must_be_quoted(name) ? with_quotes(name) : name;
    out += ',';
  }
  if (names != 0) out.back() = '\n';
  for (int64_t i = 0; i < cells; ++i) {
    fmt::format_to(std::back_inserter(out), "{}{}", values[static_cast<size_t>(i)],
                   (i + 1) % width ? ',' : '\n');
  }
  return out;
}

}  // namespace

bool can_name_column(std::string_view name) {
  return trim(name) == name && is_name(name) && name.find('\0') == std::string_view::npos;
}

Csv read_csv(ByteReader& in, Separator separator) {
  constexpr size_t kBlock = 1 << 16;
  std::string block = in.take(kBlock);
  refuse_empty(block, in.who());
  std::string_view text = block;
  if (text.starts_with(kByteOrderMark)) text.remove_prefix(kByteOrderMark.size());
  Table table(in.who());
  CsvParser parser(in.who(), separator == Separator::tab ? '\t' : guess_separator(text), table);
  while (!block.empty()) {
    parser.feed(text);
    block = in.take(kBlock);
    text = block;
  }
  parser.finish();
  return table.finish();
}

Csv parse_csv(std::string_view text, std::string_view who, Separator separator) {
  ByteReader in(text, who);
  return read_csv(in, separator);
}

std::string format_csv(const std::vector<std::string>& columns, int64_t width,
                       std::span<const float> values) {
  return format(columns, width, values);
}

std::string format_csv(const std::vector<std::string>& columns, int64_t width,
                       std::span<const double> values) {
  return format(columns, width, values);
}

}  // namespace gan
