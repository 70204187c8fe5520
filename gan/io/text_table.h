#pragma once
/// Tables of text (RFC 4180) whose first line names the columns.

#include <cstdint>
#include <optional>
#include <string>
#include <string_view>
#include <vector>

namespace gan {

struct TextTable {
  struct Row {
    int64_t line = 0;                ///< counted from 1
    std::vector<std::string> cells;  ///< one for each column
  };
  std::vector<std::string> columns;
  std::vector<Row> rows;

  std::optional<size_t> column(std::string_view name) const;
};

/// What read_csv (csv.h) takes as to quotes, separators and line ends.
/// @throws DataError with the line where a row has more or fewer cells than the first
TextTable parse_text_table(std::string_view text, std::string_view who);

}  // namespace gan
