#pragma once
/// Numeric tables: comma-separated, one example a line.

#include <span>
#include <string>
#include <string_view>
#include <vector>

#include "gan/io/array.h"

namespace gan {

struct Csv {
  std::vector<std::string> columns;  ///< names from the first line when it is not numeric, else empty
  Array array;                       ///< [rows, columns]
};

/// Text in a cell, a ragged row, or no rows: DataError with `who` and the line number.
/// Takes \n and \r\n, a UTF-8 byte order mark, blanks round a number, empty lines at the end.
Csv parse_csv(std::string_view text, std::string_view who);
std::string format_csv(const std::vector<std::string>& columns, int64_t width, std::span<const float> values);

}  // namespace gan
