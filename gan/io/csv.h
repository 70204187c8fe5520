#pragma once
/// Numeric tables as text (RFC 4180), one example a row.

#include <span>
#include <string>
#include <string_view>
#include <vector>

#include "gan/io/array.h"
#include "gan/io/reader.h"

namespace gan {

struct Csv {
  std::vector<std::string>
      columns;        ///< names from the first row when no cell of it is a number, else empty
  NumberArray array;  ///< [rows, columns]
  std::vector<std::string> notes;  ///< what is probably not meant, a sentence each
};

/// What stands between cells.
enum class Separator {
  guessed,  ///< a semicolon, else a comma, else a tab: the first that the first row has outside
            ///< quotes
  tab,
};

/// Takes quoted cells (with separators, line ends and doubled quotes in them), \n, \r\n and \r as
/// line ends, a UTF-8 byte order mark, blanks round a cell, empty lines. A cell that is no number,
/// a ragged row, no rows: DataError with the source of `in`, the line and the column.
Csv read_csv(ByteReader& in, Separator separator = Separator::guessed);

/// The same of text in memory, gzipped or not.
Csv parse_csv(std::string_view text, std::string_view who,
              Separator separator = Separator::guessed);

/// Whether read_csv would take a first row of such names for names.
bool can_name_column(std::string_view name);

/// Commas and \n; names are quoted where they must be.
std::string format_csv(const std::vector<std::string>& columns, int64_t width,
                       std::span<const float> values);
std::string format_csv(const std::vector<std::string>& columns, int64_t width,
                       std::span<const double> values);

}  // namespace gan
