#include "gan/io/text_table.h"

#include <algorithm>
#include <utility>

#include "gan/core/error.h"
#include "gan/io/bytes.h"
#include "gan/io/csv_cell.h"
#include "gan/io/csv_parser.h"

namespace gan {
namespace {

class Collector : public CsvRows {
 public:
  using CsvRows::CsvRows;

  TextTable finish() {
    if (table_.columns.empty()) throw DataError("{}: holds no rows", who_);
    return std::move(table_);
  }

 private:
  void row() override {
    std::vector<std::string> cells;
    for (size_t i = 0; i < count_; ++i) cells.emplace_back(trim(cells_[i]));
    if (table_.columns.empty()) {
      table_.columns = std::move(cells);
      return;
    }
    if (cells.size() != table_.columns.size())
      throw DataError("{}: line {}: expected {} cells as in the first line, got {}", who_,
                      row_line(), table_.columns.size(), cells.size());
    table_.rows.push_back({row_line(), std::move(cells)});
  }

  TextTable table_;
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
