#include "gan/io/text_table.h"

#include <algorithm>
#include <utility>

#include "gan/core/error.h"
#include "gan/io/bytes.h"
#include "gan/io/csv_cell.h"
#include "gan/io/csv_parser.h"

namespace gan {
namespace {

class Collector : public CsvSink {
 public:
  explicit Collector(std::string_view who) : who_(who) {}

  void cell(std::string_view text) override {
    if (row_.cells.empty()) row_.line = line_;
    row_.cells.emplace_back(trim(text));
    line_ += std::ranges::count(text, '\n');
    after_return_ = false;
  }

  void line_end(int end) override {
    if (end == '\n' && std::exchange(after_return_, false)) return;  // the second half of \r\n
    after_return_ = end == '\r';
    if (!row_.cells.empty()) add_row();
    row_ = {};
    ++line_;
  }

  int64_t row_line() const override { return row_.cells.empty() ? line_ : row_.line; }

  TextTable finish() {
    if (table_.columns.empty()) throw DataError("{}: holds no rows", who_);
    return std::move(table_);
  }

 private:
  void add_row() {
    if (table_.columns.empty()) {
      table_.columns = std::move(row_.cells);
      return;
    }
    if (row_.cells.size() != table_.columns.size())
      throw DataError("{}: line {}: expected {} cells as in the first line, got {}", who_,
                      row_.line, table_.columns.size(), row_.cells.size());
    table_.rows.push_back(std::move(row_));
  }

  std::string_view who_;
  TextTable table_;
  TextTable::Row row_;
  int64_t line_ = 1;
  bool after_return_ = false;
};

}  // namespace

std::optional<size_t> TextTable::column(std::string_view name) const {
  const auto found = std::ranges::find(columns, name);
  if (found == columns.end()) return {};
  return static_cast<size_t>(found - columns.begin());
}

TextTable parse_text_table(std::string_view text, std::string_view who) {
  refuse_empty(text, who);
  if (text.starts_with(kByteOrderMark)) text.remove_prefix(kByteOrderMark.size());
  Collector collector(who);
  CsvParser parser(who, guess_separator(text), collector);
  parser.feed(text);
  parser.finish();
  return collector.finish();
}

}  // namespace gan
