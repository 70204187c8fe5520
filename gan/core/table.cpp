#include "gan/core/table.h"

#include <algorithm>

#include "gan/core/printable.h"

namespace gan {
size_t width_of(std::string_view text) {
  size_t widest = 0, columns = 0;
  for (const char c : text) {
    if (c == '\n')
      columns = 0;
    else if ((c & 0xc0) != 0x80)  // code points, so that "±" counts once
      widest = std::max(widest, ++columns);
  }
  return widest;
}

std::string wrapped(std::string_view text, const std::string& first) {
  const std::string indent(width_of(first), ' ');
  std::string out, line = first;
  bool empty = true;  // of the line, apart from its indent
  const auto end_line = [&] {
    out += line + '\n';
    line = indent;
    empty = true;
  };
  while (!text.empty()) {
    const size_t end = std::min(text.find_first_of(" \n"), text.size());
    const std::string word = printable(text.substr(0, end));
    if (!empty && width_of(line) + 1 + width_of(word) > kTextWidth) end_line();
    if (!word.empty()) {
      line += (empty ? "" : " ") + word;
      empty = false;
    }
    if (end < text.size() && text[end] == '\n') end_line();
    text.remove_prefix(std::min(end + 1, text.size()));
  }
  if (!empty) end_line();
  return out;
}

std::string labelled(const std::string& label, std::string_view text) {
  constexpr size_t kLabel = 19;
  const size_t width = width_of(label);
  return wrapped(text, "  " + label + std::string(width < kLabel ? kLabel - width : 1, ' '));
}

std::string table(const TableRows& given) {
  TableRows rows = given;
  for (auto& row : rows)
    for (std::string& cell : row) cell = printable(cell);
  std::vector<size_t> widths;
  for (const auto& row : rows)
    for (size_t i = 0; i < row.size(); ++i) {
      if (widths.size() <= i) widths.push_back(0);
      widths[i] = std::max(widths[i], width_of(row[i]));
    }
  std::string out;
  for (const auto& row : rows) {
    std::string line = " ";
    for (size_t i = 0; i < row.size(); ++i) {
      const std::string pad(widths[i] - width_of(row[i]), ' ');
      line += " " + (i == 0 ? row[i] + pad : " " + pad + row[i]);
    }
    out += line.substr(0, line.find_last_not_of(' ') + 1) + "\n";
  }
  return out;
}

}  // namespace gan
