#pragma once
/// Tables and paragraphs for people.

#include <cstddef>
#include <string>
#include <string_view>
#include <vector>

namespace gan {

using TableRows = std::vector<std::vector<std::string>>;

/// Columns are aligned, the first to the left, the others to the right. Cells may hold foreign
/// text.
std::string table(const TableRows& rows);

inline constexpr size_t kTextWidth = 80;  ///< columns, of what is written for a terminal

/// The columns of the widest line; a character counts as one.
size_t width_of(std::string_view text);

/// Foreign text in lines of at most kTextWidth columns, broken at blanks; a longer word has a line
/// of its own. The first line begins with `first`, the others with as many blanks. A line end in
/// `text` stays one.
std::string wrapped(std::string_view text, const std::string& first = "");

/// wrapped(), beside a name: "  log Z              -512.3 nats".
std::string labelled(const std::string& label, std::string_view text);

}  // namespace gan
