#pragma once
/// Tables for people.

#include <string>
#include <vector>

namespace gan {

using TableRows = std::vector<std::vector<std::string>>;

/// Columns are aligned, the first to the left, the others to the right. Cells may hold foreign
/// text.
std::string table(const TableRows& rows);

}  // namespace gan
