#pragma once
/// Cells and lines of text tables, by libcsv. Private to this folder.

#include <memory>
#include <string_view>

namespace gan {

/// What is told of a table, cell by cell and line by line.
class CsvSink {
 public:
  virtual ~CsvSink() = default;
  virtual void cell(std::string_view text) = 0;
  /// `end`: the character, or -1 where the file ends without one.
  virtual void line_end(int end) = 0;
  virtual int64_t row_line() const = 0;  ///< the line, counted from 1, in which the row began
};

/// A semicolon, else a comma, else a tab: the first that the first row has outside quotes.
char guess_separator(std::string_view text);

class CsvParser {
 public:
  CsvParser(std::string_view who, char separator, CsvSink& sink);
  ~CsvParser();
  CsvParser(const CsvParser&) = delete;
  CsvParser& operator=(const CsvParser&) = delete;

  /// The next part of the text. @throws DataError for what is no text or no table, and whatever the
  /// sink throws
  void feed(std::string_view text);
  void finish();  ///< @throws as feed

 private:
  struct State;
  std::unique_ptr<State> state_;
};

}  // namespace gan
