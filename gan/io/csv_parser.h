#pragma once
/// Cells and lines of text tables, by libcsv. Private to this folder.

#include <cstdint>
#include <memory>
#include <string>
#include <string_view>
#include <vector>

namespace gan {

/// Gathers what libcsv finds, cell by cell and line by line, into rows.
class CsvRows {
 public:
  explicit CsvRows(std::string_view who) : who_(who) {}
  virtual ~CsvRows() = default;

  void cell(std::string_view text);
  /// `end`: the character, or -1 where the file ends without one.
  void line_end(int end);
  /// The line, counted from 1, in which the row began.
  int64_t row_line() const { return count_ > 0 ? row_line_ : line_; }

 protected:
  virtual void
  row() = 0;  ///< cells_[0] to cells_[count_ - 1] are a row; lines without any are none

  std::string_view who_;
  std::vector<std::string> cells_;  ///< of the row; those from count_ on are only memory
  size_t count_ = 0;

 private:
  int64_t line_ = 1, row_line_ = 1;
  bool after_return_ = false;
};

/// A semicolon, else a comma, else a tab: the first that the first row has outside quotes.
char guess_separator(std::string_view text);

class CsvParser {
 public:
  CsvParser(std::string_view who, char separator, CsvRows& rows);
  ~CsvParser();
  CsvParser(const CsvParser&) = delete;
  CsvParser& operator=(const CsvParser&) = delete;

  /// The next part of the text. @throws DataError for what is no text or no table, and whatever
  /// row() throws
  void feed(std::string_view text);
  void finish();  ///< @throws as feed

 private:
  struct State;
  std::unique_ptr<State> state_;
};

}  // namespace gan
