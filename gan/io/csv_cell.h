#pragma once
/// One cell of a table of text: whether it is a number, and what else it may be.

#include <string_view>

namespace gan {

inline constexpr std::string_view kByteOrderMark = "\xef\xbb\xbf";

enum class Cell { number, rounded, not_finite, out_of_range, text };

std::string_view trim(std::string_view cell);  ///< without blanks at both ends

/// Reads a number; `rounded` says that float64 does not hold all digits of a whole number.
Cell read_cell(std::string_view cell, double& value);

bool is_number(std::string_view cell);
bool is_name(std::string_view cell);  ///< of a column: some text that is no number

/// What is the matter with a cell that is no number, where its text tells.
std::string_view hint(std::string_view cell);

}  // namespace gan
